"""Remove by age what is kept of people and is needed no longer; reports, decisions and their names stay."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import or_, select, update
from sqlalchemy.orm import aliased

from domain.vietnam_time import day_in_vietnam
from warehouse.models import AuthorisationRow, IdentityRow, ReminderRow, UnitContactRow, UserRow
from warehouse.officers.users import remove_ended_sessions
from warehouse.store.audit import erase
from warehouse.store.engine import Session, serialise

REMOVED_ADDRESS: Final = "…"
"""In the place of an address that was removed."""


@dataclass(frozen=True, slots=True)
class RemovedPeople:
    """Number of users whose data were removed, of contacts, and of addresses."""

    users: int
    contacts: int
    addresses: int

    @property
    def total(self) -> int:
        """Return how many entries about people were removed."""
        return self.users + self.contacts + self.addresses


def remove_old_people(
    session: Session, users_before: datetime, contacts_before: datetime, at: datetime
) -> RemovedPeople:
    """Remove data of users disabled before a moment, and of contacts and addresses that ended before another.

    What the chain of decisions recorded of them is emptied, and the chain records that.
    """
    serialise(session)
    remove_ended_sessions(session, at)
    users = _empty_users(session, users_before)
    contacts = _remove_contacts(session, contacts_before)
    return RemovedPeople(users, contacts, _empty_addresses(session, contacts_before))


def _empty_users(session: Session, before: datetime) -> int:
    """Leave of a user the name, which is never assigned again, with role, areas and days."""
    row = UserRow
    of_person = or_(row.full_name != row.name, row.password_hash != "", row.totp_secret.is_not(None))
    users = session.scalars(select(row).where(row.disabled_at < before, of_person)).all()
    names = [user.name for user in users]
    identities = session.scalars(
        select(IdentityRow).where(
            or_(IdentityRow.user_name.in_(names), IdentityRow.user_name.is_(None) & (IdentityRow.changed_at < before))
        )
    ).all()
    erase(session, [*users, *identities])
    for identity in identities:
        session.delete(identity)
    for user in users:
        user.full_name, user.password_hash, user.totp_secret, user.totp_used = user.name, "", None, None
    return len(users)


def _remove_contacts(session: Session, before: datetime) -> int:
    row, end = UnitContactRow, aliased(UnitContactRow)
    last = day_in_vietnam(before)
    pairs = session.execute(
        select(row, end)
        .outerjoin(end, end.ends == row.id)
        .where(row.ends.is_(None), or_(row.valid_to < last, end.valid_to < last))
    ).tuples()
    contacts: list[tuple[UnitContactRow, UnitContactRow | None]] = list(pairs)
    erase(session, [each for pair in contacts for each in pair if each is not None])
    for _, ending in contacts:
        if ending is not None:
            session.delete(ending)
    session.flush()  # an end refers to the contact that it ends
    for contact, _ in contacts:
        session.delete(contact)
    return len(contacts)


def _empty_addresses(session: Session, before: datetime) -> int:
    """Empty the senders of ways that were removed, and where reminders went; a way that expired still admits reruns."""
    row, removal = AuthorisationRow, aliased(AuthorisationRow)
    ways = session.scalars(
        select(row)
        .outerjoin(removal, removal.removes == row.id)
        .where(
            row.sender.not_in(["", REMOVED_ADDRESS]),
            or_(row.removes.is_not(None) & (row.at < before), removal.at < before),
        )
    ).all()
    erase(session, ways)
    for way in ways:
        way.sender = REMOVED_ADDRESS
    mailed = ReminderRow.sent_at < before, ReminderRow.addresses != ""
    number = len(session.scalars(select(ReminderRow.id).where(*mailed)).all())
    session.execute(update(ReminderRow).where(*mailed).values(addresses=""))
    return len(ways) + number
