"""Count warnings and refusals that the catalogue's rules raise on clean sample reports: all are false alarms.

    python -m tests.tools.false_alarms --areas 58 56 --periods 2024-06..2025-05

Counted as well is which ordinary corrections would be held for a decision, and how many reports of the next month sent
as a correction would be.

The figures are those of `tonghop sample`, put before the rules without workbooks: each period in one batch, beside what
the periods before it reported. A report of a later year is judged by the stage that each rule has today.
"""

import argparse
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from domain.catalog.catalog import Catalog, load_catalog
from domain.figure_changes import CountingVersion, correction_issues
from domain.indicators import Flow, Indicator
from domain.issues import Issue, Severity
from domain.layouts import ColumnRole
from domain.observations import CellState, Figure, Observation
from domain.periods import Period, parse_period
from domain.staging import ACCEPTED, StagedAccepted, StagedHistory, StagedRow, StagedSubmission, columns_of
from domain.submissions import ParsedReport
from domain.units import OrgUnit, UnitKey
from expectations.check import check
from flows.pipeline.stages.earlier_figures import STEPS_BACK
from flows.pipeline.stages.judge import rows_of
from warehouse.store.engine import Engine, migrate, open_engine, transaction
from warehouse.submissions.staging import clear, stage
from workbooks.sample.figures import invent_figures
from workbooks.sample.series import SampleSeries
from workbooks.template.assignment import assign

_RUN = "false-alarms"


@dataclass
class FalseAlarms:
    """Reports judged, and by rule those with at least one finding that a sender sees."""

    reports: int = 0
    with_warning: int = 0
    refused: int = 0
    by_rule: Counter[str] = field(default_factory=Counter)
    examples: dict[str, Issue] = field(default_factory=dict)

    @property
    def share(self) -> float:
        """Share of the reports with a warning or refusal."""
        return self.with_warning / self.reports if self.reports else 0.0


@dataclass
class HeldCorrections:
    """Corrections sent, and those of them that would be held."""

    sent: int = 0
    held: int = 0


def count_false_alarms(catalog: Catalog, areas: Sequence[str], periods: Sequence[Period], seed: int) -> FalseAlarms:
    """Judge the sample reports of all units of some areas, period by period, by the rules as they stand today."""
    result = FalseAlarms()
    series = SampleSeries(catalog, seed)
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'staging.db'}"
        engine = open_engine(url)
        migrate(engine)
        past = PastReports()
        for period in periods:
            reports = dict(enumerate(sample_reports(catalog, series, areas, period), 1))
            _stage(engine, catalog, reports, past)
            issues = _judge(catalog, url, len(reports))
            for number, report in reports.items():
                _count(result, issues.get(number, ()))
                past.add(report)
        engine.dispose()
    return result


def count_held_corrections(
    catalog: Catalog, areas: Sequence[str], periods: Sequence[Period], seed: int
) -> Mapping[str, HeldCorrections]:
    """Send a correction of each kind for every sample report, and count by kind those held for a decision."""
    series, rng = SampleSeries(catalog, seed), random.Random(seed)
    flows = frozenset(key for key, each in catalog.indicators.items() if each.flow is Flow.FLOW)
    results = {kind: HeldCorrections() for kind in ("one figure", "three figures", "one theme", "next month's figures")}
    for period in periods:
        for report in sample_reports(catalog, series, areas, period):
            assert report.unit is not None
            assert report.form is not None
            before = CountingVersion(report.unit.code, 1, report.observations)
            theme = catalog.indicators[rng.choice(report.observations).indicator].theme
            of_theme = {
                key for key, each in enumerate(report.observations) if catalog.indicators[each.indicator].theme == theme
            }
            later = sample_report(catalog, series, report.form, report.unit, period.shift(1))
            corrections = {
                "one figure": _corrected(report, {rng.randrange(len(report.observations))}),
                "three figures": _corrected(report, set(rng.sample(range(len(report.observations)), 3))),
                "one theme": _corrected(report, of_theme),
                "next month's figures": later.observations,
            }
            for kind, observations in corrections.items():
                results[kind].sent += 1
                results[kind].held += bool(correction_issues(before, observations, period, flows))
    return results


def _corrected(report: ParsedReport, lines: Collection[int]) -> list[Observation]:
    """Return the report's lines, those at these places counted one higher."""
    return [
        each._replace(numerator=_figure(int(each.numerator.number or 0) + 1, each.numerator.cell))
        if key in lines
        else each
        for key, each in enumerate(report.observations)
    ]


def sample_reports(
    catalog: Catalog, series: SampleSeries, areas: Sequence[str], period: Period
) -> Iterator[ParsedReport]:
    """Yield the reports of all units of some areas that owe a form for a period."""
    for form in catalog.forms.of_units:
        if form.frequency is period.frequency:
            for area in areas:
                for unit in catalog.owing_units(form.id, area, period):
                    yield sample_report(catalog, series, form.id, unit, period)


