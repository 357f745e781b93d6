"""Tests that sample figures are plausible from month to month in any area and period, and reproducible."""

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.catalog.catalog import Catalog
from domain.indicators import Flow, Measure
from domain.layouts import ColumnRole
from domain.periods import Period, parse_period, periods_between
from tests.builders import assignment_for, open_workbook
from tests.examples import examples
from workbooks.identify.hints import Hints
from workbooks.report.parse import parse_report
from workbooks.sample.figures import ReportFigures, invent_figures
from workbooks.sample.inbox import SampleFile, _Sampler, make_sample, reporting_units
from workbooks.sample.series import SampleSeries
from workbooks.template.assignment import assign

pytestmark = pytest.mark.long

MAY = [parse_period("2025-05")]
YEAR = periods_between(parse_period("2024-01"), parse_period("2025-06"))
seeds = st.integers(0, 2**31)


def figures_over(catalog: Catalog, unit: str, periods: Sequence[Period], seed: int) -> list[ReportFigures]:
    """Return a commune's invented figures, period by period."""
    series = SampleSeries(catalog, seed)
    return [invent_figures(series, assignment_for(catalog, unit, period)) for period in periods]


@settings(max_examples=examples(5), deadline=None)
@given(seed=seeds, unit=st.sampled_from(["22810", "22828", "22738", "00001"]))
def test_stocks_never_fall(catalog: Catalog, seed: int, unit: str) -> None:
    """Numerators and denominators of stocks never fall, in the sample district and elsewhere."""
    last: dict[tuple[str, ColumnRole], int] = {}
    for figures in figures_over(catalog, unit, YEAR, seed):
        for (indicator, role), number in figures.form.items():
            if catalog.indicators[indicator].flow is Flow.STOCK:
                assert number >= last.get((indicator, role), 0)
                last[indicator, role] = number


@settings(max_examples=examples(5), deadline=None)
@given(seed=seeds)
def test_villages_never_lose_their_team(catalog: Catalog, seed: int) -> None:
    """A village that has a team or members keeps them in the next month."""
    months = [figures.villages for figures in figures_over(catalog, "22819", YEAR, seed)]
    for earlier, later in itertools.pairwise(months):
        assert all(now[item] >= was[item] for was, now in zip(earlier, later, strict=True) for item in was)


@settings(max_examples=examples(5), deadline=None)
@given(seed=seeds)
def test_cumulative_figures_restart_in_january(catalog: Catalog, seed: int) -> None:
    """Cumulative figures only grow within a year, and the new year begins below the end of the old one."""
    months = [
        figures.form["tthc_phatsinh", ColumnRole.NUMERATOR] for figures in figures_over(catalog, "22819", YEAR, seed)
    ]
    assert months[:12] == sorted(months[:12])
    assert months[12:] == sorted(months[12:])
    assert months[12] < months[11]


@settings(max_examples=examples(5), deadline=None)
@given(seed=seeds, unit=st.sampled_from(["22810", "22828", "22738"]))
def test_figures_agree_with_each_other(catalog: Catalog, seed: int, unit: str) -> None:
    """No part exceeds its whole, a population has one size, and files submitted online do not exceed all files."""
    for figures in figures_over(catalog, unit, YEAR[-3:], seed):
        sizes: dict[str, int] = {}
        for (indicator, role), number in figures.form.items():
            if role is ColumnRole.DENOMINATOR:
                assert figures.form[indicator, ColumnRole.NUMERATOR] <= number
                assert sizes.setdefault(catalog.indicators[indicator].denominator_kind, number) == number
        online = figures.form["dvc_toantrinh", ColumnRole.NUMERATOR] + figures.form["dvc_motphan", ColumnRole.NUMERATOR]
        assert online <= figures.form["dvc_toantrinh", ColumnRole.DENOMINATOR]


@settings(max_examples=examples(5), deadline=None)
@given(seed=seeds, unit=st.sampled_from(["22810", "22828", "22738"]))
def test_populations_do_not_jump(catalog: Catalog, seed: int, unit: str) -> None:
    """The denominator of a stock changes by less than a tenth from one month to the next, if it counts the same."""
    last: dict[str, int] = {}
    for figures in figures_over(catalog, unit, YEAR, seed):
        for (indicator, role), number in figures.form.items():
            defined = catalog.indicators[indicator]
            if role is ColumnRole.DENOMINATOR and defined.flow is Flow.STOCK and not defined.breaks:
                assert abs(number - last.get(indicator, number)) * 10 <= last.get(indicator, number)
                last[indicator] = number


