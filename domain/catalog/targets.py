"""Targets: what documents promise for an indicator at a level in a year."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from domain.catalog.files import CatalogFiles
from domain.catalog.kinds import TARGETS
from domain.indicators import Target
from domain.units import Level

FILE = "targets/targets.csv"
_COLUMNS = ("indicator", "level", "area", "year", "value", "document", "assumed")


@dataclass(frozen=True)
class Targets:
    """All targets, in the order of their file."""

    rows: tuple[Target, ...]

    def find(self, indicator: str, level: Level, area: str, year: int) -> Target | None:
        """Return the target of an indicator at a level in a year: the area's own before the one for everywhere."""
        result = self._by_key.get((indicator, level, area, year))
        return result or self._by_key.get((indicator, level, None, year))

    @cached_property
    def _by_key(self) -> dict[tuple[str, Level, str | None, int], Target]:
        return {(target.indicator, target.level, target.area, target.year): target for target in self.rows}


def load_targets(folder: Path) -> Targets:
    """Read the targets of a catalogue's folder, and no other file of it.

    Raises:
        CatalogError: as `read_targets`.
    """
    return read_targets(CatalogFiles(folder))


def read_targets(files: CatalogFiles) -> Targets:
    """Read `targets/targets.csv`.

    Raises:
        CatalogError: one indicator, level, area and year comes twice.
    """
    table = files.table(FILE, _COLUMNS)
    results: dict[tuple[str, str, str, str], Target] = {}
    for row, raw in enumerate(TARGETS.check_table(table)):
        key = (raw.indicator, raw.level, raw.area, raw.year)
        if key in results:
            raise table.error(row, "this indicator, level, area and year has a target already", "keep one of the two")
        results[key] = Target(
            indicator=raw.indicator,
            level=raw.level,
            year=int(raw.year),
            value=Decimal(raw.value),
            document=raw.document,
            assumed=raw.assumed == "true",
            area=raw.area or None,
        )
    return Targets(tuple(results.values()))
