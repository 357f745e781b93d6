"""Assemble why a report's headline figures moved, and what the missing units could make of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from domain.aggregation import Amount, rounded
from domain.comparisons.change_factors import ChangeFacts, shown_parts, split_change
from domain.comparisons.missing_bounds import share_bounds
from domain.periods import Period
from domain.rollups import RollupRow, RollupStatus
from domain.units import UnitKey
from publishing.figures.formatter import ReportFormatter
from publishing.figures.formatting import format_percent
from publishing.figures.movements import ChangePart, FigureBounds, FigureMovement
from publishing.figures.revision_facts import RevisionFacts
from publishing.figures.row_notes import RowNotes
from warehouse.queries import EarlierFigure, EarlierPeriods, LastKnownAmount, Revision

_PERCENT_DECIMALS: Final = 2
_COUNT_DECIMALS: Final = 6
_NAMES_SHOWN: Final = 12


@dataclass(frozen=True)
class MovementAssembly:
    """Assembles movement and bounds of one report's figures, of those for which the units' amounts were read.

    `notes` say which units an indicator does not apply to; None until the second edition, which took every unit that
    owes the form to owe each of its indicators.
    """

    facts: RevisionFacts
    earlier: EarlierPeriods
    formatter: ReportFormatter
    notes: RowNotes | None

    @property
    def revision(self) -> Revision:
        """The revision."""
        return self.facts.revision

    def movement(self, row: RollupRow, amounts: Mapping[UnitKey, Amount], *, is_percent: bool) -> FigureMovement | None:
        """Return why a figure moved; None where the preceding period has no comparable figure, or it has none itself.

        Args:
            row: the figure.
            amounts: what each unit gave to it.
            is_percent: whether it is a share.
        """
        preceding = self.revision.period.shift(-1)
        before = self._figure(row.indicator, preceding)
        if before is None or RollupStatus.NOT_COMPARABLE in {before.status, row.status} or row.value is None:
            return None
        facts = ChangeFacts(
            start=self.earlier.previous_before.get(row.indicator, {}),
            corrected=self.earlier.previous.get(row.indicator, {}),
            earlier_units=self.earlier.previous_units,
            end=amounts,
            units={UnitKey(unit.code, unit.unit_valid_from) for unit in self.revision.units},
            is_ratio=is_percent,
            is_redefined=before.denominator_kind != row.denominator_kind,
        )
        split = split_change(facts)
        if split is None:
            return None
        decimals = _PERCENT_DECIMALS if is_percent else _COUNT_DECIMALS
        start = rounded(split.start, decimals)
        change = row.value - start
        shown = shown_parts(split.parts, change, decimals)
        return FigureMovement(
            period=preceding,
            period_name=self.formatter.period_name(preceding),
            start=start,
            corrected=before.value,
            end=row.value,
            change=change,
            text=self.formatter.change(change, is_percent=is_percent),
            parts=tuple(
                ChangePart(
                    factor=factor,
                    name=self.formatter.text(f"factor_{factor}"),
                    part=part,
                    text=self.formatter.change(part, is_percent=is_percent),
                )
                for factor, part in shown.items()
            ),
            method=self.formatter.text("movement_method"),
        )

    def bounds(self, row: RollupRow) -> FigureBounds | None:
        """Return what the missing units could make of a share; None unless it is partial and has a value."""
        if row.status is not RollupStatus.PARTIAL or row.numerator is None or row.denominator is None:
            return None
        indicator = self.formatter.catalog.indicators.get(row.indicator)
        missing = self._missing(row)
        may_exceed = indicator is not None and (indicator.denominator_is_target or indicator.numerator_may_exceed)
        if missing is None or may_exceed:
            return FigureBounds(None, row.units_missing, (), (), self.formatter.text("bounds_unknown"))
        known = {
            unit: last
            for unit, last in self.earlier.last_known.get(row.indicator, {}).items()
            if unit in missing and self._is_of_kind(row, last)
        }
        unknown = tuple(name for unit, name in sorted(missing.items()) if unit not in known)
        if unknown:
            return FigureBounds(None, len(missing), (), unknown, self._unknown(unknown))
        bounds = share_bounds(row.numerator, row.denominator, [last.amount for last in known.values()])
        if bounds is None:
            return None
        return FigureBounds(
            bounds=bounds,
            units=len(missing),
            periods=tuple(sorted({last.period for last in known.values()})),
            unknown=(),
            text=self.formatter.text(
                "bounds",
                units=len(missing),
                point=format_percent(bounds.point, self.formatter.lang),
                low=format_percent(bounds.low, self.formatter.lang),
                high=format_percent(bounds.high, self.formatter.lang),
            ),
        )

    def _figure(self, indicator: str, period: Period) -> EarlierFigure | None:
        return self._by_key.get((indicator, period))

    @cached_property
    def _by_key(self) -> Mapping[tuple[str, Period], EarlierFigure]:
        return {
            (figure.indicator, figure.period): figure
            for figure in self.earlier.figures
            if figure.boundary is self.revision.boundary
        }

    def _is_of_kind(self, row: RollupRow, last: LastKnownAmount) -> bool:
        """Return whether a last known amount can stand for the present one: same kind of denominator."""
        figure = self._figure(row.indicator, last.period)
        return (
            figure is not None
            and figure.denominator_kind == row.denominator_kind
            and last.amount.denominator is not None
        )

    def _missing(self, row: RollupRow) -> Mapping[UnitKey, str] | None:
        """Return the units whose figure is missing, with their names; None where facts do not say which they are.

        Of the units that owe the indicator, those without an accepted report miss it; those with a report that gave
        nothing either left it blank or said that it does not apply.
        """
        # Until the second edition every unit owes every indicator.
        exempt = None if self.notes is None else self.notes.not_applicable(row.notes)
        absent, silent = self.facts.lacking(row.indicator, exempt)
        if row.units_missing == len(absent):
            return absent
        return {**absent, **silent} if row.units_missing == len(absent) + len(silent) else None

    def _unknown(self, names: tuple[str, ...]) -> str:
        shown = ", ".join(names[:_NAMES_SHOWN])
        rest = len(names) - _NAMES_SHOWN
        more = f", {self.formatter.text('and_more', count=rest)}" if rest > 0 else ""
        return self.formatter.text("bounds_without_last", units=shown + more)