def test_everything_due_has_figures(catalog: Catalog) -> None:
    """A sample contains exactly the indicators that are due."""
    for period in ("2025-05", "2025-06", "2024-12"):
        task = assignment_for(catalog, "22819", period)
        figures = invent_figures(SampleSeries(catalog, 1), task)
        assert {indicator for indicator, _ in figures.form} | set(figures.villages[0]) == task.due
        for indicator in task.due & set(task.layout.indicators):
            is_ratio = catalog.indicators[indicator].measure is Measure.RATIO
            assert ((indicator, ColumnRole.DENOMINATOR) in figures.form) == is_ratio


@pytest.mark.parametrize(
    ("area", "period", "units"), [("582", "2024-01", 13), ("12", "2026-01", 38), ("58", "2025-05", 62)]
)
def test_any_area_in_any_period(catalog: Catalog, area: str, period: str, units: int) -> None:
    """Of a district and of provinces with and without districts all communes report, in workbooks without issues."""
    ((_, _, reporting),) = reporting_units(catalog, area, [parse_period(period)])
    assert len(reporting) == units
    files = list(itertools.islice(make_sample(catalog, area, [parse_period(period)], 7, 0.0), 3))
    assert [file.path.name[3:8] for file in files] == [unit.code for unit in reporting[:3]]
    assert_without_issues(files, catalog)


def assert_without_issues(files: list[SampleFile], catalog: Catalog) -> None:
    """Parse workbooks."""
    for file in files:
        report = parse_report(file.data, catalog, Hints(file.path.name, file.path.parts[:-1]))
        assert (report.issues, report.repairs) == ((), ())


def test_a_commune_has_the_same_figures_in_any_area(catalog: Catalog) -> None:
    """A commune's workbook is the same in a sample of its own and of its district."""
    district = {file.path: file.data for file in make_sample(catalog, "585", MAY, 1, 0.0)}
    for unit in ("22813", "22831"):
        (alone,) = make_sample(catalog, unit, MAY, 1, 0.0)
        assert district[alone.path] == alone.data


def test_same_seed_same_bytes(catalog: Catalog) -> None:
    """Equal seeds give equal bytes and delivery times; another seed gives other bytes."""
    periods = [parse_period("2025-04")]
    first, again, other = (list(make_sample(catalog, "585", periods, seed, 0.3)) for seed in (5, 5, 6))
    assert first == again
    assert [file.data for file in first] != [file.data for file in other]


def test_periods_before_do_not_change_a_period(catalog: Catalog) -> None:
    """A sample of May is the same alone and after April."""
    april, may = parse_period("2025-04"), parse_period("2025-05")
    alone = list(make_sample(catalog, "585", [may], 1, 0.0))
    assert list(make_sample(catalog, "585", [april, may], 1, 0.0))[-len(alone) :] == alone


def test_most_deliveries_are_on_time(catalog: Catalog) -> None:
    """Deliveries of a province come after the cut-off, and few are late."""
    sampler = _Sampler(catalog, SampleSeries(catalog, 1))
    ((form, period, units),) = reporting_units(catalog, "58", MAY)
    tasks = [assign(catalog, form.id, unit, period) for unit in units]
    days = [sampler._delivered_at(task).date() for task in tasks]
    assert all(day > task.last_day for day, task in zip(days, tasks, strict=True))
    assert 0 < sum(day > task.deadline for day, task in zip(days, tasks, strict=True)) < len(days) / 4


def test_workbooks_say_that_they_are_invented(catalog: Catalog) -> None:
    """The stamp, the form, the village sheet and the printed footers state it."""
    file = next(make_sample(catalog, "585", [parse_period("2025-04")], 1, 0.0))
    workbook = open_workbook(file.data)
    assert ("sample", "true") in workbook["_meta"].iter_rows(values_only=True)
    for name in ("Biểu 01-T", "Thôn, khu phố"):
        sheet = workbook[name]
        texts = [str(cell.value) for row in sheet.iter_rows() for cell in row]
        assert any(text.startswith("Số liệu mẫu") and "giả định" in text for text in texts)
        assert "Số liệu mẫu" in str(sheet.oddFooter.left.text)
