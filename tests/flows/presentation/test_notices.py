"""What notices say: who was refused and why, in the reader's language, however many there are."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from domain.catalog.catalog import Catalog
from domain.texts import Lang
from flows.presentation.message_formatter import MessageFormatter
from flows.presentation.notices import MOST_NAMED, FailedRun, RefusedReport, of_refused, of_run, of_test
from tests.flows.pipeline.nightly_runs import WRONG, context_of
from warehouse.queries import submission_issues, submission_record
from warehouse.queries.records import refused_in
from warehouse.store.engine import reading

ADDRESS = "http://127.0.0.1:4200/runs/flow-run/1"


@pytest.fixture
def refused(after_night: Path) -> tuple[RefusedReport, ...]:
    """Return the reports that the run refused."""
    with reading(context_of(after_night).engine) as session:
        return tuple(
            RefusedReport(submission_record(session, item), submission_issues(session, item))
            for item in refused_in(session, "night")
        )


@pytest.fixture
def messages(catalog: Catalog) -> Callable[[Lang], MessageFormatter]:
    """The words of a language."""
    return lambda lang: MessageFormatter(catalog, lang)


def test_refused_reports_are_read_from_a_runs_record(refused: tuple[RefusedReport, ...]) -> None:
    """The notice lists the refused reports of a run's record."""
    assert [refused_report.record.unit for refused_report in refused] == [WRONG]


def test_refused_reports_in_vietnamese(
    refused: tuple[RefusedReport, ...], messages: Callable[[Lang], MessageFormatter]
) -> None:
    """The mail names commune, period, file and cell, and where to look."""
    notice = of_refused(messages("vi"), "nightly", refused, ADDRESS)
    assert notice.subject == f"[tổng hợp] Báo cáo bị trả lại: {WRONG} Xã Ma Nới (nightly)"
    for item in (f"{WRONG} Xã Ma Nới, kỳ 2025-05 (tệp BC_{WRONG}_2025-05.xlsx):", "E15", ADDRESS):
        assert item in notice.body


def test_notice_of_many_refusals_is_short(
    refused: tuple[RefusedReport, ...], messages: Callable[[Lang], MessageFormatter]
) -> None:
    """A notice of hundreds of refusals has a readable length, and counts the rest."""
    notice = of_refused(messages("en"), "nightly", refused * 500, ADDRESS)
    assert notice.body.count(f"BC_{WRONG}_2025-05.xlsx") == MOST_NAMED
    assert f"{500 - MOST_NAMED} more" in notice.body
    assert "+497" in notice.subject


def test_crashed_run_has_a_notice(messages: Callable[[Lang], MessageFormatter]) -> None:
    """The notice of a run without refusals gives its state and message."""
    notice = of_run(messages("en"), FailedRun("nightly", "Crashed", "No sign of life.", ADDRESS), ())
    assert notice.subject == "[tổng hợp] Run nightly: Crashed"
    assert "No sign of life." in notice.body
    assert "RefusedReport" not in notice.body


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_test_mail_states_its_purpose(lang: Lang, messages: Callable[[Lang], MessageFormatter]) -> None:
    """The mail that tries the settings says what it is for."""
    assert "tổng hợp" in of_test(messages(lang)).body


def test_unidentified_report_is_named_by_its_file(
    refused: tuple[RefusedReport, ...], messages: Callable[[Lang], MessageFormatter]
) -> None:
    """The notice names a report of unknown unit by its file."""
    (result,) = refused
    unplaced = replace(result, record=replace(result.record, unit=None, unit_name=None, period=None))
    assert f"BC_{WRONG}_2025-05.xlsx" in of_refused(messages("en"), "nightly", [unplaced], ADDRESS).subject
