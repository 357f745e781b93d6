"""A small sweep over files made here: nothing crashes, runs away or ends unexplained, and the sweep would notice."""

from pathlib import Path

import pytest

from domain.catalog.catalog import Catalog
from domain.issues import Issue, Severity
from domain.submissions import ParsedReport
from tests.tools.mutants import mutate, rewrite
from tests.tools.sweep import FAULTS, SweepVerdict, Task, corpus_tasks, good_workbooks, sweep, verdict_of
from tests.workbooks.container import hostile
from workbooks.pool.confinement import Confinement

_TIGHT = Confinement(memory=1 << 30, cpu_seconds=1.0)


def test_small_sweep(tmp_path: Path) -> None:
    """Mutants and files of a folder all end read or refused."""
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 not really")
    (tmp_path / "good.xlsx").write_bytes(good_workbooks()[0])
    (tmp_path / "notes.txt").write_text("no workbook", encoding="utf-8")
    tasks = [*corpus_tasks(tmp_path), *(Task(None, seed) for seed in range(200))]
    outcomes = list(sweep(tasks, 1))
    assert len(outcomes) == 202
    assert [outcome for outcome in outcomes if outcome.verdict in FAULTS] == []
    named = {outcome.task.path.name: outcome.verdict for outcome in outcomes if outcome.task.path}
    assert named == {"broken.xlsx": SweepVerdict.REFUSED, "good.xlsx": SweepVerdict.READ}


def test_no_corpus_is_no_fault(tmp_path: Path) -> None:
    """A corpus that is not there has no files."""
    assert corpus_tasks(None) == corpus_tasks(tmp_path / "absent") == []


def test_a_seed_is_a_file() -> None:
    """The same seed spoils, or rewrites, the same workbook in the same way."""
    originals = good_workbooks()
    assert mutate(originals, 7) == mutate(originals, 7)
    assert mutate(originals, 7) not in originals
    assert rewrite(originals[0], 7) == rewrite(originals[0], 7) != originals[0]


def test_what_the_sweep_looks_for_is_found(tmp_path: Path) -> None:
    """A fault of ours and a dead worker are crashes; too much time, too much memory are unbounded; the rest is read."""
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
    assert {Path(outcome.task.name).stem: outcome.verdict for outcome in outcomes} == {
        "a fault": SweepVerdict.CRASH,
        "dead": SweepVerdict.CRASH,
        "endless": SweepVerdict.UNBOUNDED,
        "good": SweepVerdict.READ,
        "swelling": SweepVerdict.UNBOUNDED,
    }


@pytest.mark.parametrize("issues", [(), (Issue("no_such_code", Severity.CRITICAL),)], ids=["silent", "without a text"])
def test_a_report_that_says_nothing_is_unexplained(catalog: Catalog, issues: tuple[Issue, ...]) -> None:
    """A report without a place that says nothing, or nothing that the catalogue has words for, is a fault."""
    assert verdict_of(ParsedReport(None, None, None, None, issues=issues), catalog) is SweepVerdict.UNEXPLAINED
