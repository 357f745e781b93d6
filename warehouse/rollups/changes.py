"""Compare a revision with the one before it: changed columns, old and new value, and the submissions that did it."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any, NamedTuple

from domain.rollups import ReportingState, RollupRow
from warehouse.models.exact import canonical
from warehouse.submissions.report_keys import ReportKey

REVISION_COLUMNS = frozenset({"revision", "published_at", "run_id", "finality"})
"""Columns of a revision as a whole, which are no change of a figure."""

_COLUMNS = tuple(field.name for field in fields(RollupRow) if field.name not in REVISION_COLUMNS)
# Changed by files; other columns (target, expected units) change with the catalogue and have no file to name.
_FIGURE_COLUMNS = frozenset({"value", "numerator", "denominator", "attained", "units_accepted"})
_COVERAGE_COLUMNS = frozenset({"units_late", "units_missing", "status", "notes"})
# Beyond so many files, as in a province's first nightly run, naming each one beside each figure helps no reader.
_MOST_FILES_NAMED = 20


class CountedAmount(NamedTuple):
    """Contribution of a report to a figure: its submission, its sums, and their weight (None: all of it counts)."""

    submission_id: int
    numerator: Decimal
    denominator: Decimal | None
    weight: Decimal | None

    @property
    def amount(self) -> tuple[Decimal, Decimal | None, Decimal | None]:
        """What enters the figure: numerator, denominator and weight."""
        return self.numerator, self.denominator, self.weight


class RecordedStatus(NamedTuple):
    """Recorded reporting status: the state, whether late, and the submission that it is based on."""

    state: ReportingState
    late: bool
    submission_id: int | None


@dataclass(frozen=True, slots=True)
class RevisionSnapshot:
    """A revision's rows by indicator, contributions by indicator and report, and reporting statuses by report.

    `parts` are, of an index, the indicators whose contributions it is made from; `beside` are amounts of reports that
    do not count, by indicator and report.
    """

    rows: Mapping[str, RollupRow]
    contributions: Mapping[str, Mapping[ReportKey, CountedAmount]]
    statuses: Mapping[ReportKey, RecordedStatus]
    parts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    beside: Mapping[str, Mapping[ReportKey, CountedAmount]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ColumnChange:
    """A changed column of a figure, and the submission that changed it; None: no single file did."""

    indicator: str
    column: str
    before: str
    after: str
    submission_id: int | None


def as_text(value: object) -> str:
    """Return a column's value as text: empty for None, `true` and `false`, numbers with a decimal point."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case _:
            return str(value)


def columns_of(row: RollupRow) -> dict[str, Any]:
    """Return the comparable columns of a row, in their order; numbers in canonical form."""
    results = {name: getattr(row, name) for name in _COLUMNS}
    return {name: canonical(value) if isinstance(value, Decimal) else value for name, value in results.items()}


def changed_indicators(before: Mapping[str, RollupRow], after: Mapping[str, RollupRow]) -> set[str]:
    """Return the indicators of whose rows a column changed."""
    return {indicator for indicator in {*before, *after} if _is_changed(before.get(indicator), after.get(indicator))}


def column_changes(before: RevisionSnapshot, after: RevisionSnapshot) -> tuple[ColumnChange, ...]:
    """Return every changed column, in the order of rows and columns; one change per file where several caused it."""
    order = dict.fromkeys((*after.rows, *before.rows))
    was, now = before.statuses, after.statuses
    moved = tuple(key for key in {*was, *now} if was.get(key) != now.get(key))
    return tuple(change for indicator in order for change in _changes_of(indicator, before, after, moved))


def _is_changed(old: RollupRow | None, new: RollupRow | None) -> bool:
    return any(getattr(old, column, None) != getattr(new, column, None) for column in _COLUMNS)


