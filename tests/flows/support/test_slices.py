"""Slices of a run: who may do them, and what becomes of those that no worker returns."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any, cast

import pytest

from connectors.landing import Landing
from domain.errors import UsageError
from domain.issues import Issue, Severity
from domain.submissions import ParsedReport
from flows.support.settings import load_settings
from flows.support.slices.identity import OtherIdentityError, SliceIdentity, require_engine
from flows.support.slices.reading import ReadingBounds, SlicedReader
from flows.support.slices.runner import SliceRunner, name_refused
from workbooks.cells.guards import Limits
from workbooks.identify.hints import Hints
from workbooks.pool.landed_file import LandedFile

LANDING = Path("/landing")
MINE = SliceIdentity("code", "catalog", "landing")


class ScriptedExecutor(Executor):
    """Executor whose slices end as a list says: `returned`, `failed`, `lost`, or not at all (`pending`)."""

    def __init__(self, ends: Iterable[str]) -> None:
        self._ends = iter(ends)

    def submit(self, _work: Callable[..., Any], /, *arguments: Any, **_more: Any) -> Future[Any]:  # noqa: ANN401 # as there
        """Return a future that has ended, or never will."""
        future: Future[Any] = Future()
        match next(self._ends):
            case "returned":
                future.set_result(tuple(_report("worker", hints.file_name) for _, hints in arguments[-1]))
            case "failed":
                future.set_exception(OSError("no such file"))
            case "lost":
                future.cancel()
        return future


class NamingReader:
    """Reader whose reports say that the run read them."""

    def expect(self, files: int) -> None:
        """Do nothing."""

    def read_ahead(self, files: Sequence[LandedFile]) -> None:
        """Do nothing."""

    def read(self, files: Iterable[LandedFile]) -> tuple[ParsedReport, ...]:
        """Return a report of each file."""
        return tuple(_report("run", file.hints.file_name) for file in files)


def _report(reader: str, name: str) -> ParsedReport:
    return ParsedReport(None, None, None, None, issues=(Issue(reader, Severity.INFO, found=name),))


def read_by(ends: list[str], landing: Path = LANDING) -> list[tuple[str, str | None]]:
    """Read seven files in slices of two; return who read each."""
    files = [LandedFile(landing / str(number), Hints(str(number))) for number in range(7)]
    runner = SliceRunner(MINE, ScriptedExecutor(ends))
    reports = SlicedReader(runner, NamingReader(), LANDING, ReadingBounds(Limits(), None), 2).read(files)
    return [(report.issues[0].code, report.issues[0].found) for report in reports]


def test_the_run_reads_what_no_worker_returns() -> None:
    """A slice that failed, was lost or is not returned in time is read by the run; the order is that of the files."""
    readers = ["worker", "worker", "run", "run", "run", "run", "run"]
    expected = [(reader, str(number)) for number, reader in enumerate(readers)]
    assert read_by(["returned", "failed", "lost", "pending"]) == expected


def test_files_outside_the_shared_landing_are_the_runs_own() -> None:
    """What a dry run lands is seen by no other machine."""
    assert {reader for reader, _ in read_by([], Path("/trial"))} == {"run"}


@pytest.mark.parametrize(
    ("other", "named"),
    [
        (SliceIdentity("new", "catalog", "landing"), "code or libraries"),
        (SliceIdentity("code", "new", "landing"), "catalogue"),
        (SliceIdentity("code", "new", "elsewhere"), "catalogue, landing folder"),
    ],
)
def test_another_identity_is_refused(other: SliceIdentity, named: str) -> None:
    """The message names all that differs."""
    with pytest.raises(OtherIdentityError, match=f": {named}. It"):
        MINE.require(other)


def test_the_run_names_workers_that_get_no_slices(caplog: pytest.LogCaptureFixture) -> None:
    """A worker of another version is named with what differs; of its own kind none is."""
    new = SliceIdentity("new", "catalog", "landing")
    workers = [{"name": "old", "resources": MINE.resources}, {"name": "equal", "resources": new.resources}]
    name_refused(cast("Any", workers), new)
    (record,) = caplog.records
    assert record.args == ("old", "code")


def test_other_machines_need_postgresql(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SQLite file of a home is for one machine."""
    monkeypatch.setenv("TONGHOP_SCHEDULER", "tls://scheduler.example:8786")
    with pytest.raises(UsageError, match="PostgreSQL"):
        require_engine(load_settings())


def test_a_landing_is_marked_once(tmp_path: Path) -> None:
    """All that see a landing read the same mark, and that of another landing differs."""
    shared, other = Landing(tmp_path / "shared"), Landing(tmp_path / "other")
    assert shared.read_mark() is None
    assert shared.mark() == shared.mark() == shared.read_mark() != other.mark()