def sample_report(catalog: Catalog, series: SampleSeries, form: str, unit: OrgUnit, period: Period) -> ParsedReport:
    """Return a unit's sample report as it would be parsed; line n has its figures in row n + 10."""
    assignment = assign(catalog, form, unit, period)
    invented, layout = invent_figures(series, assignment), assignment.layout
    observations = [
        _observation(unit.code, catalog.indicators[name], layout.sheet, row, invented.form)
        for row, name in enumerate(layout.indicators, 11)
        if name in assignment.due
    ]
    villages = catalog.units.villages(unit, assignment.last_day)
    for row, (village, figures) in enumerate(zip(villages, invented.villages, strict=True), 11):
        for name, number in figures.items():
            numbers = {(name, ColumnRole.NUMERATOR): number, (name, ColumnRole.DENOMINATOR): 1}
            sheet = layout.village_sheet or ""
            observations.append(_observation(village.code, catalog.indicators[name], sheet, row, numbers))
    return ParsedReport(unit, period, form, layout.version, tuple(observations), (), ())


def _observation(
    unit: str, indicator: Indicator, sheet: str, row: int, numbers: Mapping[tuple[str, ColumnRole], int]
) -> Observation:
    numerator = _figure(numbers[indicator.id, ColumnRole.NUMERATOR], f"E{row}")
    if indicator.denominator is None:
        return Observation(unit, indicator.id, sheet, numerator)
    denominator = _figure(numbers[indicator.id, ColumnRole.DENOMINATOR], f"D{row}")
    return Observation(unit, indicator.id, sheet, numerator, denominator)


def _figure(number: int, cell: str) -> Figure:
    return Figure(CellState.VALUE if number else CellState.ZERO, Decimal(number), cell, str(number))


@dataclass
class PastReports:
    """Reports of the periods before, by unit and form, newest last."""

    reports: dict[tuple[UnitKey, str], list[ParsedReport]] = field(default_factory=lambda: defaultdict(list))

    def add(self, report: ParsedReport) -> None:
        """Add a report of a later period."""
        assert report.unit is not None
        assert report.form is not None
        self.reports[report.unit.key, report.form].append(report)

    def rows(self, number: int, report: ParsedReport) -> Iterator[StagedHistory]:
        """Yield the history of a report."""
        assert report.unit is not None
        assert report.form is not None
        assert report.period is not None
        for back, earlier in enumerate(reversed(self.reports[report.unit.key, report.form][-STEPS_BACK:]), 1):
            assert earlier.period == report.period.shift(-back)
            for observation in earlier.observations:
                village = "" if observation.unit == report.unit.code else observation.unit
                denominator = observation.denominator.number if observation.denominator else None
                yield StagedHistory(
                    _RUN,
                    number,
                    report.unit.code,
                    village,
                    observation.indicator,
                    str(earlier.period),
                    back,
                    observation.numerator.number,
                    denominator,
                )


def _stage(engine: Engine, catalog: Catalog, reports: Mapping[int, ParsedReport], past: PastReports) -> None:
    rows: list[StagedRow] = []
    for number, report in reports.items():
        rows += [*rows_of(catalog, _RUN, number, report), *past.rows(number, report)]
        rows += _copied_from(catalog, past, number, report)
    with transaction(engine) as session:
        clear(session, _RUN)
        stage(session, rows)


def _copied_from(catalog: Catalog, past: PastReports, number: int, report: ParsedReport) -> Iterator[StagedAccepted]:
    """Yield the report of the period before as a whole, if there is one."""
    assert report.unit is not None
    assert report.form is not None
    for earlier in past.reports[report.unit.key, report.form][-1:]:
        for row in rows_of(catalog, _RUN, -number, earlier):
            if isinstance(row, StagedSubmission):
                names = columns_of(ACCEPTED)
                yield StagedAccepted(**{name: getattr(row, name) for name in names})


def _judge(catalog: Catalog, url: str, submissions: int) -> dict[int, list[Issue]]:
    rules = [
        replace(rule, stages={stage: date.min for stage in [rule.stage_on(date.max)] if stage is not None})
        for rule in catalog.rules.values()
    ]
    results: dict[int, list[Issue]] = defaultdict(list)
    for finding in check(url, _RUN, rules, submissions, indicators=tuple(catalog.indicators.values())):
        results[finding.submission_id].append(finding.issue)
    return results


def _count(result: FalseAlarms, issues: Sequence[Issue]) -> None:
    seen = [issue for issue in issues if issue.severity is not Severity.INFO]
    result.reports += 1
    result.with_warning += bool(seen)
    result.refused += any(issue.severity is Severity.CRITICAL for issue in seen)
    result.by_rule.update({issue.code for issue in seen})
    for issue in seen:
        result.examples.setdefault(issue.code, issue)


def main() -> None:
    """Count, and print the share of reports with a finding, and each rule's."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--areas", nargs="+", default=["58", "56"], help="codes of provinces, districts or communes")
    parser.add_argument("--periods", default="2024-06..2025-05", help="first and last period")
    parser.add_argument("--seed", type=int, default=1, help="seed of the figures")
    options = parser.parse_args()
    first, last = map(parse_period, options.periods.split(".."))
    periods = [first]
    while periods[-1] != last:
        periods.append(periods[-1].shift(1))
    catalog = load_catalog()
    result = count_false_alarms(catalog, options.areas, periods, options.seed)
    lines = [
        f"{result.reports} reports, {result.with_warning} with a finding ({result.share:.2%}), {result.refused} refused"
    ]
    lines += [f"{count:6} {rule}: {result.examples[rule]}" for rule, count in result.by_rule.most_common()]
    for kind, counted in count_held_corrections(catalog, options.areas, periods, options.seed).items():
        lines.append(f"corrections, {kind}: {counted.held} of {counted.sent} held")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
