"""Tests of the sweep on a few files: nothing crashes, exceeds limits or stays unexplained, and faults are detected."""

from functools import partial
from pathlib import Path

import pytest

from domain.catalog.catalog import Catalog, load_catalog
from domain.issues import Issue, Severity
from domain.submissions import ParsedReport
from tests.catalogs import small_catalog
from tests.tools import sweep as sweep_module
from tests.tools.mutants import mutate, rewrite
from tests.tools.sweep import FAULTS, SweepResult, Task, classify, corpus_tasks, good_workbooks, sweep
from tests.workbooks.container import hostile
from workbooks.pool.confinement import Confinement

pytestmark = pytest.mark.long

_TIGHT = Confinement(memory=1 << 30, cpu_seconds=0.3)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the sweep, whose every worker loads the catalogue, use the small one."""
    monkeypatch.setattr(sweep_module, "_catalog", partial(load_catalog, small_catalog()))


def test_small_sweep(tmp_path: Path) -> None:
    """Mutants and the files of a folder are all read or refused."""
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 not really")
    (tmp_path / "good.xlsx").write_bytes(good_workbooks()[0])
    (tmp_path / "notes.txt").write_text("no workbook", encoding="utf-8")
    tasks = [*corpus_tasks(tmp_path), *(Task(None, seed) for seed in range(200))]
    outcomes = list(sweep(tasks, 1))
    assert len(outcomes) == 202
    assert [outcome for outcome in outcomes if outcome.result in FAULTS] == []
    named = {outcome.task.path.name: outcome.result for outcome in outcomes if outcome.task.path}
    assert named == {"broken.xlsx": SweepResult.REFUSED, "good.xlsx": SweepResult.READ}


def test_missing_corpus_has_no_files(tmp_path: Path) -> None:
    """A folder that does not exist gives no tasks."""
    assert corpus_tasks(None) == corpus_tasks(tmp_path / "absent") == []


def test_mutations_are_reproducible() -> None:
    """Equal seeds give equal mutations and rewritings."""
    originals = good_workbooks()
    assert mutate(originals, 7) == mutate(originals, 7)
    assert mutate(originals, 7) not in originals
    assert rewrite(originals[0], 7) == rewrite(originals[0], 7) != originals[0]


def test_sweep_detects_faults(tmp_path: Path) -> None:
    """An exception and a dead worker are crashes, too much time or memory is unbounded, and other files are read."""
    content = {
        "a fault": hostile.FAIL,
        "dead": hostile.DIE,
        "endless": hostile.SPIN,
        "good": good_workbooks()[0],
        "swelling": hostile.SWELL,
    }
    for name, data in content.items():
        (tmp_path / f"{name}.xlsx").write_bytes(data)
    outcomes = sweep(corpus_tasks(tmp_path), 1, confinement=_TIGHT, parse=hostile.parse)
    assert {Path(outcome.task.name).stem: outcome.result for outcome in outcomes} == {
        "a fault": SweepResult.CRASH,
        "dead": SweepResult.CRASH,
        "endless": SweepResult.UNBOUNDED,
        "good": SweepResult.READ,
        "swelling": SweepResult.UNBOUNDED,
    }


@pytest.mark.parametrize("issues", [(), (Issue("no_such_code", Severity.CRITICAL),)], ids=["silent", "without a text"])
def test_report_without_known_issue_is_unexplained(catalog: Catalog, issues: tuple[Issue, ...]) -> None:
    """An unplaceable report without issues, or with an issue unknown to the catalogue, is a fault."""
    assert classify(ParsedReport(None, None, None, None, issues=issues), catalog) is SweepResult.UNEXPLAINED
