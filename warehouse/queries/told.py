"""What is told of a submission: who sent it and when, what came of it, what was found in it, its other versions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select, union

from domain.issues import Issue, Repair
from domain.periods import parse_period
from domain.submissions import PENDING_STATES
from domain.units import UnitKey
from domain.waivers import AskedWarning
from warehouse.asked import asked_of
from warehouse.engine import Session
from warehouse.lifecycle import find_all
from warehouse.models import RepairRow, SubmissionEventRow, SubmissionRow, WaiverRow
from warehouse.queries.files import issues_of
from warehouse.queries.history import MoveRecord, Version, history, moves_of
from warehouse.queries.read_models import SubmissionRecord
from warehouse.queries.records import submission_record

_IDS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Told:
    """A submission that has been settled, and all that its sender may know of it.

    `issues` are those of the last judgement, gravest first, without those of rules that are only tried out; `asked` the
    warnings among them with what was answered; `repairs` what reading mended. `versions` are all of the same unit, form
    and period, itself among them; none where it could not be placed. `last_move` is the last thing that happened to it.
    """

    record: SubmissionRecord
    judged_at: datetime | None
    issues: tuple[Issue, ...]
    asked: tuple[AskedWarning, ...]
    repairs: tuple[Repair, ...]
    versions: tuple[Version, ...]
    last_move: MoveRecord


class Mark(NamedTuple):
    """How far something tells of the log: the last move of a submission, and the last answer to a warning."""

    event: int = 0
    waiver: int = 0


def told(session: Session, submission_ids: Iterable[int], at: datetime) -> tuple[Told, ...]:
    """What is told of these submissions at a moment, in the order of their numbers.

    Raises:
        UsageError: there is no such submission.
    """
    rows = find_all(session, submission_ids)
    asked = asked_of(session, {key: row.judgement for key, row in rows.items()}, at)
    versions: dict[object, tuple[Version, ...]] = {}
    return tuple(_told(session, rows[key], asked.get(key, ()), versions) for key in sorted(rows))


def moved_since(session: Session, seen: Mark) -> tuple[tuple[int, ...], Mark]:
    """Settled submissions of which something else is to be told than at that mark, and the mark of now.

    Those that moved or whose warnings were answered, and the other versions of the same report. A mark that the log has
    not reached belongs to another warehouse: then all are to be told anew.
    """
    newest = Mark(
        session.scalar(select(func.max(SubmissionEventRow.id))) or 0,
        session.scalar(select(func.max(WaiverRow.id))) or 0,
    )
    since = seen if seen.event <= newest.event and seen.waiver <= newest.waiver else Mark()
    moved = union(
        select(SubmissionEventRow.submission_id).where(SubmissionEventRow.id > since.event),
        select(WaiverRow.submission_id).where(WaiverRow.id > since.waiver),
    )
    row = SubmissionRow
    places = session.execute(
        select(row.unit_code, row.unit_valid_from, row.form, row.period)
        .where(row.id.in_(moved), row.version.is_not(None))
        .distinct()
    ).all()
    found = set(session.scalars(select(row.id).where(row.id.in_(moved), row.state.not_in(PENDING_STATES))))
    for start in range(0, len(places), _IDS_AT_ONCE):
        codes = sorted({code for code, *_ in places[start : start + _IDS_AT_ONCE]})
        meant = {tuple(place) for place in places[start : start + _IDS_AT_ONCE]}
        beside = session.execute(
            select(row.id, row.unit_code, row.unit_valid_from, row.form, row.period).where(
                row.unit_code.in_(codes), row.version.is_not(None), row.state.not_in(PENDING_STATES)
            )
        )
        found |= {key for key, *place in beside if tuple(place) in meant}
    return tuple(sorted(found)), newest


def _told(
    session: Session, row: SubmissionRow, asked: tuple[AskedWarning, ...], versions: dict[object, tuple[Version, ...]]
) -> Told:
    record = submission_record(session, row.id)
    return Told(
        record=record,
        judged_at=row.judged_at,
        issues=issues_of(session, row),
        asked=asked,
        repairs=_repairs(session, row),
        versions=_versions(session, row, versions),
        last_move=moves_of(session, [row.id])[row.id][-1],
    )


def _versions(session: Session, row: SubmissionRow, known: dict[object, tuple[Version, ...]]) -> tuple[Version, ...]:
    if row.version is None or not (row.unit_code and row.unit_valid_from and row.form and row.period):
        return ()
    unit, form, period = UnitKey(row.unit_code, row.unit_valid_from), row.form, parse_period(row.period)
    if (unit, form, period) not in known:
        found = history(session, unit, form, period).versions
        known[unit, form, period] = tuple(one for one in found if one.state not in PENDING_STATES)
    return known[unit, form, period]


def _repairs(session: Session, row: SubmissionRow) -> tuple[Repair, ...]:
    found: Sequence[RepairRow] = session.scalars(
        select(RepairRow)
        .where(RepairRow.submission_id == row.id, RepairRow.judgement == row.judgement)
        .order_by(RepairRow.position)
    ).all()
    return tuple(Repair(one.rule, one.sheet, one.cell, one.before, one.after) for one in found)
