"""One run from the inbox to the published page, on real workbooks, without Prefect."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.base import FileChangedError, RemoteFile
from connectors.sources.filesystem import FilesystemConnector
from flows.pipeline.pipeline import Run, carry_out
from flows.pipeline.progress import NoProgress
from flows.pipeline.scope import RunScope
from publishing.errors import PublicationRefusedError
from tests.flows.pipeline.nightly_runs import (
    AREA,
    NOW,
    WRONG,
    codes_of,
    context_of,
    deliver,
    immediate_steps,
    picture_of,
    published_rows,
    put,
    rows_of,
    run_plainly,
)
from workbooks.sample.inbox import SampleFile

pytestmark = pytest.mark.long

First = tuple[SampleFile, ...]


def test_nightly_run_refuses_one_report_and_publishes_the_others(after_night: Path) -> None:
    """One wrong workbook does not keep the others from being published."""
    states = dict(rows_of(after_night, "SELECT unit_code, state FROM submission"))  # type: ignore[arg-type] # pairs
    assert states.pop(WRONG) == "quarantined"
    assert set(states.values()) == {"accepted"}
    assert {row["status"] for row in published_rows(after_night).values()} == {"partial", "not_comparable"}


def test_a_refused_workbook_is_explained_by_cell(after_night: Path) -> None:
    """Both faults of the wrong workbook are kept, each with sheet and cell."""
    wrong = f"BC_{WRONG}_2025-05.xlsx"
    assert {"text_where_number", "numerator_within_denominator"} <= codes_of(after_night, wrong)
    assert rows_of(after_night, "SELECT count(*) FROM issue WHERE severity = 'critical' AND cell IS NULL") == [(0,)]


def test_replies_are_written_where_publishing_fails(home: Path, first_files: First) -> None:
    """A folder of publications that cannot be written ends the run, and keeps no reply from its commune."""
    deliver(home, first_files[:1])
    context = context_of(home)
    (home / "published").write_text("a file in the place of the folder")
    with pytest.raises(PublicationRefusedError):
        run_plainly(context)
    assert list((home / "outbox").rglob("bien-nhan.*.html"))


def test_publications_that_are_gone_are_made_again(after_night: Path) -> None:
    """After a restore, or moved away by a person: all that was published comes back with the same bytes, once."""
    published = after_night / "published"
    before = {path.name: path.read_bytes() for path in (published / "2025-05" / AREA).iterdir()}
    shutil.rmtree(published)
    outcome = run_plainly(context_of(after_night), "second", pages=True)
    assert [(each.area, each.revision) for each in outcome.given] == [(AREA, 1)]
    assert {path.name: path.read_bytes() for path in (published / "2025-05" / AREA).iterdir()} == before
    assert run_plainly(context_of(after_night), "third").is_idle


def test_second_nightly_run_changes_nothing(after_night: Path) -> None:
    """The same inbox once more: nothing is judged, no revision is made, and the run says so."""
    before = picture_of(after_night)
    outcome = run_plainly(context_of(after_night), "second")
    assert outcome.is_idle
    assert picture_of(after_night) == before


def test_a_correction_moves_the_figures(after_night: Path, correction: SampleFile) -> None:
    """The correction is accepted, revision 2 lists what moved because of it, and the area is complete."""
    deliver(after_night, [correction])
    outcome = run_plainly(context_of(after_night), "rerun", "2025-05", [WRONG])
    (result,) = outcome.given
    assert (result.revision, result.is_partial, outcome.refused) == (2, False, ())
    digests = {change.sha256 for change in result.changes}
    assert digests == set(
        *rows_of(after_night, f"SELECT sha256 FROM submission WHERE unit_code = '{WRONG}' AND state = 'accepted'")
    )


def test_rerun_leaves_other_units_to_the_nightly_run(home: Path, first_files: First) -> None:
    """A rerun of one unit receives all files but judges that unit's alone."""
    deliver(home, first_files)
    outcome = run_plainly(context_of(home), "rerun", "2025-05", ["22813"])
    assert [submission_outcome.label for submission_outcome in outcome.verdicts] == ["22813 Lâm Sơn"]
    assert outcome.waiting == len(first_files) - 1
    assert rows_of(home, "SELECT count(*) FROM submission WHERE state = 'received'") == [(len(first_files) - 1,)]


def test_rerun_reports_a_broken_file_in_the_units_folder(home: Path) -> None:
    """A correction that is no workbook at all is not passed over because its unit cannot be read."""
    put(home / "inbox" / f"sửa lại {WRONG}" / "ma noi.xlsx", b"not a workbook")
    outcome = run_plainly(context_of(home), "rerun", "2025-05", [WRONG])
    assert len(outcome.refused) == 1


