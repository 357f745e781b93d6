"""Reading in worker processes: what one file does to its reader is its own issue, and nobody else's."""

import fcntl
import io
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from domain.catalog.catalog import Catalog
from domain.submissions import ParsedReport
from tests.builders import make_workbook
from tests.workbooks.container import hostile
from tests.workbooks.pool.pool_runner import ONLY_HERE
from tests.workbooks.workbook_edits import pack
from workbooks.cells.guards import Limits
from workbooks.identify.hints import Hints
from workbooks.pool.confinement import Confinement
from workbooks.pool.landed_file import LandedFile, PlainReader
from workbooks.pool.reading_pool import ReadingPool, ReadingStoppedError
from workbooks.report.parse import parse_report

ROOT = Path(__file__).parents[3]
RUNNER = (sys.executable, "-m", "tests.workbooks.pool.pool_runner")
TIGHT = Confinement(memory=1 << 30, cpu_seconds=1.0)
UNIT, PERIOD = "22813", "2025-05"

Drop = Callable[[bytes], LandedFile]


@pytest.fixture
def drop(tmp_path: Path) -> Drop:
    """Lands bytes as a file of one commune's."""

    def land(data: bytes) -> LandedFile:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}"
        path.write_bytes(data)
        return LandedFile(path, Hints(f"BC_{UNIT}_{PERIOD}.xlsx", (PERIOD, UNIT)))

    return land


@pytest.fixture(scope="module")
def good(catalog: Catalog) -> bytes:
    """A filled report without a fault."""
    return make_workbook(catalog, UNIT, PERIOD)


@pytest.fixture(scope="module")
def pool(catalog: Catalog) -> Iterator[ReadingPool]:
    """Two workers that some files lead astray, and that may use one second for each."""
    with hostile_pool(catalog) as pool:
        yield pool


def hostile_pool(
    catalog: Catalog, *, limits: Limits | None = None, confinement: Confinement | None = TIGHT
) -> ReadingPool:
    """A pool whose workers do what some files say."""
    return ReadingPool(catalog, limits or Limits(), confinement, 2, parse=hostile.parse)


def codes(report: ParsedReport) -> list[str]:
    """Codes of a report's issues."""
    return [issue.code for issue in report.issues]


def test_bad_files_keep_nobody_from_being_read(pool: ReadingPool, catalog: Catalog, good: bytes, drop: Drop) -> None:
    """One file swells, one never ends, one kills its worker: each has its issue, and all the others are read."""
    content = [good] * 45
    for place, spoilt in ((3, hostile.SWELL), (17, hostile.SPIN), (18, hostile.DIE), (44, hostile.DIE)):
        content[place] = spoilt
    reports = pool.read([drop(data) for data in content])
    results = {place: codes(report) for place, report in enumerate(reports) if codes(report)}
    assert results == {
        3: ["took_too_much_memory"],
        17: ["took_too_long"],
        18: ["reading_stopped"],
        44: ["reading_stopped"],
    }
    expected = parse_report(good, catalog, Hints(f"BC_{UNIT}_{PERIOD}.xlsx", (PERIOD, UNIT)))
    assert all(report == expected for place, report in enumerate(reports) if place not in results)


@pytest.mark.parametrize("content", [hostile.SWELL, hostile.SPIN, hostile.DIE, hostile.FAIL])
def test_a_bad_file_still_has_a_sender(pool: ReadingPool, catalog: Catalog, drop: Drop, content: bytes) -> None:
    """Whatever a file does to its reader, its report names unit and period and says in words what is wrong."""
    (report,) = pool.read([drop(content)])
    assert (report.unit and report.unit.code, report.period and report.period.id) == (UNIT, PERIOD)
    assert report.has_critical
    assert all(issue.code in catalog.issue_texts for issue in report.issues)


def swollen(good: bytes, row: bytes) -> bytes:
    """A real workbook whose first sheet has one more row."""
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        parts = [(info.filename, archive.read(info)) for info in archive.infolist()]
    end = b"</sheetData>"
    return pack([(name, data.replace(end, row + end) if name.endswith("sheet1.xml") else data) for name, data in parts])


def test_real_parsing_is_bounded_too(catalog: Catalog, good: bytes, drop: Drop) -> None:
    """Where the limits let a workbook through that unfolds to too much, the process is what stops it."""
    text = b'<row r="900"><c r="A900" t="inlineStr"><is><t>' + b"x" * (100 << 20) + b"</t></is></c></row>"
    wide = Limits(part_size=1 << 30, total_size=1 << 30, pack_ratio=10**6, text_length=1 << 30)
    with ReadingPool(catalog, wide, Confinement(memory=200 << 20), 1) as pool:
        reports = pool.read([drop(swollen(good, text)), drop(good)])
    assert [codes(report) for report in reports] == [["took_too_much_memory"], []]
    with ReadingPool(catalog, wide, Confinement(cpu_seconds=0.001), 1) as pool:
        (report,) = pool.read([drop(good)])
    assert codes(report) == ["took_too_long"]


