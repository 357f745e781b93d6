"""Keep the contacts of units: added, and ended on a day; nothing is changed in place."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from domain.errors import UsageError
from domain.officers.contacts import Contact
from domain.units import UnitKey
from warehouse.models import UnitContactRow
from warehouse.store.engine import Session, serialise
from warehouse.submissions.withdrawal import Decision


@dataclass(frozen=True, slots=True)
class ContactRecord:
    """A contact by its number, with who kept it last, why and when (UTC)."""

    number: int
    contact: Contact
    by: str
    reason: str
    at: datetime


def add_contact(session: Session, added: Contact, decision: Decision) -> int:
    """Add a contact and return its number.

    Raises:
        UsageError: the unit has the same contact already.
    """
    serialise(session)
    if any(each.contact == added for each in contact_records(session, added.unit)):
        raise UsageError(f"{added.full_name} is a contact of this unit on these days already")
    row = _row(added, decision)
    session.add(row)
    session.flush()
    return row.id


def end_contact(session: Session, unit: UnitKey, number: int, last: date, decision: Decision) -> Contact:
    """Let a contact of a unit hold to a day, and not longer.

    Raises:
        UsageError: the unit has no such contact, it ended already, or the day comes before its first.
    """
    serialise(session)
    row = session.scalar(select(UnitContactRow).where(UnitContactRow.id == number, _is_open()))
    if row is None or _unit(row) != unit:
        raise UsageError("there is no such contact of this unit: open the page of the unit again")
    if last < row.valid_from:
        raise UsageError(f"the last day {last} comes before the first, {row.valid_from}: correct one of them")
    ended = replace(_contact(row), valid_to=last)
    session.add(_row(ended, decision, ends=number))
    session.flush()
    return ended


def contact_records(session: Session, unit: UnitKey) -> tuple[ContactRecord, ...]:
    """Return the contacts that a unit has or had, those who were added last first."""
    row = UnitContactRow
    rows = session.scalars(
        select(row).where(row.unit == unit.code, row.unit_valid_from == unit.valid_from).order_by(row.id.desc())
    ).all()
    ends = {each.ends: each for each in rows if each.ends is not None}
    newest = ((each, ends.get(each.id, each)) for each in rows if each.ends is None)
    return tuple(ContactRecord(each.id, _contact(last), last.actor, last.reason, last.at) for each, last in newest)


def contact_mails(session: Session, day: date) -> Mapping[UnitKey, frozenset[str]]:
    """Return the e-mail addresses of the contacts that units have on a day."""
    row, end = UnitContactRow, aliased(UnitContactRow)
    rows = session.execute(
        select(row.unit, row.unit_valid_from, row.mail, row.valid_to, end.valid_to)
        .outerjoin(end, end.ends == row.id)
        .where(row.ends.is_(None), row.mail != "", row.valid_from <= day)
    ).tuples()
    results: dict[UnitKey, set[str]] = defaultdict(set)
    for code, valid_from, mail, stated, ended in rows:
        last = ended or stated
        if last is None or day <= last:
            results[UnitKey(code, valid_from)].add(mail)
    return {unit: frozenset(mails) for unit, mails in results.items()}


def _is_open() -> ColumnElement[bool]:
    end = aliased(UnitContactRow)
    return UnitContactRow.ends.is_(None) & ~select(end.id).where(end.ends == UnitContactRow.id).exists()


def _unit(row: UnitContactRow) -> UnitKey:
    return UnitKey(row.unit, row.unit_valid_from)


def _contact(row: UnitContactRow) -> Contact:
    return Contact(_unit(row), row.full_name, row.position, row.mail, row.telephone, row.valid_from, row.valid_to)


def _row(each: Contact, decision: Decision, ends: int | None = None) -> UnitContactRow:
    return UnitContactRow(
        unit=each.unit.code,
        unit_valid_from=each.unit.valid_from,
        full_name=each.full_name,
        position=each.position,
        mail=each.mail,
        telephone=each.telephone,
        valid_from=each.valid_from,
        valid_to=each.valid_to,
        at=decision.at,
        actor=decision.reason.actor,
        reason=decision.reason.note.strip(),
        ends=ends,
    )
