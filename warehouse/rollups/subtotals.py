"""Subtotals: what the reports of the units below a unit give for each figure, shared by all revisions made from them.

A country's figures are those of its districts added up: with 10,000 reports, of which a correction moves a single one,
nearly all its subtotals are those that districts and earlier revisions stored. A subtotal is looked up by a hash of
what it is computed from, so that it never differs from one that is computed anew.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, Final, NamedTuple

from sqlalchemy import select

from domain.aggregation import Amount, Sums, add_up
from domain.catalog.catalog import Catalog
from domain.periods import Period, parse_period
from domain.rollups import ReportingState
from domain.units import OrgUnit, UnitKey
from warehouse.models import RollupSourceRow, RollupSubtotalRow
from warehouse.rollups.coverage import Coverage, CoverageGap
from warehouse.rollups.reporting_status import ReportingStatus
from warehouse.rollups.scope import ExpectedReport, RollupScope, computation_version
from warehouse.store.bulk import in_chunks
from warehouse.store.engine import Session
from warehouse.submissions.report_keys import ReportKey

_WITHOUT_FIGURE: Final = ("left_blank", "divided", "not_applicable")
"""Outcomes of accepted reports, as `Coverage` names them."""
_NOT_COUNTED: Final = "not_counted"
"""That of a unit whose accepted reports do not owe the figure, or which lacks another report."""


class SubtotalFigure(NamedTuple):
    """Sums over the units that gave a figure; of the others with accepted reports the outcome and its base periods."""

    sums: Sums
    lacking: Mapping[UnitKey, tuple[str, tuple[Period, ...]]]

    def as_columns(self) -> list[object]:
        """Return plain values for the warehouse; `figure_of` reads them."""
        numbers = [None if number is None else str(number) for number in (self.sums.numerator, self.sums.denominator)]
        lacking = [
            [unit.code, unit.valid_from.isoformat(), outcome, [period.id for period in periods]]
            for unit, (outcome, periods) in self.lacking.items()
        ]
        return [*numbers, self.sums.units, lacking]


NOTHING: Final = SubtotalFigure(Sums(None, None, 0), {})
"""A figure that none of the units owes."""


@dataclass(frozen=True, slots=True)
class Subtotal:
    """What the reports of the units below a unit give, by indicator, of those that any of them owes.

    The revision `stored_by` has the rows.
    """

    stored_by: int
    figures: Mapping[str, SubtotalFigure]


@dataclass(frozen=True)
class AreaTotals:
    """What the units below each unit gave, by its code and the indicator.

    `above` is the code of the unit above each unit, `accepted` are the units with an accepted report, and `moved` are
    the codes of the units below which reports moved: of all others the revision before has the same contributions.
    None: it may have others of any unit.
    """

    figures: Mapping[str, Mapping[str, SubtotalFigure]]
    above: Mapping[UnitKey, str]
    accepted: frozenset[UnitKey]
    moved: frozenset[str] | None

    @cached_property
    def moved_units(self) -> frozenset[UnitKey]:
        """The units of which the revision before may have other contributions."""
        moved = self.moved
        return frozenset(unit for unit, above in self.above.items() if moved is None or above in moved)

    def giving(self, indicator: str) -> frozenset[UnitKey]:
        """Return the units that gave something to a figure."""
        known = {above for above, figures in self.figures.items() if indicator in figures}
        lacking = set[UnitKey]().union(*(self.figures[above][indicator].lacking for above in known))
        if len(known) < len(self.figures):
            lacking |= {unit for unit in self.accepted if self.above[unit] not in known}
        return self.accepted - lacking


@dataclass(frozen=True)
class NewSubtotals:
    """Subtotals that no revision has stored yet, gathered figure by figure.

    `inputs` are hashes of what each is computed from, by the code of the unit above; `above` has this code of each
    unit, and `accepted` are the reports that are.
    """

    inputs: Mapping[str, str]
    above: Mapping[UnitKey, str]
    accepted: Collection[ReportKey]
    figures: dict[str, dict[str, SubtotalFigure]] = field(init=False, default_factory=dict)

    @cached_property
    def units(self) -> Mapping[str, Collection[UnitKey]]:
        """The units with an accepted report, by the code of the unit above; a subtotal of none is not stored."""
        results: dict[str, set[UnitKey]] = {}
        for report in self.accepted:
            above = self.above[report.unit]
            if above in self.inputs:
                results.setdefault(above, set()).add(report.unit)
        return results

    def gather(self, indicator: str, amounts: Mapping[UnitKey, Amount], coverage: Coverage) -> None:
        """Take what each unit gives to a figure, and the outcomes of the others."""
        if not self.units:
            return
        by_group: dict[str, list[Amount]] = defaultdict(list)
        for unit, amount in amounts.items():
            by_group[self.above[unit]].append(amount)
        lacking: dict[str, dict[UnitKey, tuple[str, tuple[Period, ...]]]] = defaultdict(dict)
        for outcome in _WITHOUT_FIGURE:
            for gap in getattr(coverage, outcome):
                lacking[self.above[gap.unit.key]][gap.unit.key] = outcome, gap.periods
        for above, units in self.units.items():
            without = lacking[above]
            if not by_group[above] and not without:
                continue  # none of these units owes it
            if len(by_group[above]) + len(without) < len(units):
                rest = sorted(unit for unit in units if unit not in amounts and unit not in without)
                without |= dict.fromkeys(rest, (_NOT_COUNTED, ()))
            self.figures.setdefault(above, {})[indicator] = SubtotalFigure(add_up(by_group[above]), without)


def above_of(unit: OrgUnit) -> str:
    """Return the code of the unit above, whose reports are kept together."""
    return unit.parent or ""


def inputs_of_subtotals(
    catalog: Catalog, scope: RollupScope, statuses: Mapping[ReportKey, ReportingStatus]
) -> dict[str, str]:
    """Return a hash of all that each subtotal of a rollup is computed from, by the code of the unit above.

    There is none of units that lie partly in the area, whose figures depend on the area, nor where figures are compared
    with earlier ones or with those of other forms.
    """
    if scope.before or any(scope.beside.values()):
        return {}
    partly = {above_of(report.unit) for report in scope.expected_reports if not report.overlap.whole}
    due: dict[int, tuple[tuple[ExpectedReport, ...], list[str]]] = {}
    for indicator, reports in scope.expected.items():  # most ask the same reports, in the same tuple
        due.setdefault(id(reports), (reports, []))[1].append(indicator.id)
    inputs: dict[str, dict[str, list[str]]] = defaultdict(dict)
    for reports, indicators in due.values():
        lines: dict[str, list[str]] = defaultdict(list)
        for report in reports:
            (unit, _, period), status = report.key, statuses[report.key]
            file = status.submission if status.state is ReportingState.ACCEPTED else None
            accepted = "" if file is None else f"{file.id} {file.judgement}"
            lines[above_of(report.unit)].append(f"{period} {unit.code} {unit.valid_from} {accepted}")
        for above, of in lines.items():
            # What other units owe says nothing about these.
            inputs[above].setdefault("\n".join(of), []).extend(indicators)
    computed_by = computation_version(catalog), scope.rollup_key.form, scope.rollup_key.period.id
    return {
        above: _hash(computed_by, sorted((sorted(indicators), of) for of, indicators in each.items()))
        for above, each in inputs.items()
        if above not in partly
    }


def _hash(*facts: object) -> str:
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def known_subtotals(session: Session, inputs: Mapping[str, str]) -> dict[str, Subtotal]:
    """Return the stored subtotals that are computed from these inputs, by the code of the unit above."""
    row = RollupSubtotalRow
    columns = row.stored_by, row.above_code, row.figures
    results: dict[str, Subtotal] = {}
    for chunk in in_chunks(inputs.values()):
        for stored_by, above, figures in session.execute(select(*columns).where(row.inputs_sha256.in_(chunk))):
            results[above] = Subtotal(stored_by, {name: figure_of(each) for name, each in figures.items()})
    return results


def subtotals_of(session: Session, revision: int) -> dict[str, Mapping[str, SubtotalFigure]]:
    """Return the stored figures of a revision's subtotals, by the code of the unit above; there may be some only."""
    row, source = RollupSubtotalRow, RollupSourceRow
    stored = (
        select(row.above_code, row.figures)
        .join(source, (source.stored_by == row.stored_by) & (source.above_code == row.above_code))
        .where(source.revision_id == revision)
    )
    rows = session.execute(stored).tuples()
    return {above: {name: figure_of(each) for name, each in figures.items()} for above, figures in rows}


