"""Homes to run in, runs without Prefect, and what stands in a home afterwards."""

import csv
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from domain.errors import TransientError
from domain.periods import parse_period
from flows.outcome import Outcome
from flows.pipeline import Run, carry_out
from flows.scope import Scope
from flows.settings import load_settings
from flows.watching import Nobody
from flows.wiring import House, open_house
from workbooks.sample import SampleFile

T = TypeVar("T")

AREA = "585"
WRONG = "22828"
NOW = datetime(2025, 6, 1, 18, 0, tzinfo=UTC)
"""The moment at which runs of tests take place: the period 2025-05 is over, its deadline past."""

_OF_THE_RUN = {"run_id", "published_at"}
_PICTURE = {
    "submissions": "SELECT sha256, state, unit_code, period, version, file_name FROM submission ORDER BY sha256",
    "deliveries": "SELECT path, file_name, delivered_at FROM delivery ORDER BY path",
    "observations": """
        SELECT s.sha256, o.unit_code, o.indicator, o.numerator, o.denominator, o.state, o.sheet, o.cell
        FROM observation o JOIN submission s ON s.id = o.submission_id ORDER BY 1, 2, 3""",
    "issues": """
        SELECT s.sha256, i.code, i.severity, i.sheet, i.cell, i.found, i.expected
        FROM issue i JOIN submission s ON s.id = i.submission_id ORDER BY 1, 2, 4, 5""",
    "repairs": """
        SELECT s.sha256, r.rule, r.sheet, r.cell, r.before, r.after
        FROM repair r JOIN submission s ON s.id = r.submission_id ORDER BY 1, 2, 3, 4""",
    "publications": """
        SELECT r.area_code, r.period, r.number
        FROM publication p JOIN rollup_revision r ON r.id = p.revision_id ORDER BY 1, 2, 3""",
}


@dataclass(frozen=True)
class PlainSteps:
    """Does each step at once, in this process; tries a transient failure again without waiting."""

    run_id: str

    def run(self, stage: str, label: str, work: Callable[[], T]) -> T:  # noqa: ARG002 # the protocol's arguments
        """Do one step."""
        return work()

    def run_retried(self, stage: str, label: str, work: Callable[[], T]) -> T:  # noqa: ARG002 # the protocol's arguments
        """Do one step, twice more when it fails for the moment."""
        for _ in range(2):
            try:
                return work()
            except TransientError:
                continue
        return work()


def prepare_home(home: Path, warehouse: Path) -> Path:
    """A new home whose warehouse is a copy of the given one."""
    home.mkdir(parents=True)
    shutil.copyfile(warehouse, home / "warehouse.db")
    return home


def house_of(home: Path, now: datetime = NOW, **settings: object) -> House:
    """Everything a run in that home works with, at that moment."""
    given = {"warehouse_url": f"sqlite:///{home / 'warehouse.db'}", **settings}
    return open_house(load_settings(home=home, **given), lambda: now)


def put(target: Path, data: bytes, delivered_at: datetime = NOW) -> None:
    """Write a file as if it had been delivered at that moment."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    os.utime(target, (delivered_at.timestamp(), delivered_at.timestamp()))


def deliver(home: Path, files: Iterable[SampleFile]) -> None:
    """Drop workbooks into a home's inbox."""
    for file in files:
        put(home / "inbox" / file.path, file.data, file.delivered_at)


def run_plainly(house: House, run_id: str = "night", period: str | None = None, units: Sequence[str] = ()) -> Outcome:
    """One run from the inbox to the published page."""
    scope = Scope(period=parse_period(period) if period else None, units=frozenset(units))
    return carry_out(Run(house, scope, PlainSteps(run_id), Nobody()), "nightly")


def rows_of(home: Path, query: str) -> list[tuple[Any, ...]]:
    """What a query finds in a home's warehouse."""
    connection = sqlite3.connect(home / "warehouse.db")
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def codes_of(home: Path, file_name: str) -> set[str]:
    """Codes of all issues of a file."""
    query = "SELECT i.code, s.file_name FROM issue i JOIN submission s ON s.id = i.submission_id"
    return {code for code, name in rows_of(home, query) if name == file_name}


def published_rows(home: Path, period: str = "2025-05", area: str = AREA) -> dict[str, dict[str, str]]:
    """The newest published figures, by indicator."""
    with (home / "published" / period / area / "rollup.csv").open(encoding="utf-8-sig", newline="") as lines:
        return {row["indicator"]: row for row in csv.DictReader(lines)}


def picture_of(home: Path) -> dict[str, object]:
    """What a home holds, without what only names a run or a moment of it."""
    published = home / "published"
    picture: dict[str, object] = {name: rows_of(home, query) for name, query in _PICTURE.items()}
    picture["landed"] = sorted(path.name for path in (home / "landing").rglob("*") if path.is_file())
    picture["links"] = {
        str(link.relative_to(published)): str(link.readlink()) for link in published.glob("*/*") if link.is_symlink()
    }
    picture["figures"] = {
        name: [{key: cell for key, cell in row.items() if key not in _OF_THE_RUN} for row in rows.values()]
        for name in sorted(picture["links"])  # type: ignore[call-overload] # a dict, as made above
        for rows in [published_rows(home, *Path(name).parts)]
    }
    return picture
