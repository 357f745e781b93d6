"""Index of the published folder: for each area and period the newest revision and how complete it is."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from domain.errors import UsageError
from domain.periods import Period, parse_period
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


def list_published(root: Path) -> tuple[PublishedEntry, ...]:
    """List all publications, newest period first; folders without a complete revision are skipped."""
    return tuple(
        sorted(_entries(root), key=lambda item: (-item.period.year, -item.period.last_month, item.area, item.folder))
    )


def _entries(root: Path) -> Iterator[PublishedEntry]:
    for period in root.glob("[!.]*/"):
        for link in period.glob("[!.]*"):
            if "@" in link.name:
                continue  # one revision's own link
            try:
                # Cached: a revision never changes.
                yield _read(link.resolve(), parse_period(period.name), link.name)
            except (OSError, UsageError, ValueError, KeyError):
                continue


@lru_cache(maxsize=4096)
def _read(folder: Path, period: Period, name: str) -> PublishedEntry:
    manifest = json.loads((folder / MANIFEST).read_bytes())
    with (folder / "rollup.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
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
