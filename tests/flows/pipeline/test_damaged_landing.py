"""A landed file that is damaged before it is judged: it stops itself alone, and every way of making it good works."""

from pathlib import Path

import pytest

from connectors.landing import Landing
from flows.pipeline.stages.collect import Collection
from flows.pipeline.stages.reply import files_of
from flows.support.context import AppContext
from tests.connectors.lossy_disk import LossyDisk, PowerCutError
from tests.flows.pipeline.nightly_runs import WRONG, codes_of, context_of, deliver, put, rows_of, run_plainly
from warehouse.queries import replies_of
from warehouse.store.engine import reading
from workbooks.sample.inbox import SampleFile

STATES = "SELECT state, count(*) FROM submission GROUP BY state ORDER BY state"


@pytest.fixture
def three(first_files: tuple[SampleFile, ...]) -> tuple[SampleFile, ...]:
    """Three right workbooks; the first is the one that is damaged."""
    return first_files[:3]


@pytest.fixture
def context(home: Path, three: tuple[SampleFile, ...]) -> AppContext:
    """A home that has collected the three and judged none, with the first one's bytes damaged."""
    deliver(home, three)
    context = context_of(home)
    Collection(context, "collected").collect()
    damage(context.landing, three[0])
    return context


def damage(landing: Landing, file: SampleFile) -> None:
    """Overwrite the middle of a landed file."""
    with landing.path_of(landing.land(file.data)).open("r+b") as landed:
        landed.seek(len(file.data) // 2)
        landed.write(b"damage")


def take_away(home: Path, file: SampleFile) -> None:
    """Remove a file from the inbox."""
    (home / "inbox" / file.path).unlink()


def test_a_damaged_file_is_fetched_again(context: AppContext, home: Path, three: tuple[SampleFile, ...]) -> None:
    """Where the source still has it, the run ends as if nothing had happened, and only the bytes are landed again."""
    outcome = run_plainly(context)
    assert (outcome.counts["accepted"], outcome.counts["refused"], outcome.damaged) == (3, 0, ())
    assert rows_of(home, "SELECT count(*) FROM delivery") == [(3,)]
    assert context.landing.read(context.landing.land(three[0].data)) == three[0].data


def test_a_file_that_is_gone_is_asked_for_again(context: AppContext, home: Path, three: tuple[SampleFile, ...]) -> None:
    """The others are judged; it is named, and its sender's reply says that the fault is ours and to send it again."""
    take_away(home, three[0])
    outcome = run_plainly(context)
    assert [each.label for each in outcome.damaged] == [each.label for each in outcome.refused]
    assert (outcome.counts["accepted"], outcome.counts["damaged"]) == (2, 1)
    assert codes_of(home, three[0].path.name) == {"landed_file_damaged"}
    (note,) = (home / "outbox").rglob("tra-lai.*.txt")
    assert "Đề nghị gửi lại chính tệp đó" in note.read_text(encoding="utf-8-sig")
    assert list((home / "outbox").rglob("*.xlsx")) == []


@pytest.mark.long
@pytest.mark.parametrize("way", ["sent over the old one", "sent under a new name", "restored in the landing"])
def test_a_file_that_comes_back_is_judged(
    context: AppContext, home: Path, three: tuple[SampleFile, ...], way: str
) -> None:
    """However the bytes return, the next run accepts the report, once."""
    take_away(home, three[0])
    run_plainly(context)
    match way:
        case "sent over the old one":
            put(home / "inbox" / three[0].path, three[0].data)
        case "sent under a new name":
            put(home / "inbox" / three[0].path.with_stem("again"), three[0].data)
        case _:
            context.landing.land(three[0].data)
    outcome = run_plainly(context, "next")
    assert (outcome.counts["accepted"], outcome.counts["refused"]) == (1, 0)
    assert dict(rows_of(home, STATES))["accepted"] == 3
    assert run_plainly(context, "idle").is_idle


def test_a_damaged_workbook_stops_no_reply(after_night: Path, first_files: tuple[SampleFile, ...]) -> None:
    """A refused workbook that is damaged before it goes back is answered without it."""
    context = context_of(after_night)
    damage(context.landing, next(file for file in first_files if WRONG in file.path.name))
    ((delivery,),) = rows_of(after_night, f"SELECT id FROM delivery WHERE file_name LIKE '%{WRONG}%'")
    with reading(context.engine) as session:
        (reply,) = replies_of(session, [int(str(delivery))])
    assert sorted(Path(name).suffix for name in files_of(context, reply)) == [".html", ".txt"]


@pytest.mark.parametrize("is_committed", [False, True])
def test_nothing_recorded_is_lost_in_a_power_cut(
    home: Path, three: tuple[SampleFile, ...], monkeypatch: pytest.MonkeyPatch, *, is_committed: bool
) -> None:
    """Cut right before or after the commit of arrivals, every recorded file is on disk, and the next run has all."""
    deliver(home, three)
    context, disk = context_of(home), LossyDisk()

    def cut(*_: object) -> None:
        raise PowerCutError

    if is_committed:
        monkeypatch.setattr(Collection, "_log", cut)
    else:
        monkeypatch.setattr("flows.pipeline.stages.collect.receive_new", cut)
    with disk.connected():
        Collection(context, "cut").collect()
    monkeypatch.undo()
    disk.forget(context.landing.root)
    recorded = [str(digest) for (digest,) in rows_of(home, "SELECT sha256 FROM file")]
    assert (len(recorded), all(map(context.landing.is_whole, recorded))) == (3 * is_committed, True)
    assert run_plainly(context).counts["accepted"] == 3
