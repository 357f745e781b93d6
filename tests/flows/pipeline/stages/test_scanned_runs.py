"""Nightly runs with a virus scanner: infected files are kept apart unopened, and none is opened unscanned."""

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile, ZipInfo

import pytest

from domain.issues import Issue, Severity
from flows.actions.find_corrections import find_corrections
from flows.actions.upload_checks import UploadChecks
from flows.actions.uploads import UploadDraft
from flows.pipeline.marked_copy import FileFindings, marked_copy
from flows.pipeline.pipeline import Run
from flows.pipeline.progress import NoProgress
from flows.pipeline.scope import RunScope
from flows.pipeline.stages.revalidate import requeue_refused
from tests.connectors.instream_server import EICAR, scanner_server
from tests.flows.deployments.prefect_server import free_port
from tests.flows.pipeline.nightly_runs import (
    NOW,
    codes_of,
    context_of,
    deliver,
    immediate_steps,
    put,
    rows_of,
    run_plainly,
    settings_of,
)
from workbooks.identify.hints import Hints
from workbooks.pool.landed_file import LandedFile
from workbooks.sample.inbox import SampleFile

STATES = "SELECT state, count(*) FROM submission GROUP BY state ORDER BY state"


def infected(data: bytes) -> bytes:
    """Return a workbook to which the file of EICAR was added as it is."""
    content = BytesIO(data)
    with ZipFile(content, "a") as archive:
        archive.writestr(ZipInfo("eicar.com"), EICAR)  # of a fixed date: the same bytes each time
    return content.getvalue()


@pytest.fixture
def two(first_files: tuple[SampleFile, ...], home: Path) -> tuple[SampleFile, ...]:
    """Two workbooks in the inbox, of which the first is infected."""
    ill, well = first_files[:2]
    deliver(home, (ill, well))
    put(home / "inbox" / ill.path, infected(ill.data))
    return ill, well


def test_an_infected_file_is_kept_apart_and_answered(home: Path, two: tuple[SampleFile, ...]) -> None:
    """The other is accepted; the answer names what was detected and goes without the file, also when it comes again."""
    with scanner_server() as address:
        context = context_of(home, virus_scanner=address)
        outcome = run_plainly(context)
        put(home / "inbox" / "again.xlsx", infected(two[0].data))
        run_plainly(context, "next")
    assert [each.file_name for each in outcome.refused] == [two[0].path.name]
    assert outcome.counts["accepted"] == 1
    assert codes_of(home, two[0].path.name) == {"file_infected"}
    assert [path.parent.name for path in (home / "landing").rglob("[!.]*") if path.is_file() and infected_in(path)] == [
        "infected"
    ]
    assert not [path for path in (home / "outbox").rglob("*") if path.is_file() and infected_in(path)]
    notes = [path.read_text("utf-8-sig") for path in (home / "outbox").rglob("tra-lai.*.txt")]
    assert len(notes) == 2
    assert all("Test.Eicar" in note and "gửi tệp sạch" in note for note in notes)


def infected_in(path: Path) -> bool:
    """Whether a file has the signature."""
    return EICAR in path.read_bytes()


def test_an_infected_file_stays_closed_without_a_scanner(home: Path, two: tuple[SampleFile, ...]) -> None:
    """Judged again after the setting was taken back, it is refused as before."""
    with scanner_server() as address:
        run_plainly(context_of(home, virus_scanner=address))
    context = context_of(home)
    assert requeue_refused(context, RunScope()) == 1
    outcome = run_plainly(context, "again")
    assert [each.file_name for each in outcome.refused] == [two[0].path.name]
    assert codes_of(home, two[0].path.name) == {"file_infected"}
    assert not outcome.damaged


def test_files_wait_for_a_scanner_that_is_silent(home: Path, two: tuple[SampleFile, ...]) -> None:
    """The run says so and reads nothing; the next one does what this one left."""
    del two
    outcome = run_plainly(context_of(home, virus_scanner=f"tcp://127.0.0.1:{free_port()}"))
    (left,) = outcome.left
    assert "does not scan" in left
    assert rows_of(home, STATES) == [("received", 2)]
    with scanner_server() as address:
        outcome = run_plainly(context_of(home, virus_scanner=address), "next")
    assert (outcome.left, rows_of(home, STATES)) == ((), [("accepted", 1), ("quarantined", 1)])


def test_a_file_that_cannot_be_scanned_is_refused(home: Path, first_files: tuple[SampleFile, ...]) -> None:
    """It stops no other file, and is not opened."""
    deliver(home, first_files[:2])
    large = first_files[0].path
    put(home / "inbox" / large, first_files[0].data + bytes(2 << 20))
    with scanner_server() as address:
        outcome = run_plainly(context_of(home, virus_scanner=address))
    assert (codes_of(home, large.name), outcome.counts["accepted"]) == ({"file_too_large_to_scan"}, 1)


def test_a_refused_file_is_not_opened_to_be_marked(home: Path, two: tuple[SampleFile, ...]) -> None:
    """The results go back alone, though the bytes are where they were."""
    context = context_of(home)
    file = LandedFile(home / "inbox" / two[0].path, Hints(two[0].path.name))
    findings = FileFindings((Issue("file_infected", Severity.CRITICAL, found="Test.Eicar"),), ())
    copy = marked_copy(file, findings, context.catalog, context.limits)
    assert (copy.is_marked, EICAR in copy.data) == (False, False)


def test_by_day_files_are_collected_and_wait(home: Path, two: tuple[SampleFile, ...]) -> None:
    """The search for corrections says why it did not open them."""
    del two
    context = context_of(home, virus_scanner=f"tcp://127.0.0.1:{free_port()}")
    search = find_corrections(Run(context, RunScope(), immediate_steps("day"), NoProgress()))
    assert (search.taken, search.corrections) == (2, ())
    assert "does not scan" in search.left[0]


def test_an_upload_is_scanned_before_it_is_checked(
    home: Path, first_files: tuple[SampleFile, ...], tmp_path: Path
) -> None:
    """The page says what was detected, and gives results back, not the file."""
    path = tmp_path / "draft.xlsx"
    path.write_bytes(infected(first_files[0].data))
    draft = UploadDraft("20250603-0001", 1, "22810", first_files[0].path.name, path, NOW)
    with scanner_server() as address:
        checks = UploadChecks(settings_of(home, virus_scanner=address), lambda: NOW)
        checked = checks.of(draft).result()
        copy = checks.marked(draft, checked).result()
        checks.close()
    assert [(issue.code, issue.found) for issue in checked.issues] == [("file_infected", "Test.Eicar")]
    assert (copy.is_marked, EICAR in copy.data) == (False, False)
