"""Nightly runs with reading workers: equal results, and no file stops a run."""

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import ClassVar

from domain.submissions import ParsedReport
from tests.flows.pipeline.nightly_runs import (
    codes_of,
    context_of,
    deliver,
    picture_of,
    published_rows,
    put,
    rows_of,
    run_plainly,
)
from tests.workbooks.container import hostile
from workbooks.cells.guards import Limits
from workbooks.pool.confinement import Confinement
from workbooks.pool.landed_file import LandedFile, PlainReader
from workbooks.pool.reading_pool import ReadingPool
from workbooks.sample.inbox import SampleFile

First = tuple[SampleFile, ...]


def test_workers_make_no_difference(home: Path, night_home: Path, first_files: First) -> None:
    """A nightly run with reading workers and several batches has the same result as one without."""
    deliver(home, first_files)
    run_plainly(context_of(home, reading_workers=2, batch_size=3))
    assert picture_of(home) == picture_of(night_home)


def test_no_file_stops_the_nightly_run(home: Path, first_files: First) -> None:
    """Files that take too long or kill their worker are refused by name; the others are published."""
    deliver(home, first_files[:3])
    for code, content in (("22828", hostile.SPIN), ("22831", hostile.DIE)):
        put(home / "inbox" / "2025-05" / f"BC_{code}_2025-05.xlsx", content)
    context = context_of(home)
    confinement = Confinement(cpu_seconds=0.3)
    pool = partial(ReadingPool, context.catalog, Limits(), confinement, 2, parse=hostile.parse)
    outcome = run_plainly(replace(context, open_reader=pool))
    assert {submission_outcome.unit.code for submission_outcome in outcome.refused if submission_outcome.unit} == {
        "22828",
        "22831",
    }
    assert codes_of(home, "BC_22828_2025-05.xlsx") == {"took_too_long"}
    assert codes_of(home, "BC_22831_2025-05.xlsx") == {"reading_stopped"}
    assert {row["units_accepted"] for row in published_rows(home).values()} >= {"3"}


def test_a_file_that_is_too_large_is_kept_and_refused(home: Path, first_files: First) -> None:
    """A limit of the settings refuses a workbook by its code, and its bytes lie in the landing all the same."""
    deliver(home, first_files[:1])
    run_plainly(context_of(home, reading_limits=Limits(file_size=1000)))
    assert codes_of(home, first_files[0].path.name) == {"file_too_large"}
    digest = sha256(first_files[0].data).hexdigest()
    assert rows_of(home, "SELECT sha256, state FROM submission") == [(digest, "quarantined")]
    assert (home / "landing" / digest[:2] / digest[2:4] / digest).read_bytes() == first_files[0].data


class NotingReader(PlainReader):
    """Reader that notes which files it may read ahead and which it reads."""

    ahead: ClassVar[list[LandedFile]] = []
    asked: ClassVar[list[LandedFile]] = []

    def read_ahead(self, files: Sequence[LandedFile]) -> None:
        """Note the files."""
        self.ahead.extend(files)

    def read(self, files: Iterable[LandedFile]) -> tuple[ParsedReport, ...]:
        """Note the files and read them."""
        noted = list(files)
        self.asked.extend(noted)
        return super().read(noted)


def test_files_are_read_while_others_land(home: Path, first_files: First) -> None:
    """All new files are read ahead, named as they are later."""
    deliver(home, first_files[:4])
    context = context_of(home, batch_size=1)
    run_plainly(replace(context, open_reader=lambda: nullcontext(NotingReader(context.catalog, Limits()))))
    assert len(NotingReader.ahead) == 4
    assert set(NotingReader.ahead) == set(NotingReader.asked)
