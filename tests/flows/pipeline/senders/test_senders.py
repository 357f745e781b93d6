"""Authorised senders: a forged report replaces nothing, a person may release it, its sender is answered."""

import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from domain.authorisations import authorisation
from flows.pipeline.outcome import RunOutcome
from tests.builders import open_workbook
from tests.cli.command import live_in, tonghop
from tests.flows.pipeline.nightly_runs import NOW, codes_of, context_of, published_rows, put, rows_of, run_plainly
from warehouse.store.engine import transaction
from warehouse.submissions.authorisations import authorise
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.withdrawal import Decision
from workbooks.sample.inbox import SampleFile

UNIT, NEIGHBOUR = "22813", "22816"
FORGED = "BC.xlsx"


@pytest.fixture
def forged(first_files: tuple[SampleFile, ...]) -> bytes:
    """The commune's accepted workbook with one figure changed, as a later version of it."""
    first = next(file for file in first_files if UNIT in file.path.name)
    book = open_workbook(first.data)
    cell = book["Biểu 01-T"]["E35"]
    cell.value = int(cell.value) - 1
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


@pytest.fixture
def guarded_home(after_night: Path) -> Path:
    """A home after its first run whose month's folder is authorised for the district, a folder more for a neighbour."""
    context = context_of(after_night)
    decision = Decision(DecisionReason("danh sách đã ký", "an"), NOW, "")
    ways = (("2025-05", "585"), ("máy 3", NEIGHBOUR))
    with transaction(context.engine) as session:
        authorise(
            session,
            [authorisation(context.catalog, ("inbox", way, ""), units, date(2025, 6, 1), None) for way, units in ways],
            decision,
        )
    return after_night


def run_next(home: Path, days: int = 1) -> RunOutcome:
    """Run the pipeline some days after the first run."""
    return run_plainly(context_of(home, NOW + timedelta(days=days)), f"day-{days}")


def states(home: Path) -> list[tuple[object, ...]]:
    """States of the commune's versions."""
    return rows_of(home, f"SELECT state FROM submission WHERE unit_code = '{UNIT}' ORDER BY version")


def test_a_forged_report_replaces_nothing(guarded_home: Path, forged: bytes) -> None:
    """A workbook under a neutral name in a shared place is held, and the commune whose name it bears is told."""
    figures = published_rows(guarded_home)
    put(guarded_home / "inbox" / "chung" / FORGED, forged, NOW + timedelta(hours=1))
    outcome = run_next(guarded_home)
    assert [held.label for held in outcome.held_reports] == ["22813 Lâm Sơn"]
    assert codes_of(guarded_home, FORGED) >= {"sender_not_authorised"}
    assert (states(guarded_home), published_rows(guarded_home)) == ([("accepted",), ("held",)], figures)
    (note,) = (guarded_home / "outbox" / UNIT / "2025-05").glob("tra-loi.*.txt")
    assert "22813 Xã Lâm Sơn đến từ inbox/chung" in note.read_text("utf-8-sig")


def test_the_page_of_a_run_says_whether_senders_are_checked(guarded_home: Path, forged: bytes) -> None:
    """The first run's page says that nothing is authorised, that of the next one no longer."""
    put(guarded_home / "inbox" / "chung" / FORGED, forged, NOW + timedelta(hours=1))
    run_next(guarded_home)
    pages = [page.read_text("utf-8") for page in sorted((guarded_home / "quality" / "nights").glob("2*/index.html"))]
    assert ["No senders are authorised" in page for page in pages] == [True, False]


@pytest.mark.long
def test_a_released_report_stays_released(
    guarded_home: Path, forged: bytes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The officer's list says how to authorise the way; what is released counts, and the next run leaves it so."""
    put(guarded_home / "inbox" / "chung" / FORGED, forged, NOW + timedelta(hours=1))
    run_next(guarded_home)
    live_in(guarded_home, monkeypatch, TONGHOP_LANG="en", TONGHOP_READING_WORKERS="0")
    assert tonghop(monkeypatch, "held", "list") == 1
    assert "tonghop senders add --source inbox --folder chung" in " ".join(capsys.readouterr().out.split())
    options = ("--unit", UNIT, "--period", "2025-05", "--reason", "sent from a borrowed computer")
    assert tonghop(monkeypatch, "held", "release", *options) == 0
    assert states(guarded_home) == [("superseded",), ("accepted",)]
    run_plainly(context_of(guarded_home, datetime.now(UTC)), "later")
    assert states(guarded_home) == [("superseded",), ("accepted",)]


def test_a_neighbours_report_is_answered_to_the_folders_owner(guarded_home: Path, forged: bytes) -> None:
    """What lies in a folder that is one commune's alone was sent by that commune, whichever commune it reports for."""
    put(guarded_home / "inbox" / "máy 3" / FORGED, forged, NOW + timedelta(hours=1))
    assert len(run_next(guarded_home).held_reports) == 1
    assert list((guarded_home / "outbox" / NEIGHBOUR / "2025-05").glob("tra-loi.*.txt"))
    assert not list((guarded_home / "outbox" / UNIT / "2025-05").glob("tra-loi.*.txt"))
