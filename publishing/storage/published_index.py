"""Index of the published folder: for each area and period the newest revision and how complete it is."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from io import StringIO

from domain.errors import UsageError
from domain.periods import Period, parse_period
from domain.stores.store import Store
from publishing.storage.manifest import MANIFEST


@dataclass(frozen=True, slots=True)
class PublishedEntry:
    """One publication: `folder` is its name in the address; `as_now`: it is on today's boundaries.

    `accepted` of `expected` units have an accepted report; `published_at` is in UTC.
    """

    period: Period
    folder: str
    area: str
    form: str
    as_now: bool
    revision: int
    is_partial: bool
    accepted: int
    expected: int
    published_at: datetime
    files: tuple[str, ...]


def list_published(store: Store) -> tuple[PublishedEntry, ...]:
    """List all publications, newest period first; folders without a complete revision are skipped."""
    return tuple(
        sorted(_entries(store), key=lambda item: (-item.period.year, -item.period.last_month, item.area, item.folder))
    )


def _entries(store: Store) -> Iterator[PublishedEntry]:
    for place in store.names(""):
        try:
            period = parse_period(place)
        except UsageError:
            continue
        for name, target in store.targets(place).items():
            if "@" in name:
                continue  # one revision's own link
            try:
                # Cached: a revision never changes.
                yield _read(store, target, period, name)
            except (OSError, ValueError, KeyError):
                continue


@lru_cache(maxsize=4096)
def _read(store: Store, target: str, period: Period, name: str) -> PublishedEntry:
    folder = store.folder(target)
    if folder is None:
        raise FileNotFoundError(target)
    manifest = json.loads(folder.read(MANIFEST))
    rows = list(csv.DictReader(StringIO(folder.read("rollup.csv").decode("utf-8-sig"), newline="")))
    fullest = max(rows, key=lambda row: int(row["units_accepted"]))
    return PublishedEntry(
        period=period,
        folder=name,
        area=manifest["area"],
        form=manifest["form"],
        as_now=manifest["boundary"] == "as_now",
        revision=int(manifest["revision"]),
        is_partial=any(row["status"] == "partial" for row in rows),
        accepted=int(fullest["units_accepted"]),
        expected=int(fullest["units_expected"]),
        published_at=datetime.fromisoformat(rows[0]["published_at"]),
        files=tuple(sorted(manifest["files"])),
    )
