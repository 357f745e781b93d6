"""The notes of a row follow from what it is made from, in Vietnamese, without a database."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from domain.aggregation import Sums
from domain.catalog.catalog import Catalog
from domain.comparisons.territory_bounds import TerritoryBounds
from domain.extents import Weight
from domain.issues import Issue, Severity
from domain.periods import Period, parse_period
from domain.units import Area, Level, UnitRegister
from domain.waivers import OpenWarning, Waiver
from tests.warehouse.rollups.plain_values import FORM, MAY, expected_report, link, unit
from warehouse.rollups.contributions import FigureInputs
from warehouse.rollups.coverage import Coverage, CoverageGap
from warehouse.rollups.notes import NoteWriter
from warehouse.rollups.scope import RollupKey, RollupScope

AREA = Area("D", "Huyện D", Level.DISTRICT, date(2000, 1, 1), None, (), date(2025, 6, 30))
QUARTER = parse_period("2025-Q2")
NO_UNITS = Coverage((), (), (), (), (), ())
NOTHING_TO_NOTE = FigureInputs(Sums(None, None, 0), (), NO_UNITS, (), (), (), (), (), is_comparable=True)
GAP_A, GAP_B = CoverageGap(unit("A"), (MAY,)), CoverageGap(unit("B"), (MAY,))


@pytest.fixture
def writer(catalog: Catalog) -> NoteWriter:
    """Make a writer for May with the shipped texts and two units, the first of which ends on 2025-06-30."""
    old, new = replace(unit("A"), valid_to=date(2025, 6, 30)), replace(unit("B"), valid_from=date(2025, 7, 1))
    units = UnitRegister([old, new], [link("A", "B", whole=False)])
    return NoteWriter(replace(catalog, units=units), scope_for(MAY))


def scope_for(period: Period) -> RollupScope:
    """Make the scope of a period without expected reports."""
    return RollupScope(RollupKey(AREA, FORM, period), (), {}, {}, ())


def test_nothing_to_note_is_an_empty_text(writer: NoteWriter) -> None:
    """A complete row has no notes."""
    assert writer.of(NOTHING_TO_NOTE, has_no_share=False) == ""


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        ("reported", ""),
        ("not_delivered", "Chưa có báo cáo: A Xã A, B Xã B."),
        ("refused", "Báo cáo chưa đạt yêu cầu kiểm tra, chờ đơn vị sửa và gửi lại: A Xã A, B Xã B."),
        ("left_blank", "Đã báo cáo nhưng chưa điền đủ số liệu của chỉ tiêu này: A Xã A, B Xã B."),
        ("not_applicable", "Không áp dụng đối với: A Xã A, B Xã B."),
        ("late", "Gửi báo cáo sau thời hạn: A Xã A, B Xã B."),
    ],
)
def test_coverage_names_the_units(writer: NoteWriter, outcome: str, sentence: str) -> None:
    """Each outcome but a reported figure has its sentence."""
    coverage = replace(NO_UNITS, **{outcome: (GAP_A, GAP_B)})
    assert writer.of(replace(NOTHING_TO_NOTE, coverage=coverage), has_no_share=False) == sentence


def test_sentences_follow_a_fixed_order(writer: NoteWriter) -> None:
    """Missing reports come before late ones, and the missing share comes last."""
    inputs = replace(NOTHING_TO_NOTE, coverage=replace(NO_UNITS, late=(GAP_A,), not_delivered=(GAP_B,)))
    assert writer.of(inputs, has_no_share=True) == (
        "Chưa có báo cáo: B Xã B. Gửi báo cáo sau thời hạn: A Xã A. Tổng mẫu số bằng 0 nên không tính được tỷ lệ."
    )


def test_longer_period_names_the_months(writer: NoteWriter) -> None:
    """A quarter says which of its months are missing."""
    inputs = replace(NOTHING_TO_NOTE, coverage=replace(NO_UNITS, not_delivered=(GAP_A,)))
    notes = replace(writer, scope=scope_for(QUARTER)).of(inputs, has_no_share=False)
    assert notes == "Chưa có báo cáo: A Xã A (2025-05)."


@pytest.mark.parametrize(("count", "ending"), [(20, "19 Xã 19."), (22, "19 Xã 19, và 2 đơn vị khác.")])
def test_at_most_twenty_units_are_named(writer: NoteWriter, count: int, ending: str) -> None:
    """The rest is counted."""
    gaps = tuple(CoverageGap(unit(str(number)), (MAY,)) for number in range(count))
    inputs = replace(NOTHING_TO_NOTE, coverage=replace(NO_UNITS, refused=gaps))
    assert writer.of(inputs, has_no_share=False).endswith(ending)


def test_unit_without_a_stated_share_names_succession_and_text(writer: NoteWriter) -> None:
    """The note gives the reason why the figure is not comparable, with the legal text."""
    crossing = expected_report("A", whole=False, ways=((link("A", "B", whole=False),),))
    assert writer.of(replace(NOTHING_TO_NOTE, crossing=(crossing,)), has_no_share=False) == (
        "Không so sánh được, vì địa giới thay đổi và không có số liệu theo thôn hay tỷ trọng được công bố: "
        "A Xã A chỉ thuộc địa bàn một phần [A Xã A → B Xã B] theo 1667/NQ-UBTVQH15."
    )


def test_new_definition_is_noted_with_its_reason(writer: NoteWriter, catalog: Catalog) -> None:
    """The first row of a new definition says so, in the words of the catalogue."""
    since = catalog.indicators["hddt_hkd"].breaks[-1]
    assert writer.of(NOTHING_TO_NOTE, has_no_share=False, redefined=since) == (
        f"Từ kỳ này chỉ tiêu đổi cách tính, không so sánh với các kỳ trước: {since.reason.vi}."
    )


@pytest.mark.parametrize(
    ("high", "is_share", "between"), [("0.66666", True, "từ 33,33% đến 66,67%"), ("12", False, "từ 0 đến 12")]
)
def test_bounds_are_rounded_outwards(writer: NoteWriter, high: str, between: str, *, is_share: bool) -> None:
    """A share has two decimals with a comma, a count none."""
    bounds = TerritoryBounds(Fraction(1, 3), Fraction(high))
    notes = writer.of(NOTHING_TO_NOTE, has_no_share=False, bounds=bounds, is_share=is_share)
    assert notes == f"Số liệu nằm trong khoảng {between}, tùy phần thuộc địa bàn của các đơn vị đó."


def test_unresolved_units_are_named(writer: NoteWriter) -> None:
    """They belong to the scope, so every row names them."""
    notes = replace(writer, scope=replace(writer.scope, unresolved=(unit("A"),))).of(
        NOTHING_TO_NOTE, has_no_share=False
    )
    assert notes == "Không so sánh được, vì chưa rõ các đơn vị sau đã nhập vào đâu: A Xã A."


def test_stated_shares_are_named(writer: NoteWriter) -> None:
    """Villages are counted, a weight is quoted with its source."""
    by_village = expected_report("A", whole=False, villages=["A1", "A2"])
    weight = Weight(Decimal("0.25"), "CV 12/UBND", ())
    inputs = replace(
        NOTHING_TO_NOTE, by_village=(by_village,), by_weight=((expected_report("B", whole=False), weight),)
    )
    assert writer.of(inputs, has_no_share=False) == (
        "Chỉ tính các thôn, khu phố thuộc địa bàn: A Xã A (2 thôn). "
        "Tính theo tỷ trọng đã công bố: B Xã B × 0.25 (CV 12/UBND)."
    )


def test_decreasing_cumulative_figure_is_named(writer: NoteWriter) -> None:
    """The month that had more follows the unit, unless the row is about it."""
    gap = CoverageGap(unit("A"), (parse_period("2025-04"),))
    notes = writer.of(replace(NOTHING_TO_NOTE, decreasing=(gap,)), has_no_share=False)
    assert notes == "Số lũy kế nhỏ hơn số của kỳ trước trong năm: A Xã A (2025-04)."


def test_warnings_are_grouped_by_unit_and_answers_are_quoted(writer: NoteWriter) -> None:
    """An unanswered title is listed once per unit; an answer has person, time and last day."""
    code = next(iter(writer.catalog.rules))
    issue = Issue(code, Severity.WARNING)
    title = writer.catalog.issue_title(issue, "vi")
    answer = Waiver(1, code, "đã kiểm tra", "lan", datetime(2025, 6, 1, 18, 0, tzinfo=UTC), date(2025, 12, 31))
    a, b = expected_report("A"), expected_report("B")
    open_warnings = ((a, OpenWarning(issue, None)), (a, OpenWarning(issue, None)), (b, OpenWarning(issue, answer)))
    assert writer.of(replace(NOTHING_TO_NOTE, open_warnings=open_warnings), has_no_share=False) == (
        f"Số liệu còn có cảnh báo chưa được giải trình: A Xã A ({title}). "
        f"Cảnh báo đã được giải trình: B Xã B – {title}: “đã kiểm tra” "
        "(lan, 02/06/2025, có giá trị đến hết 31/12/2025)."
    )
