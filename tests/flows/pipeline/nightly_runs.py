"""Nightly runs without Prefect: the same stages, one after the other, in a home of a test's own."""

import csv
import os
import re
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TypeVar
from unittest.mock import patch

from domain.periods import parse_period
from flows.pipeline.outcome import RunOutcome
from flows.pipeline.pipeline import Run, carry_out
from flows.pipeline.progress import NoProgress
from flows.pipeline.publisher import Publisher
from flows.pipeline.scope import RunScope
from flows.pipeline.steps import PlainSteps
from flows.support.context import AppContext, build_context
from flows.support.settings import Settings
from publishing import publish
from publishing.publish import WRITERS
from tests.catalogs import small_catalog
from workbooks.sample.inbox import SampleFile

T = TypeVar("T")

AREA = "585"
WRONG = "22828"
NOW = datetime(2025, 6, 2, 18, 0, tzinfo=UTC)
"""When the runs of these tests take place: after 2025-05 has closed, before 2025-06 has."""
TRIES = 3
_FIGURES = ("rollup.csv", "changes.json")
"""Files of a revision that hold its figures; what people read is made from the same, for a quarter of a run's time."""
_FINISH_SITE = Publisher.finish_site
_MOMENT = re.compile(rb"\d\d:\d\d \d\d/\d\d/\d{4}")
"""How receipts write when a report arrived and was judged."""
_NUMBER = re.compile(r"so-\d{8}|[Ss]ố \d+")
"""Number of a submission in a reply: on PostgreSQL a transaction that was rolled back leaves a gap in them."""
_SETTINGS: dict[str, Settings] = {}


def immediate_steps(run_id: str) -> PlainSteps:
    """Return steps that are tried again at once after a passing failure."""
    return PlainSteps(run_id, delays=(0.0,) * (TRIES - 1))


def settings_of(home: Path, **more: object) -> Settings:
    """Settings of a home with the small catalogue, whatever the environment says."""
    # Read once for all homes: each field is looked up in the environment, in several ways.
    environment = (f"{name}={value}" for name, value in os.environ.items() if name.startswith("TONGHOP_"))
    key = repr((sorted(more.items()), sorted(environment)))
    if key not in _SETTINGS:
        results = {
            "warehouse_url": "",
            "catalog": small_catalog(),
            "inbox": (),
            "connectors": None,
            "areas": (),
            "lang": "en",
            "batch_size": 100,
        }
        # Read by this process: reading by workers is tested once, not paid for in every run.
        _SETTINGS[key] = Settings.model_validate({"reading_workers": 0, "quiet_seconds": 0, **results, **more})
    return _SETTINGS[key].model_copy(update={"home": home.absolute()})


def context_of(home: Path, now: datetime = NOW, **more: object) -> AppContext:
    """Return a context in a home, whose clock stands still."""
    return build_context(settings_of(home, **more), clock=lambda: now)


def run_plainly(
    context: AppContext,
    run_id: str = "night",
    period: str | None = None,
    units: Iterable[str] = (),
    *,
    pages: bool | None = None,
) -> RunOutcome:
    """One run of the pipeline; `pages`: it publishes pages, workbooks, documents and the site beside its figures.

    By default it does, but not for modules in which no one looks at them (see `without_pages`).
    """
    scope = RunScope(parse_period(period) if period else None, frozenset(units))
    with nullcontext() if pages is None else with_pages() if pages else without_pages():
        return carry_out(Run(context, scope, immediate_steps(run_id), NoProgress()), "nightly")


@contextmanager
def without_pages(*kept: str) -> Iterator[None]:
    """Let all that this process publishes within the block be figures, data and the files of the names `kept`."""
    names = {*_FIGURES, *kept}
    writers = {edition: {name: files[name] for name in files if name in names} for edition, files in WRITERS.items()}
    with patch.object(publish, "WRITERS", writers), patch.object(Publisher, "finish_site", lambda _publisher: None):
        yield


@contextmanager
def with_pages() -> Iterator[None]:
    """Let it be all files and the site, within a block without them too."""
    with patch.object(publish, "WRITERS", WRITERS), patch.object(Publisher, "finish_site", _FINISH_SITE):
        yield


def deliver(home: Path, files: Iterable[SampleFile]) -> None:
    """Drop files into a home's inbox, as if they had been delivered then."""
    for file in files:
        put(home / "inbox" / file.path, file.data, file.delivered_at)


