"""Register of a commune's villages."""

from collections import defaultdict
from collections.abc import Sequence

from domain.texts import normalise_name
from domain.units import OrgUnit
from workbooks.text.labels import nearest_labels


class VillageRegister:
    """A commune's villages on a day, by code and by name with or without kind."""

    def __init__(self, villages: Sequence[OrgUnit]) -> None:
        """Index the villages."""
        self.villages = tuple(villages)
        self._by_code = {village.code: village for village in villages}
        self._by_name: dict[str, set[str]] = defaultdict(set)
        for village in villages:
            for name in (village.name, village.bare_name):
                self._by_name[normalise_name(name)].add(village.code)

    def by_code(self, code: str) -> OrgUnit | None:
        """Return the village of a code, or None."""
        return self._by_code.get(code)

    def by_name(self, name: str) -> OrgUnit | None:
        """Return the only village of that name, with or without its kind, or None."""
        codes = self._by_name.get(normalise_name(name), set())
        return self._by_code[next(iter(codes))] if len(codes) == 1 else None

    def knows(self, text: str) -> bool:
        """Return whether a text is a village's code or the name of exactly one village."""
        return self.by_code(text.strip()) is not None or self.by_name(text) is not None

    def is_name_of(self, name: str, village: OrgUnit) -> bool:
        """Return whether a village has that name, uniquely or not."""
        return village.code in self._by_name.get(normalise_name(name), set())

    def alike(self, name: str) -> str:
        """Return the most similar names, as suggestions."""
        return "; ".join(nearest_labels(name, (village.name for village in self.villages)))
