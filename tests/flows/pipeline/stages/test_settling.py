"""Sources in a run: what has landed is moved away, limits hold, and a dry run touches nothing at a source."""

from dataclasses import replace
from pathlib import Path

import pytest

from connectors.base import SourceMissingError
from connectors.sources.filesystem import FilesystemConnector
from domain.catalog.sources import After, Source, SourceLimits
from flows.pipeline.stages.collect import Collection, has_arrivals
from flows.support.context import AppContext
from tests.flows.pipeline.nightly_runs import context_of, put, rows_of

NO_LIMITS = SourceLimits()
DELIVERIES = "SELECT path, sha256 FROM delivery ORDER BY path"


@pytest.fixture
def share(tmp_path: Path) -> Path:
    """A share with two files."""
    put(tmp_path / "share" / "22813" / "a.xlsx", b"first")
    put(tmp_path / "share" / "b.xlsx", b"second")
    return tmp_path / "share"


def collecting(home: Path, share: Path, limits: SourceLimits = NO_LIMITS) -> AppContext:
    """Return a context whose only source is the share; landed files are moved."""
    source = Source("share", "folder", str(share), after=After.MOVED, limits=limits)
    return replace(context_of(home), connectors=[FilesystemConnector("share", str(share), source)])


def files_in(share: Path) -> list[str]:
    """Return the paths of all files of the share."""
    return sorted(path.relative_to(share).as_posix() for path in share.rglob("*") if path.is_file())


def test_what_has_landed_is_moved(home: Path, share: Path) -> None:
    """It is not listed again; a namesake that comes later is moved beside it."""
    context = collecting(home, share)
    Collection(context, "run").collect()
    assert files_in(share) == ["da-nhan/22813/a.xlsx", "da-nhan/b.xlsx"]
    put(share / "b.xlsx", b"third, longer")
    assert has_arrivals(context)
    Collection(context, "run").collect()
    moved = files_in(share)
    assert (len(moved), all(path.startswith("da-nhan/") for path in moved)) == (3, True)
    assert [path for path, _ in rows_of(home, DELIVERIES)] == ["22813/a.xlsx", "b.xlsx", "b.xlsx"]
    assert not has_arrivals(context)


def test_a_run_moves_what_a_killed_one_left(home: Path, share: Path) -> None:
    """A run that recorded deliveries and died before it moved them leaves that to the next; a dry run moves nothing."""
    context = collecting(home, share)
    Collection(replace(context, settles_sources=False), "killed").collect()
    assert files_in(share) == ["22813/a.xlsx", "b.xlsx"]
    Collection(context, "run").collect()
    assert files_in(share) == ["da-nhan/22813/a.xlsx", "da-nhan/b.xlsx"]
    assert len(rows_of(home, DELIVERIES)) == 2


def test_a_file_over_the_limit_is_named_and_left(home: Path, share: Path) -> None:
    """It is neither fetched nor moved, wakes no run by day, and the others are taken."""
    put(share / "c.xlsx", b"more than six")
    context = collecting(home, share, SourceLimits(bytes_per_file=6))
    (left,) = Collection(context, "run").collect()
    assert "c.xlsx was not fetched: it has 13 bytes" in left
    assert "c.xlsx" in files_in(share)
    assert not has_arrivals(context)


def test_a_run_takes_as_many_files_as_its_limit(home: Path, share: Path) -> None:
    """The next run takes the rest."""
    context = collecting(home, share, SourceLimits(files_per_run=1))
    assert Collection(context, "run").collect() == ("1 files of share wait for the next run (files_per_run: 1).",)
    assert Collection(context, "next").collect() == ()
    assert len(rows_of(home, DELIVERIES)) == 2


def test_a_missing_source_is_named_and_the_others_are_collected(home: Path, share: Path, tmp_path: Path) -> None:
    """Its earlier files count as they did; the only source may not be missing."""
    gone = FilesystemConnector("gone", str(tmp_path / "gone"))
    context = collecting(home, share)
    both = replace(context, connectors=[gone, *context.connectors])
    assert has_arrivals(both)
    (left,) = Collection(both, "run").collect()
    assert f"there is no folder {tmp_path / 'gone'}" in left
    assert len(rows_of(home, DELIVERIES)) == 2
    assert not has_arrivals(both)
    alone = replace(context, connectors=[gone])
    for look in (Collection(alone, "run").collect, lambda: has_arrivals(alone)):
        with pytest.raises(SourceMissingError):
            look()


def test_the_same_bytes_by_two_ways_are_one_file(home: Path, share: Path, tmp_path: Path) -> None:
    """Each way has its delivery; a source that refuses us is named, and the others are collected."""
    put(tmp_path / "other" / "b.xlsx", b"second")
    other = FilesystemConnector("other", str(tmp_path / "other"))
    refused = FilesystemConnector("refused", "sftp://sftp.example.vn/reports")
    context = collecting(home, share)
    (left,) = Collection(replace(context, connectors=[refused, *context.connectors, other]), "run").collect()
    assert left.startswith("refused: ")
    ways = "SELECT connector FROM delivery WHERE sha256 = (SELECT sha256 FROM delivery WHERE connector = 'other')"
    assert sorted(rows_of(home, ways)) == [("other",), ("share",)]
    assert rows_of(home, "SELECT count(*) FROM file") == [(2,)]
