"""The notes of a published row, in sentences: who is missing and why, who was late, what could not be told apart."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from domain.catalog import Catalog
from domain.extents import Weight
from domain.units import OrgUnit, Succession
from warehouse.coverage import Gap
from warehouse.parts import Evidence
from warehouse.scope import Owed, Scope

_NAMES_SHOWN = 20
_NOTES_LANGUAGE: Final = "vi"
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Notes:
    """Writes the notes of one cell's rows, in Vietnamese."""

    catalog: Catalog
    scope: Scope

    def of(self, evidence: Evidence, *, has_no_share: bool) -> str:
        """Why there is no figure, if there is none, and whose figures are missing, late, or counted in part."""
        coverage = evidence.coverage
        sentences = [
            *self._lost(),
            *self._each("crossing", map(self._crossing, evidence.crossing)),
            *self._each("not_delivered", map(self._gap, coverage.not_delivered)),
            *self._each("refused", map(self._gap, coverage.refused)),
            *self._each("left_blank", map(self._gap, coverage.left_blank)),
            *self._each("not_applicable", map(self._gap, coverage.not_applicable)),
            *self._each("late", map(self._gap, coverage.late)),
            *self._each("by_village", map(self._by_village, evidence.by_village)),
            *self._each(
                "by_weight",
                (f"{self._owed(one)} × {weight.value} ({weight.source})" for one, weight in evidence.by_weight),
            ),
            *self._each("fallen", map(self._gap, evidence.fallen)),
        ]
        if has_no_share:
            sentences.append(self._text("zero_denominator"))
        return " ".join(sentences)

    def _lost(self) -> Iterable[str]:
        return self._each("lost", map(_named, self.scope.lost))

    def _each(self, name: str, units: Iterable[str]) -> Iterable[str]:
        """The sentence about some units; none about none."""
        found = list(dict.fromkeys(units))
        if not found:
            return ()
        shown = found[:_NAMES_SHOWN]
        if len(found) > len(shown):
            shown.append(self._text("and_more", count=len(found) - len(shown)))
        return (self._text(name, units="; ".join(shown) if name == "crossing" else ", ".join(shown)),)

    def _gap(self, gap: Gap) -> str:
        return _named(gap.unit) + self._periods([period.id for period in gap.periods])

    def _owed(self, one: Owed) -> str:
        return _named(one.unit) + self._periods([one.slot.period.id])

    def _by_village(self, one: Owed) -> str:
        count = len(one.portion.villages or ())
        return self._text("villages_inside", unit=self._owed(one), count=count)

    def _weighed(self, one: Owed, weight: Weight) -> str:
        return f"{self._owed(one)} × {weight.value} ({weight.source})"

    def _crossing(self, one: Owed) -> str:
        """The unit, what became of it or what it was made from, and the legal texts that say so."""
        links = "; ".join(dict.fromkeys(map(self._link, one.portion.through)))
        texts = "; ".join(dict.fromkeys(link.legal_basis for link in one.portion.through))
        return self._text("crossing_unit", unit=self._owed(one), links=links, texts=texts)

    def _link(self, link: Succession) -> str:
        old = self.catalog.units.get(link.old, link.effective - _DAY)
        new = self.catalog.units.get(link.new, link.effective)
        return f"{_named(old)} → {_named(new)}"

    def _periods(self, periods: Sequence[str]) -> str:
        """The base periods that are meant; nothing where the row is about one itself."""
        if periods == [self.scope.cell.period.id]:
            return ""
        return f" ({', '.join(periods)})"

    def _text(self, name: str, **facts: object) -> str:
        return self.catalog.text(f"warehouse.{name}", _NOTES_LANGUAGE, **facts)


def _named(unit: OrgUnit) -> str:
    return f"{unit.code} {unit.name}"
