"""Whose figure is in a rollup's row and whose is not, and the sentences that say so."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from domain.catalog import Catalog
from domain.rollups import RollupStatus
from domain.units import OrgUnit, UnitKey
from warehouse.standing import Standing
from warehouse.unit_state import UnitState

_NAMES_SHOWN = 20
_NOTES_LANGUAGE: Final = "vi"


@dataclass(frozen=True, slots=True)
class Coverage:
    """The units expected to give an indicator, by what became of it; every unit is in exactly one of the first five.

    `given`: the figure entered. `not_applicable`: the report says there is no such figure. `not_delivered`, `refused`,
    `left_blank`: it is missing, because no report came, the report was refused, or the cells were left blank.
    """

    given: tuple[OrgUnit, ...]
    not_applicable: tuple[OrgUnit, ...]
    not_delivered: tuple[OrgUnit, ...]
    refused: tuple[OrgUnit, ...]
    left_blank: tuple[OrgUnit, ...]
    late: tuple[OrgUnit, ...]

    @property
    def expected(self) -> int:
        """How many units are expected to give the figure."""
        return len(self.given) + len(self.not_applicable) + self.missing

    @property
    def missing(self) -> int:
        """How many figures are still to come."""
        return len(self.not_delivered) + len(self.refused) + len(self.left_blank)

    @property
    def status(self) -> RollupStatus:
        """Complete when nothing is still to come; what does not apply to a unit is not waited for."""
        return RollupStatus.PARTIAL if self.missing else RollupStatus.COMPLETE


def coverage_of(
    expected: Sequence[OrgUnit],
    standing: Mapping[UnitKey, Standing],
    given: Collection[UnitKey],
    not_applicable: Collection[UnitKey],
) -> Coverage:
    """Sort the expected units by what became of their figure."""
    sorted_out: dict[str, list[OrgUnit]] = {
        name: [] for name in ("given", "not_applicable", "not_delivered", "refused", "left_blank")
    }
    for unit in expected:
        if unit.key in given:
            sorted_out["given"].append(unit)
        elif unit.key in not_applicable:
            sorted_out["not_applicable"].append(unit)
        else:
            sorted_out[_REASONS[standing[unit.key].state]].append(unit)
    late = tuple(unit for unit in expected if standing[unit.key].late)
    return Coverage(late=late, **{name: tuple(units) for name, units in sorted_out.items()})


def notes_of(catalog: Catalog, coverage: Coverage, *, has_no_share: bool) -> str:
    """The notes of a published row, in Vietnamese: which units are missing and why, which came late."""
    sentences = [
        _sentence(catalog, name, units)
        for name, units in (
            ("not_delivered", coverage.not_delivered),
            ("refused", coverage.refused),
            ("left_blank", coverage.left_blank),
            ("not_applicable", coverage.not_applicable),
            ("late", coverage.late),
        )
        if units
    ]
    if has_no_share:
        sentences.append(catalog.text("warehouse.zero_denominator", _NOTES_LANGUAGE))
    return " ".join(sentences)


_REASONS = {
    UnitState.ACCEPTED: "left_blank",
    UnitState.QUARANTINED: "refused",
    UnitState.MISSING: "not_delivered",
}


def _sentence(catalog: Catalog, name: str, units: Sequence[OrgUnit]) -> str:
    shown = [f"{unit.code} {unit.name}" for unit in units[:_NAMES_SHOWN]]
    if len(units) > len(shown):
        shown.append(catalog.text("warehouse.and_more", _NOTES_LANGUAGE, count=len(units) - len(shown)))
    return catalog.text(f"warehouse.{name}", _NOTES_LANGUAGE, units=", ".join(shown))
