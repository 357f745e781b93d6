"""Contacts of units from a CSV file."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from domain.catalog.catalog import Catalog
from domain.errors import UsageError
from domain.officers.contacts import Contact
from flows.actions.senders import read_list
from flows.actions.units.contacts_and_ways import contact_of
from warehouse.officers.contacts import add_contact, contact_records
from warehouse.store.engine import Session
from warehouse.submissions.withdrawal import Decision

CONTACT_COLUMNS: Final = ("unit", "full_name", "position", "mail", "telephone", "valid_from", "valid_to")


def read_contacts(catalog: Catalog, file: Path, today: date) -> tuple[Contact, ...]:
    """Return the contacts that a CSV file lists; a code means the unit that has it on the first day, else the last.

    Raises:
        UsageError: the file cannot be read, or lines are wrong: each is named with what to write.
    """

    def make(row: Mapping[str, str]) -> Contact:
        values = {name: row.get(name, "").strip() for name in CONTACT_COLUMNS}
        versions = catalog.units.versions(values["unit"])
        if not versions:
            raise UsageError(f"no unit has the code {values['unit']}: tonghop status shows the codes of an area")
        days = {"first_day": values["valid_from"] or today.isoformat(), "last_day": values["valid_to"]}
        newest = contact_of(versions[-1], values | days)
        unit = catalog.units.find(values["unit"], newest.valid_from)
        return contact_of(unit, values | days) if unit else newest

    return read_list(file, CONTACT_COLUMNS, "unit", make)


def add_contacts(session: Session, contacts: Sequence[Contact], decision: Decision) -> int:
    """Add the contacts that are not kept already, and return how many these are."""
    number = 0
    for each in dict.fromkeys(contacts):
        if all(known.contact != each for known in contact_records(session, each.unit)):
            add_contact(session, each, decision)
            number += 1
    return number