def _changes_of(
    indicator: str, before: RevisionSnapshot, after: RevisionSnapshot, moved: Sequence[ReportKey]
) -> Iterator[ColumnChange]:
    """Yield the changes of an indicator's row; `moved` are the reports whose status is not as it was."""
    old, new = before.rows.get(indicator), after.rows.get(indicator)
    if not _is_changed(old, new):
        return  # as most: whose files it would be takes a look at every report
    made_from = after.parts.get(indicator, (indicator,))
    of_figure = {file for each in made_from for file in _files_of_figure(each, before, after)}
    of_coverage = of_figure | {file for each in made_from for file in _files_of_coverage(each, before, after, moved)}
    of_notes = of_coverage or _files_beside(indicator, before, after)
    for column in _COLUMNS:
        was, now = getattr(old, column, None), getattr(new, column, None)
        if was == now:
            continue
        files = of_figure if column in _FIGURE_COLUMNS else of_coverage if column in _COVERAGE_COLUMNS else set()
        files = of_notes if column == "notes" else files
        for submission_id in _files_to_name(files):
            yield ColumnChange(indicator, column, as_text(was), as_text(now), submission_id)


def _files_of_figure(indicator: str, before: RevisionSnapshot, after: RevisionSnapshot) -> set[int]:
    """Return files of the reports whose contribution differs: the contributing one, else the one that removed it.

    A quarantined file removes nothing: a figure lost by a withdrawal is attributed to the withdrawn file. A report that
    is recounted only because another report of its unit came in is no cause: that other one is.
    """
    was, now = before.contributions.get(indicator, {}), after.contributions.get(indicator, {})
    changed: list[int | None] = []
    recounted: list[int | None] = []
    for report_key in {*was, *now}:
        old, new = was.get(report_key), now.get(report_key)
        if old is None or new is None or old.amount != new.amount:
            is_cause = before.statuses.get(report_key) != after.statuses.get(report_key)
            files = changed if is_cause else recounted
            files.append(new.submission_id if new else _replacing_file(report_key, before, after))
    return _known(changed) or _known(recounted)


def _files_beside(indicator: str, before: RevisionSnapshot, after: RevisionSnapshot) -> set[int]:
    """Return files of the reports beside the figure that say something else than before, or nothing any more."""
    was, now = before.beside.get(indicator, {}), after.beside.get(indicator, {})
    differing = (key for key in {*was, *now} if was.get(key) != now.get(key))
    return {(now.get(key) or was[key]).submission_id for key in differing}


def _files_of_coverage(
    indicator: str, before: RevisionSnapshot, after: RevisionSnapshot, moved: Sequence[ReportKey]
) -> set[int]:
    """Return files of the reports whose status changed; if none, of those replaced by a file without the figure too."""
    was, now = before.contributions.get(indicator, {}), after.contributions.get(indicator, {})
    changed_status: list[int | None] = []
    replaced_without_figure: list[int | None] = []
    for report_key in moved:
        old, new = before.statuses.get(report_key), after.statuses.get(report_key)
        if old is None or new is None or (old.state, old.late) != (new.state, new.late):
            was_accepted = old is not None and old.state is ReportingState.ACCEPTED
            changed_status.append((_replacing_file if was_accepted else _current_file)(report_key, before, after))
        elif report_key not in was and report_key not in now and old.submission_id != new.submission_id:
            replaced_without_figure.append(_first_file(report_key, after, before))
    return _known(changed_status) or _known(replaced_without_figure)


def _replacing_file(report_key: ReportKey, before: RevisionSnapshot, after: RevisionSnapshot) -> int | None:
    """Return the file now accepted in place of another, else the one no longer accepted."""
    status = after.statuses.get(report_key)
    return _first_file(
        report_key, *((after, before) if status and status.state is ReportingState.ACCEPTED else (before, after))
    )


def _current_file(report_key: ReportKey, before: RevisionSnapshot, after: RevisionSnapshot) -> int | None:
    """Return the file that a report's status is based on now, else the one that it was based on."""
    return _first_file(report_key, after, before)


def _first_file(report_key: ReportKey, *snapshots: RevisionSnapshot) -> int | None:
    """Return the file that a report's status is based on, from the first snapshot that has one."""
    statuses = (snapshot.statuses.get(report_key) for snapshot in snapshots)
    return next((status.submission_id for status in statuses if status and status.submission_id is not None), None)


def _known(files: Iterable[int | None]) -> set[int]:
    return {file for file in files if file is not None}


def _files_to_name(files: Collection[int]) -> Sequence[int | None]:
    return sorted(files) if 0 < len(files) <= _MOST_FILES_NAMED else [None]
