"""What notices say: who was refused and why, in the reader's language, however many there are."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from domain.catalog.catalog import Catalog
from domain.texts import Lang
from flows.pipeline.interrupted import interrupted_run
from flows.pipeline.stages.collect import Collection
from flows.presentation.message_formatter import MessageFormatter
from flows.presentation.notices import MOST_NAMED, FailedRun, RefusedReport, of_refused, of_run, of_test
from tests.flows.pipeline.nightly_runs import WRONG, context_of, deliver
from warehouse.queries import submission_issues, submission_record
from warehouse.queries.records import refused_in
from warehouse.store.engine import reading
from workbooks.sample.inbox import SampleFile

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


def test_failed_run_has_a_notice(messages: Callable[[Lang], MessageFormatter]) -> None:
    """The notice of a run without refusals gives its state and message."""
    notice = of_run(messages("en"), FailedRun("nightly", "Failed", "The share does not answer.", ADDRESS), ())
    assert notice.subject == "[tổng hợp] Run nightly: Failed"
    assert "The share does not answer." in notice.body
    assert "Refused reports" not in notice.body


def test_failed_run_that_returned_reports_has_one_notice(
    refused: tuple[RefusedReport, ...], messages: Callable[[Lang], MessageFormatter]
) -> None:
    """The notice of a failed run names the cells of what it refused too, so that no second mail is needed."""
    notice = of_run(messages("en"), FailedRun("nightly", "Failed", "Not collected: 1.", ADDRESS), refused)
    for item in ("Not collected: 1.", f"{WRONG} Xã Ma Nới, 2025-05", "E15"):
        assert item in notice.body


def test_interrupted_run_is_described_by_what_it_did_and_left(
    after_night: Path, correction: SampleFile, messages: Callable[[Lang], MessageFormatter]
) -> None:
    """The notice counts what the run did and what is left, and says who goes on, in place of Prefect's message."""
    context = context_of(after_night)
    deliver(after_night, [correction])
    Collection(context, "next").collect()
    interrupted = interrupted_run(context, "night")
    failed = FailedRun(
        "nightly", "Crashed", "aborted by Python system exit call", ADDRESS, interrupted, "notice_crashed_restart"
    )
    notice = of_run(messages("en"), failed, ())
    assert "aborted" not in notice.body
    assert "8 files received; 7 reports accepted, 1 returned, 0 held; 1 publications." in notice.body
    assert "Left: 1 reports to judge; 0 areas to roll up; 0 publications; 0 replies" in notice.body
    assert "started again by itself" in notice.body


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
