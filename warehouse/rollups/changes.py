"""Compare a revision with the one before it: which figures moved, from what to what, because of which submission."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from domain.rollups import ReportingState, RollupRow
from warehouse.models.exact import canonical
from warehouse.rollups.scope import ReportKey

OF_THE_REVISION = frozenset({"revision", "published_at", "run_id"})
"""Columns that differ between any two revisions and so say nothing."""

_COLUMNS = tuple(field.name for field in fields(RollupRow) if field.name not in OF_THE_REVISION)
# What files move; anything else (a target, who is expected) moves with the catalogue and has no file to name.
_OF_THE_FIGURE = frozenset({"value", "numerator", "denominator", "attained", "units_accepted"})
_OF_THE_COVERAGE = frozenset({"units_late", "units_missing", "status", "notes"})
# Beyond so many files at once, say a province's first night, naming each one beside each figure helps nobody.
_FILES_NAMED = 20


@dataclass(frozen=True, slots=True)
class CountedAmount:
    """What a unit's report gave to a figure: from which submission, and which part of it counts (None: all of it)."""

    submission_id: int
    numerator: Decimal
    denominator: Decimal | None
    weight: Decimal | None

    @property
    def amount(self) -> tuple[Decimal, Decimal | None, Decimal | None]:
        """What enters the figure."""
        return self.numerator, self.denominator, self.weight


@dataclass(frozen=True, slots=True)
class RecordedStatus:
    """How a unit stood: its state, whether late, and the submission that this rests on."""

    state: ReportingState
    late: bool
    submission_id: int | None


@dataclass(frozen=True, slots=True)
class RevisionSnapshot:
    """All that a revision rests on: its rows by indicator, the parts by indicator and report, how each report stood."""

    rows: Mapping[str, RollupRow]
    parts: Mapping[str, Mapping[ReportKey, CountedAmount]]
    stands: Mapping[ReportKey, RecordedStatus]


@dataclass(frozen=True, slots=True)
class ColumnChange:
    """One column of one figure that moved, and the submission that moved it; None: no single file did."""

    indicator: str
    column: str
    before: str
    after: str
    submission_id: int | None


def shown(value: object) -> str:
    """A column's value as text: empty for nothing, `true` and `false`, numbers with a decimal point."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case _:
            return str(value)


def columns_of(row: RollupRow) -> dict[str, Any]:
    """The columns of a row that say something, in their order; numbers in one spelling."""
    results = {name: getattr(row, name) for name in _COLUMNS}
    return {name: canonical(value) if isinstance(value, Decimal) else value for name, value in results.items()}


def moves_between(before: RevisionSnapshot, after: RevisionSnapshot) -> tuple[ColumnChange, ...]:
    """Every column that moved, in the order of rows and columns; one move per file where several moved it."""
    order = dict.fromkeys((*after.rows, *before.rows))
    return tuple(move for indicator in order for move in _moves_of(indicator, before, after))


def _moves_of(indicator: str, before: RevisionSnapshot, after: RevisionSnapshot) -> Iterator[ColumnChange]:
    old, new = before.rows.get(indicator), after.rows.get(indicator)
    of_figure = _files_of_figure(indicator, before, after)
    of_coverage = of_figure | _files_of_coverage(indicator, before, after)
    for column in _COLUMNS:
        was, now = getattr(old, column, None), getattr(new, column, None)
        if was == now:
            continue
        files = of_figure if column in _OF_THE_FIGURE else of_coverage if column in _OF_THE_COVERAGE else set()
        for submission_id in _named(files):
            yield ColumnChange(indicator, column, shown(was), shown(now), submission_id)


def _files_of_figure(indicator: str, before: RevisionSnapshot, after: RevisionSnapshot) -> set[int]:
    """Files of the reports whose part differs: the one it is read from now, else the one that took it away.

    A refused file takes nothing away: a figure that a withdrawal takes is put down to the file withdrawn.

    A report that was counted anew only because another of its unit's came in moved nothing: that other one did.
    """
    was, now = before.parts.get(indicator, {}), after.parts.get(indicator, {})
    moved: list[int | None] = []
    drawn_along: list[int | None] = []
    for report_key in {*was, *now}:
        old, new = was.get(report_key), now.get(report_key)
        if old is None or new is None or old.amount != new.amount:
            is_cause = before.stands.get(report_key) != after.stands.get(report_key)
            files = moved if is_cause else drawn_along
            files.append(new.submission_id if new else _taken_by(report_key, before, after))
    return _known(moved) or _known(drawn_along)


def _files_of_coverage(indicator: str, before: RevisionSnapshot, after: RevisionSnapshot) -> set[int]:
    """Files of the reports that stand otherwise; where none does, of those that still give nothing, by another file."""
    was, now = before.parts.get(indicator, {}), after.parts.get(indicator, {})
    stood_otherwise: list[int | None] = []
    gave_nothing_again: list[int | None] = []
    for report_key in {*before.stands, *after.stands}:
        old, new = before.stands.get(report_key), after.stands.get(report_key)
        if old is None or new is None or (old.state, old.late) != (new.state, new.late):
            was_accepted = old is not None and old.state is ReportingState.ACCEPTED
            stood_otherwise.append((_taken_by if was_accepted else _came_by)(report_key, before, after))
        elif report_key not in was and report_key not in now and old.submission_id != new.submission_id:
            gave_nothing_again.append(_file_of(report_key, after, before))
    return _known(stood_otherwise) or _known(gave_nothing_again)


def _taken_by(report_key: ReportKey, before: RevisionSnapshot, after: RevisionSnapshot) -> int | None:
    """The accepted file that stands in the place of another, else the one that is gone."""
    stand = after.stands.get(report_key)
    return _file_of(
        report_key, *((after, before) if stand and stand.state is ReportingState.ACCEPTED else (before, after))
    )


def _came_by(report_key: ReportKey, before: RevisionSnapshot, after: RevisionSnapshot) -> int | None:
    """The file on which a report's standing rests now, else the one on which it rested."""
    return _file_of(report_key, after, before)


def _file_of(report_key: ReportKey, *pictures: RevisionSnapshot) -> int | None:
    """The file on which a report's standing rests, in the first picture where it rests on one."""
    stands = (picture.stands.get(report_key) for picture in pictures)
    return next((stand.submission_id for stand in stands if stand and stand.submission_id is not None), None)


def _known(files: Iterable[int | None]) -> set[int]:
    return {file for file in files if file is not None}


def _named(files: Collection[int]) -> Sequence[int | None]:
    return sorted(files) if 0 < len(files) <= _FILES_NAMED else [None]
