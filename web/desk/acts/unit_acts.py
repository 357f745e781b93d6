"""Acts about a unit: its contacts, and the ways by which its reports may arrive."""

from collections.abc import Mapping, Sequence

from starlette.exceptions import HTTPException

from domain.authorisations import Authorisation
from domain.errors import UsageError
from domain.officers.contacts import Contact
from flows.actions.senders import parse_day
from flows.actions.units.contacts_and_ways import (
    CONTACT_FIELDS,
    authorise_way,
    contact_of,
    keep_contact,
    known_contact,
    known_way,
    last_day_before,
    let_contact_end,
    remove_way,
    way_of,
)
from flows.support.sources import source_names
from warehouse.store.engine import reading
from warehouse.submissions.authorisations import are_senders_checked
from web.desk.acts.act import Act, ActField, ActResult, ActWork, FieldKind, Subject, SubjectKind
from web.desk.context import DeskContext
from web.desk.page import DeskPage
from web.desk.requested import RequestedUnit


def contact_line(page: DeskPage, each: Contact) -> str:
    """Name a contact in a line, with days."""
    named = ", ".join(part for part in (each.full_name, each.position, each.telephone, each.mail) if part)
    return f"{named} ({_days(page, each)})"


def way_line(page: DeskPage, way: Authorisation) -> str:
    """Name a way in a line, with days."""
    place = f"{way.source}/{way.folder}" if way.folder else way.source
    parts = [place, page.text("way_sender", sender=way.sender) if way.sender else page.text("way_any_sender")]
    return f"{', '.join([*parts, *([page.formatter.form(way.form)] if way.form else [])])} ({_days(page, way)})"


def _days(page: DeskPage, each: Contact | Authorisation) -> str:
    day = page.formatter.day
    first = day(each.valid_from)
    return (
        page.text("days_to", first=first, last=day(each.valid_to))
        if each.valid_to
        else page.text("days_from", first=first)
    )


def _foresee_contact(work: ActWork) -> Sequence[str]:
    added, page = contact_of(work.unit, work.values), work.page
    lines = [contact_line(page, added), *([page.text("contact_is_reminded")] if added.mail else [])]
    if not work.values["contact"]:
        return lines
    known = known_contact(work.context, work.unit, work.values["contact"])
    last = page.formatter.day(last_day_before(added, known.valid_from))
    return [*lines, page.text("contact_replaced", contact=contact_line(page, known), last=last)]


def _keep_contact(work: ActWork) -> ActResult:
    added, number = contact_of(work.unit, work.values), work.values["contact"]
    keep_contact(work.context, work.run_id, added, work.decision, _number(number) if number else None)
    return ActResult()


def _number(text: str) -> int:
    """Return the number of a contact.

    Raises:
        UsageError: it is none.
    """
    if not text.isdecimal():
        raise UsageError("there is no such contact of this unit: open the page of the unit again")
    return int(text[:9])


def _foresee_end(work: ActWork) -> Sequence[str]:
    ended = known_contact(work.context, work.unit, work.values["contact"])
    last = work.page.formatter.day(parse_day(work.values["last_day"], "last"))
    return [contact_line(work.page, ended), work.page.text("holds_until", last=last)]


def _end_contact(work: ActWork) -> ActResult:
    ended = _number(work.values["contact"]), parse_day(work.values["last_day"], "last")
    let_contact_end(work.context, work.run_id, work.unit, ended, work.decision)
    return ActResult()


def _foresee_way(work: ActWork) -> Sequence[str]:
    way = way_of(work.context, work.desk.settings, work.unit, work.values)
    with reading(work.context.engine) as session:
        is_checked = are_senders_checked(session)
    return [way_line(work.page, way), *([] if is_checked else [work.page.text("first_way")])]


def _authorise(work: ActWork) -> ActResult:
    way = way_of(work.context, work.desk.settings, work.unit, work.values)
    authorise_way(work.context, work.run_id, way, work.decision, may_begin=work.is_of_all_areas)
    return ActResult()


def _foresee_removal(work: ActWork) -> Sequence[str]:
    return [
        way_line(work.page, known_way(work.context, work.unit, work.values["way"])),
        work.page.text("way_counts_on"),
    ]


def _remove_way(work: ActWork) -> ActResult:
    known_way(work.context, work.unit, work.values["way"])
    remove_way(work.context, work.run_id, int(work.values["way"]), work.decision, may_end=work.is_of_all_areas)
    return ActResult()


def _as_contact(desk: DeskContext, subject: Subject, values: Mapping[str, str]) -> Mapping[str, str]:
    """Return what the contact has that is to be changed.

    Raises:
        HTTPException: 404, the unit has no such contact.
    """
    if not values["contact"] or not isinstance(subject, RequestedUnit):
        return {}
    try:
        known = known_contact(desk.open_context(), subject.unit, values["contact"])
    except UsageError as error:
        raise HTTPException(404) from error
    return {name: getattr(known, name) for name in CONTACT_FIELDS}


def _only_source(desk: DeskContext) -> str:
    names = source_names(desk.settings)
    return names[0] if len(names) == 1 else ""


def _today(desk: DeskContext) -> str:
    return desk.today.isoformat()


_FIRST_DAY = ActField("first_day", FieldKind.DAY, is_required=True, default=_today)
_LAST_DAY = ActField("last_day", FieldKind.DAY)

UNIT_ACTS = (
    Act(
        "contact",
        SubjectKind.UNIT,
        _keep_contact,
        (
            ActField("contact", FieldKind.NAMED),
            ActField("full_name", is_required=True),
            ActField("position"),
            ActField("telephone"),
            ActField("mail"),
            _FIRST_DAY,
            _LAST_DAY,
        ),
        _foresee_contact,
        known=_as_contact,
        is_direct=True,
    ),
    Act(
        "contact_end",
        SubjectKind.UNIT,
        _end_contact,
        (
            ActField("contact", FieldKind.NAMED, is_required=True),
            ActField("last_day", FieldKind.DAY, is_required=True, default=_today),
        ),
        _foresee_end,
        is_direct=True,
    ),
    Act(
        "authorise",
        SubjectKind.UNIT,
        _authorise,
        (
            ActField("source", is_required=True, default=_only_source),
            ActField("folder"),
            ActField("sender"),
            ActField("only_form"),
            _FIRST_DAY,
            _LAST_DAY,
        ),
        _foresee_way,
        is_direct=True,
    ),
    Act(
        "way_removed",
        SubjectKind.UNIT,
        _remove_way,
        (ActField("way", FieldKind.NAMED, is_required=True),),
        _foresee_removal,
        is_direct=True,
    ),
)
