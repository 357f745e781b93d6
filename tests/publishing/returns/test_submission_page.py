"""The page of a submission: outcome, issues and advice in both languages; content of cells is escaped."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from domain.catalog.catalog import Catalog
from domain.issues import Issue, Repair, Severity
from domain.periods import parse_period
from domain.submissions import SubmissionState
from domain.texts import Lang
from domain.waivers import OpenWarning, Waiver
from publishing.errors import PagesNotWrittenError
from publishing.figures.formatter import ReportFormatter
from publishing.returns.submission_page import publish_submissions, write_submission_page
from publishing.returns.submission_sheet import MOST_LINES
from tests.publishing.page.strict_page import StrictPage
from tests.publishing.page.test_page import ATTACK
from warehouse.queries import FileRef, SubmissionRecord
from warehouse.queries.feedback import SubmissionFeedback
from warehouse.queries.history import MoveRecord, ReportVersion

WHEN = datetime(2025, 5, 15, 1, 36, tzinfo=UTC)
FORM, SHEET = "cds_x_t", "Biểu 01-T"
ABOVE = Issue(
    "numerator_within_denominator", Severity.CRITICAL, SHEET, "E15", "85", "80",
    facts={"label": "Hồ sơ trực tuyến", "numerator": "85", "denominator": "80", "denominator_cell": "D15"},
)  # fmt: skip
QUESTION = Issue("copied_return", Severity.WARNING, SHEET, found="2025-05", facts={"previous_period": "2025-04"})
MENDED = Repair("thousands_dot", SHEET, "D12", "2.450", "2450")


def version(number: int, state: SubmissionState, name: str = "bc.xlsx") -> ReportVersion:
    """Build a version of the report."""
    return ReportVersion(
        version=number, submission_id=number, state=state, counted=state is SubmissionState.ACCEPTED, file_name=name,
        sha256=f"{number}" * 64, size=1, layout_version=None, received_at=WHEN, judged_at=WHEN, judgements=1, issues=0,
        accepted_at=None, superseded_by=None, deliveries=(), moves=(),
    )  # fmt: skip


def feedback_of(
    state: SubmissionState, *issues: Issue, repairs: tuple[Repair, ...] = (), **record: object
) -> SubmissionFeedback:
    """Build the feedback for a checked submission of Lâm Sơn."""
    known = SubmissionRecord(
        file=FileRef(1, "1" * 64, "bc.xlsx", 1), state=state, unit="22813", unit_name="Xã Lâm Sơn", form=FORM,
        period=parse_period("2025-05"), layout_version="2025.1", reason=None, connector="inbox", path="2025-05/bc.xlsx",
        sender=None, delivered_at=WHEN, landed_at=WHEN, superseded_by=None,
    )  # fmt: skip
    moved = MoveRecord(None, state, WHEN, "night", None, None, None)
    warnings = tuple(OpenWarning(issue, None) for issue in issues if issue.severity is Severity.WARNING)
    return SubmissionFeedback(replace(known, **record), WHEN, issues, warnings, repairs, (version(1, state),), moved)  # type: ignore[arg-type] # a test's own values


def page_of(catalog: Catalog, feedback: SubmissionFeedback, lang: Lang = "vi") -> str:
    """Render the page in a language."""
    return write_submission_page(feedback, ReportFormatter(catalog, lang)).decode()


SETTLED = [
    SubmissionState.ACCEPTED,
    SubmissionState.QUARANTINED,
    SubmissionState.SUPERSEDED,
    SubmissionState.WITHDRAWN,
    SubmissionState.REPLACED_BEFORE_CHECK,
]


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("state", SETTLED)
def test_every_outcome_has_a_well_formed_page(catalog: Catalog, state: SubmissionState, lang: Lang) -> None:
    """The page of every outcome names it, is well-formed and loads nothing."""
    page = page_of(catalog, feedback_of(state, ABOVE, QUESTION, repairs=(MENDED,)), lang)
    strict = StrictPage(page)
    outcome = "accepted_asked" if state is SubmissionState.ACCEPTED else state
    assert strict.problems == []
    assert catalog.texts.text(f"publishing.outcome_{outcome}", lang) in strict.words
    assert re.findall(r"https?:|//[a-z]|@import|url\(|javascript:", page) == []
    assert {tag for tag, _ in strict.elements}.isdisjoint({"script", "link", "img", "iframe", "object", "form", "a"})


def test_a_refused_report_lists_its_cells(catalog: Catalog) -> None:
    """It lists unit, time, file, hash; sheet, cell, value found and expected, advice; and repairs."""
    words = StrictPage(page_of(catalog, feedback_of(SubmissionState.QUARANTINED, ABOVE, repairs=(MENDED,)))).words
    for part in ("Xã Lâm Sơn – Tháng 5/2025", "08:36 15/05/2025", "bc.xlsx", "1" * 64, "Lỗi phải sửa (1)"):
        assert part in words
    assert f"E15 {SHEET} 85 {catalog.issue_expected(ABOVE, 'vi')}" in words
    assert catalog.issue_action(ABOVE, "vi") in words
    assert f"D12 {SHEET} 2.450 2450 {catalog.texts.repairs['thousands_dot'].vi}" in words


def test_an_accepted_report_without_warnings_needs_no_action(catalog: Catalog) -> None:
    """The page says that nothing has to be done, and shows no table of faults."""
    words = StrictPage(page_of(catalog, feedback_of(SubmissionState.ACCEPTED))).words
    assert "Số liệu đã được đưa vào tổng hợp. Đơn vị không phải làm gì thêm" in words
    assert "Lỗi phải sửa" not in words


def test_an_accepted_table_that_does_not_count_says_so(catalog: Catalog) -> None:
    """Its figures are kept beside those of the communes' form, and the page does not say that they are summed."""
    feedback = feedback_of(SubmissionState.ACCEPTED)
    table = replace(feedback.record, form="hddt_t", period=parse_period("2026-05"))
    words = StrictPage(page_of(catalog, replace(feedback, record=table))).words
    assert "không đưa vào tổng hợp. Đơn vị không phải làm gì thêm" in words
    assert "cần xem lại" not in words


