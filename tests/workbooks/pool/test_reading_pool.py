"""Reading in worker processes: what a file does to its worker becomes its own issue and affects no other file."""

import fcntl
import io
import multiprocessing
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

from domain.catalog.catalog import Catalog, load_catalog
from domain.catalog.texts import Texts
from domain.submissions import ParsedReport
from flows.support.settings import child_environment
from tests.builders import make_workbook
from tests.catalogs import small_catalog
from tests.workbooks.container import hostile
from tests.workbooks.pool.pool_runner import FORKED, ONLY_HERE, SERVED, SPAWNED
from tests.workbooks.workbook_edits import pack
from workbooks.cells.guards import Limits
from workbooks.identify.hints import Hints
from workbooks.pool.confinement import Confinement
from workbooks.pool.landed_file import LandedFile, PlainReader
from workbooks.pool.reading_pool import ReadingPool
from workbooks.pool.worker_process import ReadingStoppedError
from workbooks.report.parse import parse_report

pytestmark = pytest.mark.xdist_group("pool")

ROOT = Path(__file__).parents[3]
RUNNER = (sys.executable, "-m", "tests.workbooks.pool.pool_runner")
TIGHT = Confinement(memory=1 << 30, cpu_seconds=0.3)
UNIT, PERIOD = "22813", "2025-05"

Drop = Callable[[bytes], LandedFile]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    """Load the small catalogue, as every worker does."""
    return load_catalog(small_catalog())


@pytest.fixture
def drop(tmp_path: Path) -> Drop:
    """Return a function that lands bytes as a file of one commune."""

    def land(data: bytes) -> LandedFile:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}"
        path.write_bytes(data)
        return LandedFile(path, Hints(f"BC_{UNIT}_{PERIOD}.xlsx", (PERIOD, UNIT)))

    return land


@pytest.fixture(scope="module")
def good(catalog: Catalog) -> bytes:
    """Return a filled report without issues."""
    return make_workbook(catalog, UNIT, PERIOD)


@pytest.fixture(scope="module")
def pool(catalog: Catalog) -> Iterator[ReadingPool]:
    """Yield two workers running the hostile parse function, with little CPU time for each file."""
    with hostile_pool(catalog) as pool:
        yield pool


def hostile_pool(
    catalog: Catalog, *, limits: Limits | None = None, confinement: Confinement | None = TIGHT
) -> ReadingPool:
    """Return a pool whose workers do what hostile files tell them."""
    return ReadingPool(catalog, limits or Limits(), confinement, 2, parse=hostile.parse)


def codes(report: ParsedReport) -> list[str]:
    """Return the codes of a report's issues."""
    return [issue.code for issue in report.issues]


def test_bad_files_do_not_affect_others(pool: ReadingPool, catalog: Catalog, good: bytes, drop: Drop) -> None:
    """Files that exhaust memory or time or kill their worker get an issue each, with a sender; all others are read."""
    content = [good] * 20  # as many as two workers are worth
    for place, spoilt in ((3, hostile.SWELL), (18, hostile.SPIN), (19, hostile.DIE)):
        content[place] = spoilt
    reports = pool.read([drop(data) for data in content])
    results = {place: codes(report) for place, report in enumerate(reports) if codes(report)}
    assert results == {
        3: ["took_too_much_memory"],
        18: ["took_too_long"],
        19: ["reading_stopped"],
    }
    expected = parse_report(good, catalog, Hints(f"BC_{UNIT}_{PERIOD}.xlsx", (PERIOD, UNIT)))
    assert all(report == expected for place, report in enumerate(reports) if place not in results)
    for place in results:
        assert_names_its_sender(reports[place], catalog.texts)


def test_a_pool_changes_no_report(catalog: Catalog, good: bytes, drop: Drop) -> None:
    """Reports come in the order of the files, each as it is read without a pool."""
    files = [drop(good), drop(b"no workbook"), *(drop(good) for _ in range(18))]  # as many as two workers are worth
    with ReadingPool(catalog, Limits(), TIGHT, 2) as pool:
        assert list(pool.read(files)) == list(PlainReader(catalog, Limits()).read(files))


