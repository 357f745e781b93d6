"""What the rules found in a night's batches, kept in a few rows each until the night's page is written."""

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from great_expectations.core import ExpectationValidationResult

from domain.vietnam_time import VIETNAM
from expectations.sql import GUARD, PLACE_COLUMNS

_LOG = logging.getLogger(__name__)

KEPT_ROWS: Final = 50
"""So many wrong cells are kept of a rule; all are in the warehouse."""

Row = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class KeptResults:
    """Where to keep what a batch's rules find: a file of its own, the moment (UTC), and who each submission is."""

    path: Path
    at: datetime
    labels: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many wrong cells a rule found, and the first of them with submission, sheet, cell, found and expected."""

    found: int
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class NightlyResults:
    """What the rules of a run found in all its batches, by rule; `batches` names the files this was made from."""

    run_id: str
    at: datetime
    submissions: int
    batches: tuple[str, ...]
    rules: Mapping[str, Tally]

    @property
    def when(self) -> str:
        """The moment in Vietnam, to the minute."""
        return f"{self.at.astimezone(VIETNAM):%Y-%m-%d %H:%M}"

    @property
    def failed(self) -> int:
        """How many rules found something."""
        return sum(tally.found > 0 for tally in self.rules.values())

    @property
    def wrong_cells(self) -> int:
        """How many wrong cells were found."""
        return sum(tally.found for tally in self.rules.values())


def keep_results(keep: KeptResults, results: Mapping[str, ExpectationValidationResult], submissions: int) -> None:
    """Keep a batch's results, by the rules' ids, in a small file that is there whole or not at all.

    A storage that fails costs the night its page, never its judgement.
    """
    tallies = {name: _tally(result, keep.labels) for name, result in results.items() if name != GUARD}
    kept = NightlyResults(keep.path.parent.name, keep.at, submissions, (keep.path.name,), tallies)
    try:
        write_night(keep.path, kept)
    except OSError as error:
        _LOG.warning("what the rules found is not kept for the night's page: %s", error)


def write_night(path: Path, results: NightlyResults) -> None:
    """Write a night, or a batch of it, to a file.

    Raises:
        OSError: the storage failed.
    """
    write_whole(path, json.dumps({**asdict(results), "at": results.at.isoformat()}, ensure_ascii=False))


def write_whole(path: Path, text: str) -> None:
    """Write a text to a file so that it is there whole or not at all, in a folder that is made where it is missing.

    Raises:
        OSError: the storage failed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.new")
    draft.write_text(text, "utf-8")
    draft.replace(path)


def read_night(path: Path) -> NightlyResults:
    """Read what `write_night` wrote.

    Raises:
        OSError, ValueError, LookupError, TypeError: it is not there, or is something else.
    """
    raw: dict[str, Any] = json.loads(path.read_text("utf-8"))
    rules = {name: Tally(int(item["found"]), tuple(item["rows"])) for name, item in raw["rules"].items()}
    moment = datetime.fromisoformat(raw["at"])
    return NightlyResults(str(raw["run_id"]), moment, int(raw["submissions"]), tuple(raw["batches"]), rules)


def merge(runs: Sequence[NightlyResults]) -> NightlyResults:
    """Batches of one run as one; at least one. The earliest moment counts, and of each rule the first rows."""
    first, *others = sorted(runs, key=lambda results: (results.at, results.batches))
    names = dict.fromkeys(name for results in runs for name in results.rules)
    return replace(
        first,
        submissions=sum(results.submissions for results in runs),
        batches=tuple(batch for results in (first, *others) for batch in results.batches),
        rules={
            name: _sum(results.rules[name] for results in (first, *others) if name in results.rules) for name in names
        },
    )


def _sum(tallies: Iterable[Tally]) -> Tally:
    known = list(tallies)
    rows = [row for tally in known for row in tally.rows]
    return Tally(sum(tally.found for tally in known), tuple(rows[:KEPT_ROWS]))


def _tally(result: ExpectationValidationResult, labels: Mapping[int, str]) -> Tally:
    rows: Sequence[Row] = result.result["details"]["unexpected_rows"]
    return Tally(len(rows), tuple(_row(row, labels) for row in rows[:KEPT_ROWS]))


def _row(row: Row, labels: Mapping[int, str]) -> Row:
    key = row["submission_id"] or ""
    return {name: row[name] for name in PLACE_COLUMNS} | {"who": labels.get(int(key), key)}