def test_an_answered_warning_needs_no_action(catalog: Catalog) -> None:
    """The answer with author and last day replaces the advice."""
    waiver = Waiver(1, QUESTION.code, "số liệu không đổi", "lan", WHEN, date(2025, 6, 30))
    feedback = replace(feedback_of(SubmissionState.ACCEPTED, QUESTION), asked=(OpenWarning(QUESTION, waiver),))
    words = StrictPage(page_of(catalog, feedback)).words
    assert "Đơn vị không phải làm gì thêm" in words
    assert "“số liệu không đổi” (lan, 08:36 15/05/2025; có giá trị đến hết 30/06/2025)" in words
    assert catalog.issue_action(QUESTION, "vi") not in words


def test_all_versions_are_listed(catalog: Catalog) -> None:
    """Each version is listed with its outcome; the shown one is marked."""
    versions = (version(1, SubmissionState.QUARANTINED), version(2, SubmissionState.ACCEPTED, "bc-sua.xlsx"))
    words = StrictPage(
        page_of(catalog, replace(feedback_of(SubmissionState.QUARANTINED, ABOVE), versions=versions))
    ).words
    assert "Bản 1 trang này" in words
    assert "Bản 2 08:36 15/05/2025 bc-sua.xlsx" in words
    assert "✓ được chấp nhận" in words


def test_the_reason_of_a_withdrawal_is_shown(catalog: Catalog) -> None:
    """A person's reason is quoted with their name."""
    moved = MoveRecord(None, SubmissionState.WITHDRAWN, WHEN, None, "withdrawn_by_person", "nhầm kỳ", "lan")
    feedback = replace(feedback_of(SubmissionState.WITHDRAWN), last_move=moved)
    assert "lan: “nhầm kỳ”" in StrictPage(page_of(catalog, feedback)).words


def test_an_unidentified_file_has_a_page(catalog: Catalog) -> None:
    """Without unit, period and form the page still gives advice."""
    refused = Issue("not_a_workbook", Severity.CRITICAL)
    result = feedback_of(SubmissionState.QUARANTINED, refused, unit=None, unit_name=None, form=None, period=None)
    words = StrictPage(page_of(catalog, replace(result, versions=()))).words
    assert "Chưa rõ đơn vị – chưa rõ kỳ báo cáo" in words
    assert catalog.issue_action(refused, "vi") in words


def test_hostile_text_is_escaped(catalog: Catalog) -> None:
    """Markup in cells and in names of sheets, files and senders is shown as text."""
    attack = Issue(
        "numerator_within_denominator", Severity.CRITICAL, ATTACK, ATTACK, ATTACK, ATTACK, facts={"label": ATTACK}
    )
    result = feedback_of(
        SubmissionState.QUARANTINED,
        attack,
        repairs=(Repair(ATTACK, ATTACK, ATTACK, ATTACK, ATTACK),),
        file=FileRef(1, "1" * 64, ATTACK, 1), unit_name=ATTACK, sender=ATTACK, path=ATTACK, connector=ATTACK,
    )  # fmt: skip
    moved = replace(result.last_move, note=ATTACK, actor=ATTACK)
    page = page_of(
        catalog, replace(result, last_move=moved, versions=(version(1, SubmissionState.QUARANTINED, ATTACK),))
    )
    strict = StrictPage(page)
    assert strict.problems == []
    assert "<script" not in page
    assert strict.words.count(ATTACK) >= 15
    assert [name for _, attributes in strict.elements for name in attributes if name.startswith("on")] == []


def test_a_file_of_many_faults_has_a_short_page(catalog: Catalog) -> None:
    """Only the first faults are listed, the rest is counted."""
    result = feedback_of(SubmissionState.QUARANTINED, *[ABOVE] * (MOST_LINES + 7), repairs=(MENDED,) * (MOST_LINES + 3))
    page = page_of(catalog, result, "en")
    assert page.count('class="words"') == MOST_LINES
    assert "… and 7 more" in page
    assert "… and 3 more" in page


def test_a_page_replaces_the_earlier_one(catalog: Catalog, tmp_path: Path) -> None:
    """A page written twice is one file, with the newer content."""
    publish_submissions([feedback_of(SubmissionState.ACCEPTED)], catalog, tmp_path)
    assert publish_submissions([feedback_of(SubmissionState.WITHDRAWN)], catalog, tmp_path) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["1.html"]
    assert "đã được rút" in (tmp_path / "1.html").read_text("utf-8")


def test_a_folder_that_cannot_be_written_is_reported(catalog: Catalog, tmp_path: Path) -> None:
    """The error names the folder, the reason and what happens next."""
    (tmp_path / "pages").write_text("a file is in the way")
    with pytest.raises(PagesNotWrittenError, match="the next run writes whatever is missing"):
        publish_submissions([feedback_of(SubmissionState.ACCEPTED)], catalog, tmp_path / "pages")