def test_what_was_read_ahead_is_not_read_again(
    pool: ReadingPool, drop: Drop, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Files that are read while others land need not be opened later."""
    notes = [tmp_path_factory.getbasetemp() / f"note-{number}" for number in range(12)]
    early = [drop(hostile.NOTE + os.fsencode(note)) for note in notes]
    pool.expect(40)
    pool.read_ahead(early)
    until(lambda: all(note.exists() for note in notes))
    for file in early:
        file.path.unlink()
    assert [codes(report) for report in pool.read(early)] == [["text_file"]] * len(early)


@pytest.mark.services
def test_bad_files_read_ahead_do_not_affect_others(pool: ReadingPool, good: bytes, drop: Drop) -> None:
    """A file that ends the worker which reads ahead, and bytes that come later, cost a second reading only."""
    files = [drop(good), drop(hostile.DIE), *(drop(good) for _ in range(20))]
    missing = files[15].path.rename(files[15].path.with_suffix(".later"))
    pool.read([drop(good)])
    pool.read_ahead(files)
    pool.read([drop(good)])
    missing.rename(files[15].path)
    assert [codes(report) for report in pool.read(files)] == [[], ["reading_stopped"], *([[]] * 20)]


def assert_names_its_sender(report: ParsedReport, texts: Texts) -> None:
    """Assert that the report of a file that could not be read names unit and period and explains the issue."""
    assert (report.unit and report.unit.code, report.period and report.period.id) == (UNIT, PERIOD)
    assert report.has_critical
    assert all(issue.code in texts.issues for issue in report.issues)


def swollen(good: bytes, row: bytes) -> bytes:
    """Return a real workbook with one more row on its first sheet."""
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        parts = [(info.filename, archive.read(info)) for info in archive.infolist()]
    end = b"</sheetData>"
    return pack([(name, data.replace(end, row + end) if name.endswith("sheet1.xml") else data) for name, data in parts])


def test_real_parsing_is_bounded_too(catalog: Catalog, good: bytes, drop: Drop) -> None:
    """A workbook within the limits that expands too much is stopped by the memory limit of the process."""
    text = b'<row r="900"><c r="A900" t="inlineStr"><is><t>' + b"x" * (100 << 20) + b"</t></is></c></row>"
    wide = Limits(part_size=1 << 30, total_size=1 << 30, pack_ratio=10**6, text_length=1 << 30)
    with ReadingPool(catalog, wide, Confinement(memory=200 << 20), 1) as pool:
        reports = pool.read([drop(swollen(good, text)), drop(good)])
    assert [codes(report) for report in reports] == [["took_too_much_memory"], []]
    with ReadingPool(catalog, wide, Confinement(cpu_seconds=0.001), 1) as pool:
        (report,) = pool.read([drop(good)])
    assert codes(report) == ["took_too_long"]


def test_file_of_a_killed_worker_is_read_again(pool: ReadingPool, drop: Drop, tmp_path: Path) -> None:
    """A file whose worker was killed externally is read on the second attempt."""
    (report,) = pool.read([drop(hostile.DIE_ONCE + os.fsencode(tmp_path / "remembered"))])
    assert "reading_stopped" not in codes(report)


def test_a_fault_of_ours_is_logged(
    pool: ReadingPool, catalog: Catalog, drop: Drop, caplog: pytest.LogCaptureFixture
) -> None:
    """An unexpected exception becomes an issue of that file only, and the log has its traceback."""
    (report,) = pool.read([drop(hostile.FAIL)])
    assert codes(report) == ["reading_stopped"]
    assert_names_its_sender(report, catalog.texts)
    assert "LookupError: a fault of ours" in caplog.text


def test_cpu_time_is_counted_by_file(catalog: Catalog, good: bytes, drop: Drop) -> None:
    """CPU time is limited for each file, not for all files together."""
    seconds = 0.2
    content = [good] * 40
    with hostile_pool(catalog, confinement=replace(TIGHT, cpu_seconds=seconds)) as pool:
        reports = pool.read([drop(data) for data in content])
    assert [codes(report) for report in reports] == [[]] * len(content)


@pytest.mark.parametrize(("files", "workers"), [(19, 0), (400, 2)])
def test_workers_start_before_many_files(catalog: Catalog, files: int, workers: int) -> None:
    """Workers start while files are still landing, where so many are expected that each worker is worth its start."""
    before = set(multiprocessing.active_children())
    with hostile_pool(catalog) as pool:
        pool.expect(files)
        until(lambda: len(set(multiprocessing.active_children()) - before) == workers)


def test_an_idle_worker_may_be_killed(pool: ReadingPool, good: bytes, drop: Drop) -> None:
    """When an idle worker is killed, the next batch is read by a new one."""
    (result,) = pool.read([drop(hostile.TELL)])
    os.kill(int(result.issues[0].facts["pid"]), signal.SIGKILL)
    (report,) = pool.read([drop(good)])
    assert codes(report) == []


def test_a_worker_imports_little(pool: ReadingPool, drop: Drop) -> None:
    """A worker imports what reading needs, not what the parent process has loaded."""
    (report,) = pool.read([drop(hostile.TELL)])
    modules = set(report.issues[0].facts["modules"].split())
    assert "workbooks" in modules
    assert modules.isdisjoint({"prefect", "pandas", "great_expectations", "sqlalchemy", "openpyxl", "pytest"})


def test_the_main_module_is_not_imported_again(drop: Drop) -> None:
    """A worker does not import the parent's main module."""
    (answer,) = answers_of(SPAWNED, drop(hostile.TELL))
    assert "workbooks" in answer
    assert ONLY_HERE not in answer


def test_a_process_without_threads_is_forked(drop: Drop) -> None:
    """Its first worker shares what it has imported; what ends that worker is named, and the next are no forks."""
    (first,) = answers_of(FORKED, drop(hostile.TELL))
    swollen, stopped, last = answers_of(FORKED, *map(drop, (hostile.SWELL, hostile.DIE, hostile.TELL)))
    assert ONLY_HERE in first
    assert swollen.startswith("took_too_much_memory")
    assert stopped.startswith("reading_stopped")
    assert ONLY_HERE not in last


@pytest.mark.services
def test_the_fork_server_forks_in_spite_of_threads(drop: Drop) -> None:
    """Its workers share what was imported before the threads, those too that replace what a file ended."""
    swollen, stopped, last = answers_of(SERVED, *map(drop, (hostile.SWELL, hostile.DIE, hostile.TELL)))
    assert swollen.startswith("took_too_much_memory")
    assert stopped.startswith("reading_stopped")
    assert ONLY_HERE in last


@pytest.mark.services
def test_workers_start_without_a_fork_server_where_sockets_have_no_place(drop: Drop, tmp_path: Path) -> None:
    """A folder for temporary files whose path is too long for a socket costs the sharing only."""
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    (answer,) = answers_of(SERVED, drop(hostile.TELL), TMPDIR=str(folder))
    assert "workbooks" in answer
    assert ONLY_HERE not in answer


@pytest.mark.services
def test_cpu_time_of_workers_counts_as_the_commands() -> None:
    """What was forked by the fork server is waited for like any other process."""
    code = (
        "import os, resource; from workbooks.pool.fork_server import start_fork_server; "
        "from workbooks.pool.light_process import LightContext; from tests.workbooks.pool.pool_runner import burn\n"
        "if not os.fork():\n"
        "    start_fork_server()\n"
        "    process = LightContext().Process(target=burn)\n"
        "    process.start(), process.join(), exit(process.exitcode)\n"
        "_, status = os.wait()\n"
        "assert status == 0 and sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2]) > 0.3\n"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_a_worker_forked_early_reads_for_the_pool_of_its_settings() -> None:
    """It is adopted by the next pool, or ended where that has other settings."""
    code = (
        "import multiprocessing; from tests.workbooks.pool.test_reading_pool import hostile_pool, Limits; "
        "from domain.catalog.catalog import load_catalog; from tests.catalogs import small_catalog; "
        "catalog, children = load_catalog(small_catalog()), multiprocessing.active_children\n"
        "for limits, kept in ((Limits(), True), (Limits(file_size=1), False)):\n"
        "    hostile_pool(catalog).start_early()\n"
        "    (early,) = children()\n"
        "    with hostile_pool(catalog, limits=limits):\n"
        "        assert (early in children()) == kept\n"
        "    assert children() == []\n"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def answers_of(how: str, *files: LandedFile, **environment: str) -> list[str]:
    """Read files in a process of their own and return the answer of each."""
    command = [*RUNNER, how, *(str(file.path) for file in files)]
    return subprocess.run(
        command, cwd=ROOT, check=True, capture_output=True, text=True, env=child_environment() | environment
    ).stdout.splitlines()


@pytest.mark.parametrize(
    ("how", "ended_by"),
    # Only a fork begins with its parent's way of taking signals.
    [
        (FORKED, signal.SIGKILL),
        (FORKED, signal.SIGINT),
        (FORKED, signal.SIGTERM),
        (SPAWNED, signal.SIGKILL),
        pytest.param(SERVED, signal.SIGKILL, marks=pytest.mark.services),
        pytest.param(SERVED, signal.SIGINT, marks=pytest.mark.services),
    ],
)
def test_no_worker_outlives_its_run(drop: Drop, tmp_path: Path, ended_by: signal.Signals, how: str) -> None:
    """Workers end when the run is killed or interrupted in the middle of a file."""
    lock = tmp_path / "lock"
    file = drop(hostile.HOLD + os.fsencode(lock))
    # Processes started in the background ignore SIGINT, and so would their children.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen(
        [*RUNNER, how, file.path], cwd=ROOT, stderr=subprocess.DEVNULL, start_new_session=True
    ) as runner:
        signal.signal(signal.SIGINT, before)
        until(lambda: lock.exists() and lock.read_text() == "held")
        os.kill(runner.pid, ended_by)
    with lock.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # acquired once the worker has ended; pytest's timeout ends a hanging wait


def until(holds: Callable[[], bool]) -> None:
    """Wait until a condition holds; pytest's timeout ends a hanging wait."""
    while not holds():
        time.sleep(0.05)


def test_without_limits_of_the_system_the_guards_are_alone(catalog: Catalog, good: bytes, drop: Drop) -> None:
    """Where the system cannot confine a process, files are read under the guards only."""
    with hostile_pool(catalog, confinement=None) as pool:
        result, read = pool.read([drop(hostile.TELL), drop(good)])
    assert (result.issues[0].facts["kilobytes"], codes(read)) == ("unlimited", [])


def test_memory_is_bounded_by_the_system(pool: ReadingPool, drop: Drop) -> None:
    """The kernel enforces the configured memory limit on a worker."""
    (report,) = pool.read([drop(hostile.TELL)])
    assert int(report.issues[0].facts["kilobytes"]) == TIGHT.memory // 1024


@pytest.mark.parametrize("in_workers", [True, False])
def test_limits_reach_the_guards(catalog: Catalog, good: bytes, drop: Drop, *, in_workers: bool) -> None:
    """Configured limits apply to the files read."""
    limits = Limits(cells=5)
    file = drop(good)
    if in_workers:
        with hostile_pool(catalog, limits=limits) as pool:
            (report,) = pool.read([file])
    else:
        (report,) = PlainReader(catalog, limits).read([file])
    assert codes(report) == ["too_many_cells"]


def test_a_catalogue_that_changed_stops_reading(catalog: Catalog, good: bytes, drop: Drop) -> None:
    """Workers refuse to read with another version of the catalogue than the run's."""
    with (
        hostile_pool(replace(catalog, version="another")) as pool,
        pytest.raises(ReadingStoppedError, match="keep ending by themselves"),
    ):
        pool.read([drop(good)])


def test_bytes_that_are_gone_are_our_fault(pool: ReadingPool, tmp_path: Path) -> None:
    """A missing file raises and is not blamed on the commune."""
    with pytest.raises(FileNotFoundError):
        pool.read([LandedFile(tmp_path / "gone", Hints("report.xlsx", ()))])
