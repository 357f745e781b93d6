"""Recognition of the unit that each row of a table is of, by code and name, among the units of one area."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from domain.catalog.catalog import Catalog
from domain.texts import normalise_name
from domain.units import Level, OrgUnit
from workbooks.many_units.unit_table import NamedRow
from workbooks.text.heading_vocabulary import heading_vocabulary_of
from workbooks.text.labels import nearest_labels

_CODE_DIGITS = 5


class RowUnits:
    """The units that rows name. Most lie below one unit, `above`, which tells those of one name apart."""

    def __init__(self, catalog: Catalog, level: Level, day: date, rows: Iterable[NamedRow]) -> None:
        """Tell the unit above from all units that the rows can mean."""
        self._register, self._level, self._day = catalog.units, level, day
        self._kinds = heading_vocabulary_of(catalog).kinds
        meant = ({unit.parent for unit in (*self._coded(row), *self._named(row))} for row in rows)
        parents = Counter(parent for each in meant for parent in each if parent is not None)
        self.above = parents.most_common(1)[0][0] if parents else None

    def by_code(self, row: NamedRow) -> OrgUnit | None:
        """Return the unit of the row's code."""
        return next(iter(self._coded(row)), None)

    def by_name(self, row: NamedRow) -> OrgUnit | None:
        """Return the unit of the row's name, with or without its kind; None if there is none, or several."""
        named = self._named(row)
        below = [unit for unit in named if unit.parent == self.above]
        return next(iter(below or named)) if len(below or named) == 1 else None

    def is_named(self, unit: OrgUnit, row: NamedRow) -> bool:
        """Return whether a unit is one that the row's name can mean."""
        return unit in self._named(row)

    def alike(self, name: str) -> str:
        """Return for suggestions the units below the same unit with the nearest names."""
        below = self._register.descendants(self.above, self._day, self._level) if self.above is not None else ()
        known = {unit.name: unit for unit in below}
        return "; ".join(f"{each} ({known[each].code})" for each in nearest_labels(name, known))

    def _coded(self, row: NamedRow) -> Sequence[OrgUnit]:
        """Return the unit of a code; a program that takes codes for numbers drops their zeros in front."""
        unit = self._register.find(row.code.zfill(_CODE_DIGITS), self._day) if row.code.isdigit() else None
        return (unit,) if unit is not None and unit.level is self._level else ()

    def _named(self, row: NamedRow) -> Sequence[OrgUnit]:
        name = self._kinds.at_start(normalise_name(row.name))
        return self._register.by_name(name, self._day, self._level) if name else ()
