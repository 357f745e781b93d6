"""Trends of a report's figures: points, gaps, breaks, comparisons, verdicts and days late."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from domain.catalog.catalog import Catalog
from domain.periods import Period, parse_period
from domain.rollups import Boundary, RollupStatus
from publishing.editions import EDITION, SECOND_EDITION
from publishing.figures.assemble import assemble
from publishing.figures.formatter import ReportFormatter
from publishing.figures.report import PublishedFigure, Report
from publishing.figures.trends import BreakKind, FigureTrend
from tests.publishing.revisions import build_revision, with_row
from warehouse.queries import EarlierFigure, EarlierPeriods, Revision

MARCH, APRIL, MAY = (parse_period(f"2025-0{month}") for month in (3, 4, 5))
LAST_MAY = parse_period("2024-05")
WHY = "Không so sánh được: 22822 Xã Mỹ Sơn"


def rate_of(revision: Revision) -> int:
    """Return the position of the first rate."""
    return next(position for position, row in enumerate(revision.rows) if row.denominator is not None)


def knowing(
    revision: Revision,
    values: Mapping[Period, str | None],
    boundary: Boundary = Boundary.AS_THEN,
    **columns: object,
) -> Revision:
    """Add values of the first rate in earlier periods; without a value a period is not comparable."""
    row = revision.rows[rate_of(revision)]
    figures = tuple(
        EarlierFigure(
            indicator=row.indicator,
            period=period,
            boundary=boundary,
            area_valid_from=revision.area_valid_from,
            value=None if value is None else Decimal(value),
            numerator=Decimal(10),
            denominator=Decimal(20),
            denominator_kind=row.denominator_kind,
            status=RollupStatus.NOT_COMPARABLE if value is None else RollupStatus.COMPLETE,
            units_expected=8,
            units_accepted=8,
            revision=1,
            notes=WHY if value is None else "",
        )
        for period, value in values.items()
    )
    figures = tuple(figure._replace(**columns) for figure in figures)  # type: ignore[arg-type] # names of columns
    known = revision.earlier.figures if revision.earlier else ()
    return replace(revision, earlier=EarlierPeriods(figures=known + figures))


def figure_of(revision: Revision, formatter: ReportFormatter, edition: int = EDITION) -> PublishedFigure:
    """Assemble the report and return its first rate."""
    wanted = revision.rows[rate_of(revision)].indicator
    themes = assemble(revision, formatter, edition).themes
    return next(figure for theme in themes for figure in theme.figures if figure.row.indicator == wanted)


def trend_of(revision: Revision, formatter: ReportFormatter) -> FigureTrend:
    """Return the trend of the first rate."""
    trend = figure_of(revision, formatter).trend
    assert trend
    return trend


def test_period_without_revision_is_a_gap(revision: Revision, vietnamese: ReportFormatter) -> None:
    """A trend has a point for each period from the first known one to its own, whatever is missing in between."""
    trend = trend_of(knowing(revision, {MARCH: "40.00"}), vietnamese)
    assert [(point.period, point.period_name, point.status is None) for point in trend.points] == [
        (MARCH, "Tháng 3/2025", False),
        (APRIL, "Tháng 4/2025", True),
        (MAY, "Tháng 5/2025", False),
    ]
    assert trend.points[-1].value == revision.rows[rate_of(revision)].value
    assert (trend.last, trend.last_year, trend.other_points) == (None, None, ())


@pytest.mark.parametrize(("lang", "unit"), [("vi", " điểm phần trăm"), ("en", " percentage points")])
def test_change_is_that_of_the_shown_values(catalog: Catalog, revision: Revision, lang: str, unit: str) -> None:
    """The change against last month and the same month last year, with its sign and in percentage points."""
    formatter = ReportFormatter(catalog, "en" if lang == "en" else "vi")
    now = with_row(revision, rate_of(revision), value=Decimal("41.50"))
    figure = figure_of(knowing(now, {APRIL: "40.25", LAST_MAY: "42.00"}), formatter)
    last, last_year = figure.change_from_last, figure.change_from_last_year
    assert last
    assert last_year
    assert (last.period, last.value, last.change) == (APRIL, Decimal("40.25"), Decimal("1.25"))
    mark = "," if lang == "vi" else "."
    assert (last.text, last_year.text) == (f"+1{mark}25{unit}", f"−0{mark}50{unit}")  # the minus sign


@pytest.mark.parametrize(
    ("changed", "value", "text"),
    [
        ({}, None, "không so sánh được"),
        ({"denominator_kind": "other"}, "40.00", "không so sánh được do đổi mẫu số"),
        ({"value": None}, "40.00", "chưa có số liệu để so sánh"),
    ],
    ids=["boundaries", "kind", "no figure"],
)
def test_change_that_cannot_be_stated(
    revision: Revision, vietnamese: ReportFormatter, changed: dict[str, object], value: str | None, text: str
) -> None:
    """Kinds of denominators are never compared; the reason stands in place of the change."""
    last = figure_of(knowing(revision, {APRIL: value}, **changed), vietnamese).change_from_last
    assert last
    assert (last.change, last.text) == (None, text)


def test_breaks_of_area_units_and_definition(revision: Revision, vietnamese: ReportFormatter) -> None:
    """Each break stands before the first point after it, with its day and a sentence."""
    moved = replace(revision, units=(revision.units[0]._replace(unit_valid_from=date(2025, 5, 1)), *revision.units[1:]))
    known = knowing(moved, {MARCH: "40.00"}, area_valid_from=date(1990, 1, 1))
    known = knowing(known, {APRIL: "41.00"}, denominator_kind="other")
    breaks = trend_of(known, vietnamese).breaks
    assert [(each.period, each.kind, each.day) for each in breaks] == [
        (APRIL, BreakKind.AREA, revision.area_valid_from),
        (APRIL, BreakKind.DEFINITION, None),
        (MAY, BreakKind.UNITS, date(2025, 5, 1)),
        (MAY, BreakKind.DEFINITION, None),
    ]
    assert breaks[2].text == "Đơn vị báo cáo được sắp xếp lại từ 01/05/2025"
    last = trend_of(known, vietnamese).last
    assert last
    assert last.breaks == breaks[2:]


def test_other_boundaries_stand_beside(revision: Revision, vietnamese: ReportFormatter) -> None:
    """Both series have the same periods; what is not comparable says why and which unit."""
    known = knowing(knowing(revision, {APRIL: "40.00"}), {MARCH: "39.00", APRIL: None}, Boundary.AS_NOW)
    trend = trend_of(known, vietnamese)
    assert [point.period for point in trend.points] == [point.period for point in trend.other_points]
    assert [point.value for point in trend.other_points] == [Decimal("39.00"), None, None]
    assert [point.is_not_comparable for point in trend.other_points] == [False, True, False]
    assert trend.other_points[1].notes == WHY
    assert trend.points[0].status is None


def test_first_edition_shows_no_earlier_periods(revision: Revision, vietnamese: ReportFormatter) -> None:
    """Its bytes were written before there were any."""
    known = knowing(revision, {APRIL: "40.00"})
    assert assemble(known, vietnamese, 1) == assemble(revision, vietnamese, 1)


@pytest.mark.parametrize(
    ("facts", "text", "first"),
    [
        ({}, "Đạt", "Đạt"),
        ({"status": RollupStatus.PARTIAL}, "Đạt theo số liệu đã có", "Đạt"),
        ({"status": RollupStatus.PARTIAL, "attained": False}, "Chưa đạt theo số liệu đã có", "Chưa đạt"),
        ({"target_assumed": True}, "Chưa đánh giá: mục tiêu giả định", "Đạt"),
    ],
)
def test_verdict(
    revision: Revision, vietnamese: ReportFormatter, facts: dict[str, object], text: str, first: str
) -> None:
    """Only a target that a document sets is judged, and a verdict on partial data says so; `first` edition: neither."""
    judged = with_row(revision, rate_of(revision), target=Decimal(80), **facts)
    judged = with_row(judged, rate_of(revision), attained=facts.get("attained", True))
    if "target_assumed" not in facts:
        judged = with_row(judged, rate_of(revision), target_assumed=False)
    figure = figure_of(judged, vietnamese)
    assert (figure.attained is None, vietnamese.attainment(figure)) == ("target_assumed" in facts, text)
    assert vietnamese.attainment(figure_of(judged, vietnamese, 1)) == first


def test_days_late(catalog: Catalog, vietnamese: ReportFormatter) -> None:
    """Of a late report until the first file came, of a missing or refused one until the revision; others have none."""
    deadline = catalog.forms.deadline("cds_x_t", MAY, catalog.forms.form("cds_x_t").level)
    made = datetime(2025, 5, deadline.day + 5, 18, 30, tzinfo=UTC)  # the next day in Vietnam
    revision = build_revision(catalog, missing={"22831"}, refused={"22828"}, late={"22813"}, published_at=made)
    came = datetime(2025, 5, deadline.day + 2, 3, tzinfo=UTC)
    units = tuple(unit._replace(received_at=came) if unit.late else unit for unit in revision.units)
    report: Report = assemble(replace(revision, units=units), vietnamese)
    days = {unit.code: unit.days_late for unit in report.units}
    assert (days["22831"], days["22828"], days["22813"], days["22816"]) == (6, 6, 2, 0)
    assert {unit.deadline for unit in report.units} == {deadline}
    corrected = tuple(unit._replace(first_received_at=came - timedelta(days=1)) for unit in units)
    for edition, late in ((SECOND_EDITION, 2), (EDITION, 1)):
        (line,) = (
            unit
            for unit in assemble(replace(revision, units=corrected), vietnamese, edition).units
            if unit.code == "22813"
        )
        assert (line.state, line.days_late, "bản sửa" in vietnamese.received(line)) == ("late", late, late == 1)
    early = replace(revision, published_at=datetime(2025, 5, 2, tzinfo=UTC))
    assert {unit.days_late for unit in assemble(early, vietnamese).absent} == {0}
