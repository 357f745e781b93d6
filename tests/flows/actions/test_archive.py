"""Archived periods change nothing that is read or published, and come back."""

import shutil
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from domain.catalog.catalog import Catalog
from domain.errors import UsageError
from domain.periods import parse_period
from domain.rollups import Boundary
from flows.actions.archiving import archive_before, restore_period
from flows.actions.backup import make_backup, restore_backup
from flows.actions.closing.close_period import close_period, reopen_period
from flows.pipeline.pipeline import Run
from flows.pipeline.progress import NoProgress
from flows.pipeline.scope import RunScope
from flows.pipeline.steps import PlainSteps
from flows.support.context import AppContext
from tests.cli.command import live_in, runner
from tests.flows.pipeline.nightly_runs import (
    AREA,
    NOW,
    context_of,
    deliver,
    published_rows,
    rows_of,
    run_plainly,
    settings_of,
)
from warehouse.queries import explain
from warehouse.rollups.archivable import Obstacle, old_periods
from warehouse.rollups.scope import RollupKey
from warehouse.store.engine import reading
from warehouse.submissions.lifecycle import DecisionReason
from workbooks.sample.inbox import make_sample

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("archive")]

FORM = "cds_x_t"
MAY = parse_period("2025-05")
JUNE = parse_period("2025-06")
TABLES = ("observation", "rollup_contribution")
LATER = NOW + timedelta(days=800)
"""When May 2025 is old enough: more than two years after it."""


def late(home: Path, hours: int = 0) -> AppContext:
    """Return a context of a home years after its reports."""
    return context_of(home, now=LATER + timedelta(hours=hours))


def run_of(context: AppContext, run_id: str) -> tuple[Run, RollupKey]:
    """Return a run that closes or opens May of the district."""
    area = context.catalog.area(AREA, FORM, MAY, Boundary.AS_THEN, context.today)
    return Run(context, RunScope(MAY), PlainSteps(run_id, delays=()), NoProgress()), RollupKey(area, FORM, MAY)


@pytest.fixture(scope="module")
def old_home(tmp_path_factory: pytest.TempPathFactory, corrected_home: Path) -> Path:
    """A home whose May was closed, and which had a nightly run years later; never written to."""
    home = tmp_path_factory.mktemp("old") / "home"
    shutil.copytree(corrected_home, home, symlinks=True)
    context = context_of(home, now=NOW + timedelta(days=3))
    run, key = run_of(context, "closing")
    # No bundle is looked at: that its figures come out is tested with closings.
    close_period(run, key, DecisionReason("", "an"), settings_of(home), partial=True)
    run_plainly(late(home), "years later", pages=True)
    return home


@pytest.fixture
def home(tmp_path: Path, old_home: Path) -> Path:
    """A home of the test's own whose May is closed and old."""
    shutil.copytree(old_home, tmp_path / "home", symlinks=True)
    return tmp_path / "home"


@pytest.fixture
def archived(home: Path) -> Path:
    """The home, with May archived."""
    archive(home)
    return home


def archive(home: Path) -> None:
    """Archive all that may be archived."""
    archive_before(late(home, 1), "archive", NoProgress(), JUNE, form=None, by="an")


