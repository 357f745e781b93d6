"""A commune's villages on a day, by code and by every name."""

from collections import defaultdict
from collections.abc import Sequence

from domain.texts import normalise_name
from domain.units import OrgUnit
from workbooks.text.labels import nearest_labels


class VillageRegister:
    """A commune's villages on a day, by code and by every name."""

    def __init__(self, villages: Sequence[OrgUnit]) -> None:
        """Index them."""
        self.villages = tuple(villages)
        self._by_code = {village.code: village for village in villages}
        self._by_name: dict[str, set[str]] = defaultdict(set)
        for village in villages:
            for name in (village.name, village.bare_name):
                self._by_name[normalise_name(name)].add(village.code)

    def by_code(self, code: str) -> OrgUnit | None:
        """The village of a code."""
        return self._by_code.get(code)

    def by_name(self, name: str) -> OrgUnit | None:
        """The one village of that name, with or without its kind."""
        codes = self._by_name.get(normalise_name(name), set())
        return self._by_code[next(iter(codes))] if len(codes) == 1 else None

    def knows(self, text: str) -> bool:
        """Whether a text is a village's code or one village's name."""
        return self.by_code(text.strip()) is not None or self.by_name(text) is not None

    def is_name_of(self, name: str, village: OrgUnit) -> bool:
        """Whether a village has that name, alone or with others."""
        return village.code in self._by_name.get(normalise_name(name), set())

    def alike(self, name: str) -> str:
        """The names most like one, for a person to choose from."""
        return "; ".join(nearest_labels(name, (village.name for village in self.villages)))
