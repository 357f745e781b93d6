"""A small sweep over files made here: nothing crashes, runs away or ends unexplained, and the sweep would notice."""

from pathlib import Path

from benchmarks.mutants import mutate
from benchmarks.sweep import FAULTS, Task, Verdict, corpus_tasks, good_workbooks, judge, sweep
from domain.submissions import ParsedReport

_NOTHING = ParsedReport(None, None, None, None)


def test_small_sweep(tmp_path: Path) -> None:
    """Mutants and files of a folder all end read or refused."""
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 not really")
    (tmp_path / "good.xlsx").write_bytes(good_workbooks()[0])
    (tmp_path / "notes.txt").write_text("no workbook", encoding="utf-8")
    tasks = [*corpus_tasks(tmp_path), *(Task(None, seed) for seed in range(60))]
    outcomes = list(sweep(tasks, 1))
    assert len(outcomes) == 62
    assert [outcome for outcome in outcomes if outcome.verdict in FAULTS] == []
    named = {Path(outcome.task.name).name: outcome.verdict for outcome in outcomes if outcome.task.path}
    assert named == {"broken.xlsx": Verdict.REFUSED, "good.xlsx": Verdict.READ}


def test_no_corpus_is_no_fault(tmp_path: Path) -> None:
    """A corpus that is not there has no files."""
    assert corpus_tasks(None) == corpus_tasks(tmp_path / "absent") == []


def test_a_seed_is_a_file() -> None:
    """The same seed spoils the same workbook in the same way."""
    originals = good_workbooks()
    assert mutate(originals, 7) == mutate(originals, 7)
    assert mutate(originals, 7) not in originals


def test_a_silent_report_is_unexplained() -> None:
    """A report that says nothing at all is a fault."""
    assert judge(Task(None), lambda: _NOTHING).verdict is Verdict.UNEXPLAINED


def test_an_exception_is_a_crash() -> None:
    """Whatever escapes reading is a fault."""

    def fail() -> ParsedReport:
        raise ValueError("escaped")

    assert judge(Task(None), fail).verdict is Verdict.CRASH


def test_endless_reading_is_unbounded() -> None:
    """A file that does not come to an end is stopped and a fault."""

    def spin() -> ParsedReport:
        while True:
            pass

    assert judge(Task(None), spin, cpu_seconds=0.05).verdict is Verdict.UNBOUNDED


def test_too_much_memory_is_unbounded() -> None:
    """A file that asks for more memory than there may be is a fault."""

    def swell() -> ParsedReport:
        raise MemoryError

    assert judge(Task(None), swell).verdict is Verdict.UNBOUNDED