def files_below(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, and where links lead."""
    paths = [path for path in folder.rglob("*") if path.is_file() or path.is_symlink()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths if path.is_file()}


def test_runs_publish_the_same_while_archived_and_after(home: Path) -> None:
    """A nightly run with a period in files leaves every published byte as it was, and so does one after restoring."""
    before = files_below(home / "published")
    rows = [rows_of(home, f"SELECT * FROM {table} ORDER BY 1, 2, 3, 4") for table in TABLES]
    archive(home)
    assert [rows_of(home, f"SELECT COUNT(*) FROM {table}") for table in TABLES] == [[(0,)], [(0,)]]
    run_plainly(late(home, 2), "archived", pages=True)
    assert files_below(home / "published") == before
    restore_period(late(home, 3), "restore", NoProgress(), MAY, form=None)
    run_plainly(late(home, 4), "restored", pages=True)
    assert files_below(home / "published") == before
    assert [rows_of(home, f"SELECT * FROM {table} ORDER BY 1, 2, 3, 4") for table in TABLES] == rows
    assert not (home / "archive").exists() or files_below(home / "archive") == {}


def test_lost_publications_are_made_again_from_archived_rows(archived: Path) -> None:
    """A publication that was removed comes back with the same bytes while its period is archived."""
    before = files_below(archived / "published")
    shutil.rmtree(archived / "published")
    run_plainly(late(archived, 2), "again", pages=True)
    after = files_below(archived / "published")
    pages = {name for name in before if name.startswith(("2025-05", ".revisions", "data"))}
    assert pages
    assert {name: after.get(name) == before[name] for name in pages} == dict.fromkeys(pages, True)


def test_explanations_are_the_same_while_archived(home: Path) -> None:
    """A figure is explained down to its cells from the file as from the table."""
    indicator = next(iter(published_rows(home)))
    explanations = []
    for _ in range(2):
        with reading(late(home).engine) as session:
            explanations.append(explain(session, AREA, MAY, indicator))
        archive(home)
    assert explanations[0] == explanations[1]


def test_a_correction_after_reopening_counts_as_if_nothing_was_archived(
    home: Path, tmp_path: Path, catalog: Catalog
) -> None:
    """A closed and archived period that is reopened publishes what an equal one in the tables does."""
    twin, before = tmp_path / "twin", published_rows(home)
    shutil.copytree(home, twin, symlinks=True)
    archive(home)
    others = make_sample(catalog, AREA, [MAY], seed=2)
    correction = next(file for file in others if "22813" in str(file.path))
    rows = []
    for each in (home, twin):
        deliver(each, [correction])
        run_plainly(late(each, 5), "late", pages=False)
        run, key = run_of(late(each, 6), "reopening")
        reopen_period(run, key, DecisionReason("the commune counted twice", "an"))
        rows.append(published_rows(each))
    assert rows[0] == rows[1] != before


def test_what_is_open_or_recent_stays(after_night: Path) -> None:
    """A period that was never closed is not archived, and the bound has to leave two years in the tables."""
    context = late(after_night)
    with reading(context.engine) as session:
        (old,) = old_periods(session, context.catalog, JUNE, context.today)
        assert old.obstacle is Obstacle.NOT_CLOSED
        with pytest.raises(UsageError, match="not after"):
            old_periods(session, context.catalog, parse_period("2026-12"), context.today)
    archive(after_night)
    assert rows_of(after_night, "SELECT COUNT(*) FROM archived_file") == [(0,)]


def test_a_backup_takes_archived_rows_along(archived: Path, tmp_path: Path) -> None:
    """What was archived is archived in the restored home, and comes back there."""
    context = late(archived)
    target = tmp_path / "backup.tar.gz"
    made = make_backup(
        context.engine, context.landing, context.catalog, archived, target, at=LATER, watch=lambda *_: None
    )
    assert made.lost == ()
    new = settings_of(tmp_path / "new")
    new_context = late(tmp_path / "new")
    restore_backup(target, new_context.engine, new_context.landing, new.home, lambda *_: None, limits=new.unpack_limits)
    assert files_below(tmp_path / "new" / "archive") == files_below(archived / "archive")
    restore_period(new_context, "restore", NoProgress(), MAY, form=None)
    assert rows_of(tmp_path / "new", "SELECT COUNT(*) FROM observation") != [(0,)]


def test_analysts_join_figures_with_cells(archived: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The query of the guide for analysts lists the cells of archived figures, whose numbers are what entered."""
    monkeypatch.chdir(archived)
    guide = (Path(__file__).parents[3] / "docs" / "for-analysts.md").read_text(encoding="utf-8")
    query = guide.partition("## Archived periods\n")[2].partition("```sql\n")[2].partition("```")[0]
    rows = duckdb.sql(query).fetchall()
    assert {row[0] for row in rows} == {"2025-05"}
    published = published_rows(archived).items()
    numerators = {indicator: Decimal(row["numerator"]) for indicator, row in published if row["numerator"]}
    revision = max(row[1] for row in rows)
    sums: Counter[str] = Counter()
    for _, of, indicator, *_, numerator in rows:
        sums[indicator] += numerator if of == revision and numerator is not None else 0
    summed = sums.keys() & numerators.keys()
    assert summed
    assert {indicator: sums[indicator] for indicator in summed} == {each: numerators[each] for each in summed}


def test_commands(archived: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The commands list, verify and restore what is archived, and name a bound that is too late."""
    live_in(archived, monkeypatch, TONGHOP_LANG="en", TONGHOP_RECORDS_AHEAD_UNTIL="2099-01-01T00:00Z")
    tonghop = runner(monkeypatch, capsys)
    assert "2025-05" in tonghop("archive", "list")[1]
    assert tonghop("archive", "verify")[0] == 0
    path = next((archived / "archive").rglob("*.parquet"))
    whole = path.read_bytes()
    path.write_bytes(whole + b"x")
    assert tonghop("archive", "verify")[0] == 3
    path.write_bytes(whole)
    assert tonghop("archive", "move", "--before", "2999-01", "--dry-run")[0] == 2
    assert tonghop("archive", "restore", "2025-04")[0] == 2
    assert "of 2025-05 back" in tonghop("archive", "restore", "2025-05")[1]
    assert "No period is archived" in tonghop("archive", "list")[1]
