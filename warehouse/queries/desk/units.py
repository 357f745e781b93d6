"""What the desk shows of a unit: its contacts, the ways by which its reports may arrive, and its links."""

from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import func, select

from domain.units import UnitKey
from warehouse.models import AuthorisationRow, UnitContactRow, UploadLinkRow
from warehouse.officers.contacts import ContactRecord, contact_records
from warehouse.queries.authorisations import AuthorisationRecord, authorisation_records
from warehouse.store.engine import Session
from warehouse.submissions.authorisations import are_senders_checked


@dataclass(frozen=True, slots=True)
class UnitDossier:
    """Contacts of a unit, and the ways that are authorised for it by its own code, with those that were removed.

    `are_senders_checked`: what comes another way is held, for all units.
    """

    contacts: tuple[ContactRecord, ...]
    ways: tuple[AuthorisationRecord, ...]
    are_senders_checked: bool


def unit_dossier(session: Session, unit: UnitKey) -> UnitDossier:
    """Return what is kept of a unit beside its reports."""
    ways = [
        each
        for each in authorisation_records(session)
        if each.authorisation.units == unit.code and each.authorisation.unit_valid_from in {None, unit.valid_from}
    ]
    return UnitDossier(contact_records(session, unit), tuple(ways), are_senders_checked(session))


def seen_of_unit(session: Session, unit: UnitKey) -> str:
    """Return a hash of what a decision about a unit rests on: its contacts, ways and links."""
    contact, way, link = UnitContactRow, AuthorisationRow, UploadLinkRow
    newest = (
        session.scalar(select(func.max(contact.id)).where(contact.unit == unit.code)),
        session.scalar(select(func.max(way.id)).where(way.units == unit.code)),
        session.scalar(select(func.max(link.id)).where(link.unit == unit.code)),
    )
    return sha256(repr(newest).encode()).hexdigest()
