"""Targets: what documents promise for an indicator at a level in a year."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from domain.catalog.fields import FileModel, Id, Words, none_if_empty
from domain.catalog.files import CatalogFiles
from domain.catalog.shapes import Kind
from domain.indicators import Target
from domain.units import Level

FILE = "targets/targets.csv"
_COLUMNS = ("indicator", "level", "area", "year", "value", "document", "assumed")


class TargetRow(FileModel):
    """A target."""

    indicator: Id
    level: Level
    area: Annotated[
        str,
        Field(
            pattern="^([0-9A-Za-z][0-9A-Za-z-]*)?$",
            description="a unit's code, an area's id, or nothing for everywhere",
        ),
        AfterValidator(none_if_empty),
    ]
    year: Annotated[str, Field(pattern="^20[0-9]{2}$", description="a year written as 2025"), AfterValidator(int)]
    value: Annotated[
        str,
        Field(pattern=r"^[0-9]+(\.[0-9]+)?$", description="a number with a decimal point, percent as 0 to 100"),
        AfterValidator(Decimal),
    ]
    document: Words
    assumed: Annotated[Literal["true", "false"], AfterValidator(lambda text: text == "true")]


TARGETS = Kind("targets", "Rows of targets/targets.csv.", tuple[TargetRow, ...])


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
    """Read the targets of a catalogue's folder and nothing else of it, as `read_targets` does."""
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
        results[key] = Target(**dict(raw))
    return Targets(tuple(results.values()))
