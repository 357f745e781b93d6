"""What a delivery does: sent on purpose, touched, restored with a whole share, half copied, in another's folder."""

from datetime import timedelta
from pathlib import Path

import pytest

from flows.pipeline.outcome import RunOutcome
from tests.flows.pipeline.nightly_runs import (
    NOW,
    WRONG,
    codes_of,
    context_of,
    deliver,
    published_rows,
    put,
    rows_of,
    run_plainly,
)
from workbooks.sample.inbox import SampleFile

DAY = timedelta(days=1)
OWN = "22813"


def run_after(home: Path, days: int, **settings: object) -> RunOutcome:
    """Run the pipeline so many days after the first run."""
    return run_plainly(context_of(home, NOW + days * DAY, **settings), f"day-{days}")


def file_of(files: tuple[SampleFile, ...], unit: str) -> SampleFile:
    """The sample's file of a unit."""
    return next(file for file in files if unit in file.path.name)


def versions_of(home: Path, unit: str) -> list[tuple[object, ...]]:
    """Versions of a unit's reports with their states."""
    return rows_of(home, f"SELECT version, state FROM submission WHERE unit_code = '{unit}' ORDER BY version")


@pytest.mark.long
def test_an_earlier_version_sent_again_counts(after_night: Path, first_files: tuple[SampleFile, ...]) -> None:
    """A commune takes its correction back by sending the file before it under another name; it is answered."""
    right, folder = file_of(first_files, OWN), after_night / "inbox" / "2025-05"
    put(folder / f"BC_{OWN}_sua.xlsx", right.data + b"\0", NOW + DAY)
    run_after(after_night, 1)
    put(folder / f"BC_{OWN}_sua 2.xlsx", right.data, NOW + 2 * DAY)
    outcome = run_after(after_night, 2)
    assert [(submission.label, submission.accepted) for submission in outcome.verdicts] == [("22813 Lâm Sơn", True)]
    assert versions_of(after_night, OWN)[-1] == (3, "accepted")
    assert (
        len(
            rows_of(
                after_night, "SELECT 1 FROM replied_judgement WHERE submission_id = (SELECT max(id) FROM submission)"
            )
        )
        == 1
    )


def test_touched_files_change_nothing(after_night: Path, first_files: tuple[SampleFile, ...]) -> None:
    """The same bytes at the same place with a new time are no delivery, refused ones included."""
    for file in (file_of(first_files, OWN), file_of(first_files, WRONG)):
        put(after_night / "inbox" / file.path, file.data, NOW + DAY)
    assert run_after(after_night, 1).is_idle


@pytest.mark.long
def test_a_restored_share_moves_no_figure(
    after_night: Path, first_files: tuple[SampleFile, ...], correction: SampleFile
) -> None:
    """All files back with new times, the wrong version over its correction among them: no version changes."""
    wrong = file_of(first_files, WRONG)
    put(after_night / "inbox" / wrong.path, correction.data, NOW)
    run_after(after_night, 1)
    figures, versions = published_rows(after_night), versions_of(after_night, WRONG)
    for file in first_files:
        put(after_night / "inbox" / file.path, file.data, NOW + 2 * DAY)
        put(after_night / "inbox" / "copy" / file.path, file.data, NOW + 2 * DAY)
    outcome = run_after(after_night, 2)
    assert len(outcome.restored) == 2 * len(first_files)
    assert (outcome.verdicts, outcome.given) == ((), ())
    assert (published_rows(after_night), versions_of(after_night, WRONG)) == (figures, versions)


def test_fewer_known_files_are_deliveries(after_night: Path, first_files: tuple[SampleFile, ...]) -> None:
    """As many files of known bytes as are allowed at once are versions of their own."""
    for file in first_files[:2]:
        put(after_night / "inbox" / "again" / file.path, file.data, NOW + DAY)
    outcome = run_after(after_night, 1, known_files_at_once=2)
    assert (len(outcome.verdicts), outcome.restored) == (2, ())


@pytest.mark.long
def test_the_rival_left_in_its_folder_is_judged(home: Path, correction: SampleFile) -> None:
    """Two workbooks of one moment are refused; when one is taken away, the other is accepted and answered."""
    taken, left = (home / "inbox" / "2025-05" / f"BC_{WRONG} {name}.xlsx" for name in "ab")
    put(taken, correction.data, NOW)
    put(left, correction.data + b"\0", NOW)
    assert len(run_after(home, 0).refused) == 2
    taken.unlink()
    (submission,) = run_after(home, 1).verdicts
    assert (submission.file_name, submission.accepted) == (left.name, True)
    assert list((home / "outbox" / WRONG / "2025-05").glob("bien-nhan.*.html"))


def test_a_neighbours_file_is_answered_to_the_folder_it_lies_in(
    after_night: Path, first_files: tuple[SampleFile, ...]
) -> None:
    """A commune that sends its neighbour's file gets that file back; the neighbour's own report stands."""
    put(after_night / "inbox" / "2025-05" / "22816 Xã Lương Sơn" / "BC (2).xlsx", file_of(first_files, OWN).data, NOW)
    (submission,) = run_after(after_night, 1).refused
    assert codes_of(after_night, submission.file_name) == {"unit_disagrees"}
    assert list((after_night / "outbox" / "22816").rglob("tra-lai.*.txt"))
    assert versions_of(after_night, OWN) == [(1, "accepted")]


@pytest.mark.long
def test_a_file_is_left_while_it_is_touched(home: Path, first_files: tuple[SampleFile, ...]) -> None:
    """A file touched a moment ago waits for the next look; one of long ago, or of tomorrow, is taken."""
    ages = (timedelta(seconds=5), timedelta(minutes=1), -DAY)
    for file, age in zip(first_files, ages, strict=False):
        put(home / "inbox" / file.path, file.data, NOW - age)
    outcome = run_after(home, 0, quiet_seconds=20)
    assert (len(outcome.left), len(outcome.verdicts)) == (1, 2)
    assert len(run_after(home, 1, quiet_seconds=20).verdicts) == 1


def test_a_file_cut_short_is_refused_at_the_second_look(home: Path, first_files: tuple[SampleFile, ...]) -> None:
    """Half a file is left once; if the other half has not come by then it is refused."""
    half = file_of(first_files, OWN)
    put(home / "inbox" / half.path, half.data[: len(half.data) // 2], NOW - DAY)
    first = run_after(home, 0, quiet_seconds=20)
    assert (len(first.left), first.verdicts) == (1, ())
    assert len(run_after(home, 1, quiet_seconds=20).refused) == 1


@pytest.mark.long
def test_a_file_that_is_whole_at_the_second_look_is_taken(home: Path, first_files: tuple[SampleFile, ...]) -> None:
    """Of a file that was still being copied nothing but the whole file is ever judged."""
    whole = file_of(first_files, OWN)
    put(home / "inbox" / whole.path, whole.data[: len(whole.data) // 2], NOW - DAY)
    run_after(home, 0, quiet_seconds=20)
    deliver(home, [whole])
    (submission,) = run_after(home, 1, quiet_seconds=20).verdicts
    assert submission.accepted
    assert versions_of(home, OWN) == [(1, "accepted")]