def put(target: Path, data: bytes, delivered_at: datetime = NOW) -> None:
    """Write one file, as if it had been delivered then."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    os.utime(target, (delivered_at.timestamp(), delivered_at.timestamp()))


def prepare_home(home: Path, warehouse: Path) -> Path:
    """A home whose warehouse has the catalogue already: mirroring all its units takes a while."""
    home.mkdir(parents=True, exist_ok=True)
    shutil.copy(warehouse, home / "warehouse.db")
    return home


def rows_of(home: Path, statement: str) -> list[tuple[object, ...]]:
    """Rows of a home's warehouse."""
    with sqlite3.connect(home / "warehouse.db") as connection:
        return connection.execute(statement).fetchall()


def codes_of(home: Path, file_name: str) -> set[str]:
    """Codes of the issues found in a file."""
    result = rows_of(
        home,
        "SELECT i.code FROM issue i JOIN submission s ON s.id = i.submission_id AND s.judgement = i.judgement "
        f"WHERE s.file_name = '{file_name}'",
    )
    return {str(code) for (code,) in result}


def published_rows(home: Path, period: str = "2025-05", area: str = AREA) -> dict[str, dict[str, str]]:
    """What the published CSV says, by indicator."""
    with (home / "published" / period / area / "rollup.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["indicator"]: row for row in csv.DictReader(file)}


def picture_of(home: Path) -> dict[str, object]:
    """All that a home's warehouse and publications say, without what merely names a run or a moment."""
    by_file = "FROM {0} x JOIN submission s ON s.id = x.submission_id ORDER BY s.sha256, {1}"
    return {
        "submissions": rows_of(
            home,
            "SELECT sha256, state, unit_code, unit_valid_from, form, period, version, layout_version, reason "
            "FROM submission ORDER BY sha256",
        ),
        "issues": rows_of(
            home,
            "SELECT s.sha256, x.code, x.severity, x.sheet, x.cell, x.found, x.expected, x.facts FROM issue x "
            "JOIN submission s ON s.id = x.submission_id AND s.judgement = x.judgement ORDER BY s.sha256, x.position",
        ),
        "observations": rows_of(
            home,
            "SELECT s.sha256, x.unit_code, x.indicator, x.state, x.numerator, x.denominator, x.sheet, x.cell "
            + by_file.format("observation", "x.unit_code, x.indicator"),
        ),
        "deliveries": rows_of(
            home, "SELECT sha256, connector, path, fingerprint, repeats_id IS NULL FROM delivery ORDER BY sha256, path"
        ),
        "revisions": rows_of(
            home,
            "SELECT area_code, form, period, number, content_sha256 FROM rollup_revision ORDER BY 1, 2, 3, 4",
        ),
        "publications": rows_of(
            home,
            "SELECT r.area_code, r.period, r.number, p.path FROM publication p "
            "JOIN rollup_revision r ON r.id = p.revision_id ORDER BY 1, 2, 3",
        ),
        # Half a file of a killed run may lie there for a day.
        "landed": sorted(path.name for path in (home / "landing").rglob("[!.]*") if path.is_file()),
        "replies": rows_of(
            home,
            "SELECT s.sha256, x.judgement, x.accepted, r.number, r.folder FROM replied_judgement x "
            "JOIN reply r ON r.id = x.reply_id "
            "JOIN submission s ON s.id = x.submission_id ORDER BY s.sha256, x.judgement",
        ),
        "outbox": sorted(
            (_NUMBER.sub("", str(path.relative_to(home))), sha256(_without_moments(path.read_bytes())).hexdigest())
            for path in (home / "outbox").rglob("[!.]*")
            if path.is_file()
        ),
        "published": {
            str(path.relative_to(home)): _without_run(path) for path in sorted((home / "published").rglob("rollup.csv"))
        },
        "data": {
            str(path.relative_to(home)): _without_run(path)
            for path in sorted((home / "published" / "data").glob("*/**/[!e]*.csv"))
        },
    }


def _without_moments(data: bytes) -> bytes:
    return re.sub(_NUMBER.pattern.encode(), b"", _MOMENT.sub(b"", data))


def _without_run(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{**row, "run_id": "", "published_at": "", "LAST_UPDATE": ""} for row in csv.DictReader(file)]
