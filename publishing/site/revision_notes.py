"""What each published revision of an area and period moved, read from its `rollup.csv`."""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from typing import Final

from domain.rollups import Finality
from publishing.storage.folders import PublicationFolder
from publishing.storage.manifest import MANIFEST

_OF_REVISION: Final = frozenset({"revision", "published_at", "run_id", "notes", "finality"})


@dataclass(frozen=True)
class RevisionNote:
    """A revision, and what it moved against the one published before it.

    A move is indicator, value before and after; the last one has no indicator and counts figures of which only other
    columns moved. `published_at` is an ISO time, `files` are the names of its files. `changes_finality`: its figures
    became final, or preliminary again.
    """

    number: int
    published_at: str
    moves: tuple[tuple[str, str, str, int], ...]
    files: frozenset[str]
    changes_finality: bool = False


def read_revision_notes(publication: PublicationFolder) -> tuple[RevisionNote, ...]:
    """Return the revisions of an area and period, the newest first."""
    notes: list[RevisionNote] = []
    before: Mapping[str, Mapping[str, str]] | None = None
    for number in publication.numbers():
        folder = publication.open(number)
        table = StringIO(folder.read("rollup.csv").decode("utf-8-sig"), newline="")
        rows = {row["indicator"]: row for row in csv.DictReader(table)}
        published_at = next((row["published_at"] for row in rows.values()), "")
        files = frozenset(json.loads(folder.read(MANIFEST))["files"])
        moves = () if before is None else _moves(before, rows)
        changes_finality = before is not None and _finality(before) != _finality(rows)
        notes.append(RevisionNote(number, published_at, moves, files, changes_finality))
        before = rows
    return tuple(reversed(notes))


def _finality(rows: Mapping[str, Mapping[str, str]]) -> str:
    """Return the finality of a revision; those of earlier editions do not say it, and were preliminary when made."""
    return next((row["finality"] for row in rows.values() if "finality" in row), Finality.PRELIMINARY)


def _moves(
    before: Mapping[str, Mapping[str, str]], after: Mapping[str, Mapping[str, str]]
) -> tuple[tuple[str, str, str, int], ...]:
    moves: list[tuple[str, str, str, int]] = []
    others = 0
    for indicator, row in after.items():
        old = before.get(indicator, {})
        if row["value"] != old.get("value", ""):
            moves.append((indicator, old.get("value", ""), row["value"], 0))
        elif any(row[column] != old.get(column, "") for column in row.keys() - _OF_REVISION):
            others += 1
    return (*moves, *([("", "", "", others)] if others else []))