def figure_of(columns: Sequence[Any]) -> SubtotalFigure:
    """Return the figure of plain values from the warehouse."""
    numerator, denominator, units, lacking = columns
    sums = Sums(_number(numerator), _number(denominator), units)
    return SubtotalFigure(
        sums,
        {
            UnitKey(code, date.fromisoformat(day)): (outcome, tuple(parse_period(period) for period in periods))
            for code, day, outcome, periods in lacking
        },
    )


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def total_of(sums: Iterable[Sums]) -> Sums:
    """Add up sums; None where none of them has a number."""
    listed = list(sums)
    numerators = [each.numerator for each in listed if each.numerator is not None]
    denominators = [each.denominator for each in listed if each.denominator is not None]
    return Sums(
        sum(numerators, Decimal(0)) if numerators else None,
        sum(denominators, Decimal(0)) if denominators else None,
        sum(each.units for each in listed),
    )


def outcomes_of(
    units: Mapping[str, Sequence[CoverageGap]], figures: Mapping[str, SubtotalFigure]
) -> dict[str, list[CoverageGap]]:
    """Return the units of subtotals by the outcome of their reports."""
    results: dict[str, list[CoverageGap]] = {}
    for above, gaps in units.items():
        lacking = figures[above].lacking
        if not lacking:
            results.setdefault("reported", []).extend(gaps)
            continue
        for gap in gaps:
            outcome, periods = lacking.get(gap.unit.key, ("reported", gap.periods))
            results.setdefault(outcome, []).append(CoverageGap(gap.unit, periods))
    return results
