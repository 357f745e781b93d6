"""Results of a run's batches, kept in files until the page of the run is written."""

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from domain.vietnam_time import VIETNAM
from expectations.sql import GUARD, PLACE_COLUMNS

if TYPE_CHECKING:
    from expectations.gx import ExpectationValidationResult

_LOG = logging.getLogger(__name__)

KEPT_ROWS: Final = 50
"""Most wrong cells that are kept per rule; the warehouse has all."""

Row = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class KeptResults:
    """Where to keep the results of a batch: a file of its own; with the moment (UTC) and a label per submission."""

    path: Path
    at: datetime
    labels: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many wrong cells a rule matched, and the first with submission, sheet, cell, found and expected."""

    found: int
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class NightlyResults:
    """Results of a run's batches, by rule; `batches` names the files that were merged."""

    run_id: str
    at: datetime
    submissions: int
    batches: tuple[str, ...]
    rules: Mapping[str, Tally]

    @property
    def when(self) -> str:
        """Format the moment in Vietnam's time, to the minute."""
        return f"{self.at.astimezone(VIETNAM):%Y-%m-%d %H:%M}"

    @property
    def failed(self) -> int:
        """Count the rules that matched wrong cells."""
        return sum(tally.found > 0 for tally in self.rules.values())

    @property
    def wrong_cells(self) -> int:
        """Count the wrong cells."""
        return sum(tally.found for tally in self.rules.values())


def keep_results(keep: KeptResults, results: Mapping[str, "ExpectationValidationResult"], submissions: int) -> None:
    """Write a batch's results, by rule id, atomically to its file.

    If the storage fails, the run lacks its page; its outcome is not affected.
    """
    tallies = {name: _tally(result, keep.labels) for name, result in results.items() if name != GUARD}
    kept = NightlyResults(keep.path.parent.name, keep.at, submissions, (keep.path.name,), tallies)
    try:
        write_results(keep.path, kept)
    except OSError as error:
        _LOG.warning("what the rules found is not kept for the night's page: %s", error)


def write_results(path: Path, results: NightlyResults) -> None:
    """Write the results of a run, or of a batch, to a file.

    Raises:
        OSError: the storage failed.
    """
    write_atomically(path, json.dumps({**asdict(results), "at": results.at.isoformat()}, ensure_ascii=False))


def write_atomically(path: Path, text: str) -> None:
    """Write a text to a file atomically, and make its folder if it is missing.

    Raises:
        OSError: the storage failed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.new")
    draft.write_text(text, "utf-8")
    draft.replace(path)


def read_results(path: Path) -> NightlyResults:
    """Read what `write_results` wrote.

    Raises:
        OSError, ValueError, LookupError, TypeError: the file is missing or has other content.
    """
    raw: dict[str, Any] = json.loads(path.read_text("utf-8"))
    rules = {name: Tally(int(tally["found"]), tuple(tally["rows"])) for name, tally in raw["rules"].items()}
    moment = datetime.fromisoformat(raw["at"])
    return NightlyResults(str(raw["run_id"]), moment, int(raw["submissions"]), tuple(raw["batches"]), rules)


def merge(runs: Sequence[NightlyResults]) -> NightlyResults:
    """Merge results of one run (at least one): the earliest moment, summed counts, the first rows of each rule."""
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


def _tally(result: "ExpectationValidationResult", labels: Mapping[int, str]) -> Tally:
    rows: Sequence[Row] = result.result["details"]["unexpected_rows"]
    return Tally(len(rows), tuple(_row(row, labels) for row in rows[:KEPT_ROWS]))


def _row(row: Row, labels: Mapping[int, str]) -> Row:
    key = row["submission_id"] or ""
    return {name: row[name] for name in PLACE_COLUMNS} | {"who": labels.get(int(key), key)}