def test_who_was_killed_by_another_is_read_again(pool: ReadingPool, drop: Drop, tmp_path: Path) -> None:
    """A file whose worker was killed from outside is read on the second try."""
    (report,) = pool.read([drop(hostile.DIE_ONCE + os.fsencode(tmp_path / "remembered"))])
    assert "reading_stopped" not in codes(report)


def test_a_fault_of_ours_is_logged(pool: ReadingPool, drop: Drop, caplog: pytest.LogCaptureFixture) -> None:
    """An exception of ours is an issue of that one file, and the log has its traceback."""
    (report,) = pool.read([drop(hostile.FAIL)])
    assert codes(report) == ["reading_stopped"]
    assert "LookupError: a fault of ours" in caplog.text


def test_cpu_time_is_counted_by_file(catalog: Catalog, good: bytes, drop: Drop) -> None:
    """Files that together use far more than one may are all read."""
    seconds = 0.3
    content = [good] * 60
    with hostile_pool(catalog, confinement=replace(TIGHT, cpu_seconds=seconds)) as pool:
        reports = pool.read([drop(data) for data in content])
    assert [codes(report) for report in reports] == [[]] * len(content)


def test_an_idle_worker_may_be_killed(pool: ReadingPool, good: bytes, drop: Drop) -> None:
    """When a worker is killed between two batches, the next batch is read by others."""
    (result,) = pool.read([drop(hostile.TELL)])
    os.kill(int(result.issues[0].facts["pid"]), signal.SIGKILL)
    (report,) = pool.read([drop(good)])
    assert codes(report) == []


def test_a_worker_imports_little(pool: ReadingPool, drop: Drop) -> None:
    """What a worker loads is what reading needs, not what the run was started with."""
    (report,) = pool.read([drop(hostile.TELL)])
    modules = set(report.issues[0].facts["modules"].split())
    assert "workbooks" in modules
    assert modules.isdisjoint({"prefect", "pandas", "great_expectations", "sqlalchemy", "openpyxl", "pytest"})


def test_the_main_module_is_not_imported_again(drop: Drop) -> None:
    """Whatever started the run, Prefect's engine or a test, a worker does not load it."""
    completed = subprocess.run([*RUNNER, drop(hostile.TELL).path], cwd=ROOT, check=True, capture_output=True, text=True)
    assert "workbooks" in completed.stdout
    assert ONLY_HERE not in completed.stdout


@pytest.mark.parametrize("ended_by", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_no_worker_outlives_its_run(drop: Drop, tmp_path: Path, ended_by: signal.Signals) -> None:
    """When the run is killed or interrupted in the middle of a file, its workers end too."""
    lock = tmp_path / "lock"
    file = drop(hostile.HOLD + os.fsencode(lock))
    # Tests that were started in the background ignore an interruption, and so would what they start.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen([*RUNNER, file.path], cwd=ROOT, stderr=subprocess.DEVNULL, start_new_session=True) as runner:
        signal.signal(signal.SIGINT, before)
        until(lambda: lock.exists() and lock.read_text() == "held")
        os.kill(runner.pid, ended_by)
    with lock.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # comes back when the worker is gone; pytest ends what never does


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds; pytest ends what never does."""
    while not holds():
        time.sleep(0.05)


def test_without_limits_of_the_system_the_guards_are_alone(catalog: Catalog, good: bytes, drop: Drop) -> None:
    """Where the system cannot confine a process, files are read all the same."""
    with hostile_pool(catalog, confinement=None) as pool:
        result, read = pool.read([drop(hostile.TELL), drop(good)])
    assert (result.issues[0].facts["kilobytes"], codes(read)) == ("unlimited", [])


def test_memory_is_bounded_by_the_system(pool: ReadingPool, drop: Drop) -> None:
    """The kernel holds a worker to the memory that is set."""
    (report,) = pool.read([drop(hostile.TELL)])
    assert int(report.issues[0].facts["kilobytes"]) == TIGHT.memory // 1024


@pytest.mark.parametrize("in_workers", [True, False])
def test_limits_reach_the_guards(catalog: Catalog, good: bytes, drop: Drop, *, in_workers: bool) -> None:
    """A limit that is set is the one a file is held to."""
    limits = Limits(cells=5)
    file = drop(good)
    if in_workers:
        with hostile_pool(catalog, limits=limits) as pool:
            (report,) = pool.read([file])
    else:
        (report,) = PlainReader(catalog, limits).read([file])
    assert codes(report) == ["too_many_cells"]


def test_a_catalogue_that_changed_stops_reading(catalog: Catalog, good: bytes, drop: Drop) -> None:
    """Workers that would read by another catalogue than the run's refuse to."""
    with (
        hostile_pool(replace(catalog, version="another")) as pool,
        pytest.raises(ReadingStoppedError, match="keep ending by themselves"),
    ):
        pool.read([drop(good)])


def test_bytes_that_are_gone_are_our_fault(pool: ReadingPool, tmp_path: Path) -> None:
    """A path without a file blames no commune."""
    with pytest.raises(FileNotFoundError):
        pool.read([LandedFile(tmp_path / "gone", Hints("report.xlsx", ()))])