def test_other_periods_wait(home: Path, first_files: First) -> None:
    """A nightly run for one period leaves the files of another pending."""
    deliver(home, first_files)
    outcome = run_plainly(context_of(home), "night", "2025-04")
    assert (outcome.verdicts, outcome.given, outcome.waiting) == ((), (), len(first_files))


def test_batches_make_no_difference(home: Path, night_home: Path, first_files: First) -> None:
    """However many are judged at once, the result is the same."""
    deliver(home, first_files)
    run_plainly(context_of(home, batch_size=3))
    assert picture_of(home) == picture_of(night_home)


def test_the_later_of_two_workbooks_is_judged(home: Path, first_files: First, correction: SampleFile) -> None:
    """When a wrong workbook and its correction wait together, only the correction is judged."""
    wrong = next(file for file in first_files if WRONG in file.path.name)
    deliver(home, [wrong])
    put(home / "inbox" / correction.path.parent / "sửa.xlsx", correction.data, correction.delivered_at)
    outcome = run_plainly(context_of(home))
    assert (outcome.replaced, [submission_outcome.file_name for submission_outcome in outcome.verdicts]) == (
        1,
        ["sửa.xlsx"],
    )


def test_a_moved_home_takes_nothing_twice(after_night: Path, tmp_path: Path) -> None:
    """Files are known by their place in the inbox, wherever the home lies."""
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(after_night, elsewhere, symlinks=True)
    assert run_plainly(context_of(elsewhere), "second").is_idle


def test_a_file_that_is_still_written_comes_later(
    home: Path, first_files: First, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that changes while it is read is delayed without an issue, and delays no other."""
    deliver(home, first_files)
    fetch = FilesystemConnector.fetch

    def changing(self: FilesystemConnector, file: RemoteFile) -> bytes:
        if "22813" in file.path:
            raise FileChangedError(file.path)
        return fetch(self, file)

    with monkeypatch.context() as patch:
        patch.setattr(FilesystemConnector, "fetch", changing)
        first = run_plainly(context_of(home))
    assert len(first.left) == 1
    assert "22813" in first.left[0]
    second = run_plainly(context_of(home, NOW + timedelta(days=1)), "second")
    assert [submission_outcome.label for submission_outcome in second.verdicts] == ["22813 Lâm Sơn"]


def test_passing_failure_is_retried(home: Path, first_files: First, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that settles within the retries is in the same nightly run."""
    deliver(home, first_files[:1])
    fetch, tries = FilesystemConnector.fetch, []

    def settling(self: FilesystemConnector, file: RemoteFile) -> bytes:
        tries.append(file)
        if len(tries) == 1:
            raise FileChangedError(file.path)
        return fetch(self, file)

    monkeypatch.setattr(FilesystemConnector, "fetch", settling)
    assert run_plainly(context_of(home)).left == ()


def test_a_path_that_is_no_text_is_kept(home: Path) -> None:
    """A name in an old code page ends as a readable record, not as a database error."""
    put(home / "inbox" / "M\udca1 N\udcedi.xlsx", b"not a workbook")
    run_plainly(context_of(home))
    assert rows_of(home, "SELECT path FROM delivery") == [("M\\xa1 N\\xedi.xlsx",)]


def test_configured_areas_are_published(home: Path, first_files: First) -> None:
    """A deployment that names its areas publishes those, at whatever level they lie."""
    deliver(home, first_files)
    outcome = run_plainly(context_of(home, areas=("58", "585")))
    assert sorted(published.area for published in outcome.given) == ["58", "585"]


def test_both_engines_give_the_same_figures(
    tmp_path: Path, warehouse_url: str, first_files: First, after_night: Path, correction: SampleFile
) -> None:
    """The whole way, a correction included, on SQLite and on PostgreSQL, from an empty database."""
    home = tmp_path / "other"
    deliver(home, first_files)
    run_plainly(context_of(home, warehouse_url=warehouse_url))
    for each in (home, after_night):
        deliver(each, [correction])
    run_plainly(context_of(home, warehouse_url=warehouse_url), "rerun", "2025-05", [WRONG])
    run_plainly(context_of(after_night), "rerun", "2025-05", [WRONG])
    assert published_rows(home) == published_rows(after_night)


def test_the_reason_of_a_rerun_is_kept(after_night: Path, correction: SampleFile) -> None:
    """The record of a run has the reason entered for it."""
    deliver(after_night, [correction])
    run = Run(context_of(after_night), RunScope(), immediate_steps("rerun"), NoProgress())
    carry_out(run, "rerun", "a correction came")
    assert rows_of(after_night, "SELECT kind, reason FROM run WHERE run_id = 'rerun'") == [
        ("rerun", "a correction came")
    ]
