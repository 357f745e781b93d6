"""Contacts of a unit and ways by which its reports may arrive, as an officer adds and ends them at the desk."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from domain.authorisations import Authorisation
from domain.errors import UsageError
from domain.officers.contacts import Contact, contact
from domain.units import OrgUnit
from flows.actions.senders import make_authorisation, parse_day
from flows.pipeline.act_record import recorded_act
from flows.support.context import AppContext
from flows.support.settings import Settings
from flows.support.sources import source_names
from warehouse.officers.contacts import add_contact, contact_records, end_contact
from warehouse.queries.authorisations import authorisation_records
from warehouse.store.engine import reading
from warehouse.submissions.authorisations import are_senders_checked, authorise, remove
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.withdrawal import Decision

CONTACT_FIELDS: Final = ("full_name", "position", "mail", "telephone")


def contact_of(unit: OrgUnit, values: Mapping[str, str]) -> Contact:
    """Return the contact that an officer filled in: `CONTACT_FIELDS`, `first_day`, and `last_day` or none.

    Raises:
        UsageError: a value is missing or impossible.
    """
    last = values.get("last_day", "")
    days = parse_day(values["first_day"], "first"), parse_day(last, "last") if last else None
    full_name, position, mail, telephone = (values.get(name, "") for name in CONTACT_FIELDS)
    return contact(unit, (full_name, position, mail, telephone), days)


def keep_contact(
    context: AppContext, run_id: str, added: Contact, decision: DecisionReason, replaced: int | None = None
) -> None:
    """Add a contact, in the place of the one with a number if that is named, and record who did.

    Raises:
        UsageError: the unit has the same contact already, or none to replace.
    """
    now = Decision(decision, context.clock(), run_id)
    with recorded_act(context, run_id, "contact", decision) as session:
        if replaced is not None:
            known = next((each for each in contact_records(session, added.unit) if each.number == replaced), None)
            first = known.contact.valid_from if known else added.valid_from
            end_contact(session, added.unit, replaced, last_day_before(added, first), now)
        add_contact(session, added, now)


def last_day_before(added: Contact, first: date) -> date:
    """Return the last day of a contact that began on `first`, when another takes its place: never before the first."""
    return max(first, added.valid_from - timedelta(days=1))


def known_contact(context: AppContext, unit: OrgUnit, number: str) -> Contact:
    """Return the contact of a unit with a number.

    Raises:
        UsageError: the unit has none of this number.
    """
    with reading(context.engine) as session:
        known = {str(each.number): each.contact for each in contact_records(session, unit.key)}
    if number not in known:
        raise UsageError("there is no such contact of this unit: open the page of the unit again")
    return known[number]


def let_contact_end(
    context: AppContext, run_id: str, unit: OrgUnit, ended: tuple[int, date], decision: DecisionReason
) -> None:
    """Let a contact, by its number, hold to a day, and record who said so.

    Raises:
        UsageError: the unit has no such contact, it ended already, or the day comes before its first.
    """
    number, last = ended
    with recorded_act(context, run_id, "contact_end", decision) as session:
        end_contact(session, unit.key, number, last, Decision(decision, context.clock(), run_id))


def way_of(context: AppContext, settings: Settings, unit: OrgUnit, values: Mapping[str, str]) -> Authorisation:
    """Return the way that an officer filled in.

    Raises:
        UsageError: a value is missing or impossible.
    """
    named = {name: values.get(name, "") for name in ("source", "folder", "sender")} | {
        "units": unit.code,
        "valid_from": values["first_day"],
        "valid_to": values["last_day"],
        "form": values["only_form"],
    }
    return make_authorisation(context.catalog, source_names(settings), named, context.today)


def authorise_way(
    context: AppContext, run_id: str, way: Authorisation, decision: DecisionReason, *, may_begin: bool
) -> None:
    """Authorise a way; the first of all makes what comes another way be held, which not everybody `may_begin`.

    Raises:
        UsageError: it would be the first.
    """
    with recorded_act(context, run_id, "authorise", decision) as session:
        if not may_begin and not are_senders_checked(session):
            raise UsageError("no sender is checked yet: a user of all areas authorises the first way, for all units")
        authorise(session, [way], Decision(decision, context.clock(), run_id))


def known_way(context: AppContext, unit: OrgUnit, number: str) -> Authorisation:
    """Return the way with a number, which was authorised for a unit by its own code and not removed.

    Raises:
        UsageError: there is none.
    """
    with reading(context.engine) as session:
        records = authorisation_records(session)
    for each in records:
        is_own = each.authorisation.units == unit.code and each.authorisation.unit_valid_from in {None, unit.valid_from}
        if str(each.number) == number and is_own and each.removed is None:
            return each.authorisation
    raise UsageError("there is no such way of this unit: open the page of the unit again")


def remove_way(context: AppContext, run_id: str, number: int, decision: DecisionReason, *, may_end: bool) -> None:
    """Remove a way; without any no sender is checked, which not everybody `may_end`.

    Raises:
        UsageError: there is no such way, or it is the last.
    """
    with recorded_act(context, run_id, "way_removed", decision) as session:
        remove(session, number, Decision(decision, context.clock(), run_id))
        session.flush()
        if not may_end and not are_senders_checked(session):
            raise UsageError("this is the last way: without any no sender is checked; a user of all areas removes it")
