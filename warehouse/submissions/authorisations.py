"""Authorise ways of delivery, remove authorisations, and tell which submissions came by a way that has none."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import aliased

from domain.authorisations import UPLOAD, Authorisation, Authorisations, Route
from domain.catalog.catalog import Catalog
from domain.errors import UsageError
from domain.periods import parse_period
from domain.submissions import MoveReason, SubmissionState
from domain.vietnam_time import day_in_vietnam
from warehouse.models import AuthorisationRow, DeliveryRow, SubmissionEventRow, SubmissionRow
from warehouse.store.bulk import in_chunks
from warehouse.store.engine import Session, serialise
from warehouse.submissions.upload_links import authorised_by_links
from warehouse.submissions.withdrawal import Decision

_FIELDS = ("source", "folder", "sender", "units", "unit_valid_from", "valid_from", "valid_to", "form")


@dataclass(frozen=True, slots=True)
class UnauthorisedSubmission:
    """A submission that came by a way not authorised for its unit and form.

    `owner` is the code of the only commune that this way is authorised for: that commune sent it. None where there is
    none, or several.
    """

    route: Route
    unit: str
    form: str
    owner: str | None


def authorise(session: Session, authorisations: Sequence[Authorisation], decision: Decision) -> tuple[int, ...]:
    """Add authorisations and return their numbers; those that are in force already are left out.

    Raises:
        UsageError: no reason is given.
    """
    _require_reason(decision)
    serialise(session)
    known = {authorisation_of(row) for row in session.scalars(select(AuthorisationRow).where(_is_kept()))}
    rows = [_row(each, decision) for each in dict.fromkeys(authorisations) if each not in known]
    session.add_all(rows)
    session.flush()
    return tuple(row.id for row in rows)


def remove(session: Session, number: int, decision: Decision) -> Authorisation:
    """Remove an authorisation: whatever is judged from now on needs another one.

    Raises:
        UsageError: no reason is given, or no authorisation in the list has this number.
    """
    _require_reason(decision)
    serialise(session)
    row = session.scalar(select(AuthorisationRow).where(AuthorisationRow.id == number, _is_kept()))
    if row is None:
        raise UsageError(f"there is no authorisation {number}: tonghop senders list shows them with their numbers")
    session.add(_row(authorisation_of(row), decision, removes=number))
    session.flush()
    return authorisation_of(row)


def are_senders_checked(session: Session) -> bool:
    """Return whether any authorisation was added and not removed, expired ones included: then the others are held."""
    return bool(session.scalar(select(func.count()).select_from(AuthorisationRow).where(_is_kept())))


def authorised_senders(session: Session) -> tuple[Authorisation, ...]:
    """Return the authorisations that were added and not removed, expired ones included."""
    rows = session.scalars(select(AuthorisationRow).where(_is_kept()).order_by(AuthorisationRow.id))
    return tuple(map(authorisation_of, rows))


def unauthorised(
    session: Session, catalog: Catalog, submission_ids: Collection[int]
) -> dict[int, UnauthorisedSubmission]:
    """Return those of some placed submissions that came by a way not authorised for their unit and form, by number.

    The day counts on which the file was received, not the one that it bears: a sender can set that. An upload is
    received when it is sent. What a person released is absent; while no authorisation exists, only uploads are looked
    at, which need a link in any case.
    """
    ways = _ways(session)
    results: dict[int, UnauthorisedSubmission] = {}
    for chunk in in_chunks(submission_ids):
        results |= _unauthorised(session, catalog, ways, SubmissionRow.id.in_(chunk))
    return results


def unauthorised_rivals(session: Session, catalog: Catalog) -> frozenset[int]:
    """Return the parsed submissions, of which one of each report is about to be chosen, that `unauthorised` names."""
    is_parsed = SubmissionRow.state == SubmissionState.PARSED
    return frozenset(_unauthorised(session, catalog, _ways(session), is_parsed))


@dataclass(frozen=True, slots=True)
class _Ways:
    """Ways that are authorised, and SQL for the deliveries that need one of them."""

    authorisations: Authorisations
    need_one: ColumnElement[bool]


def _ways(session: Session) -> _Ways:
    senders = authorised_senders(session)
    need_one = true() if senders else DeliveryRow.connector == UPLOAD
    return _Ways(Authorisations((*senders, *authorised_by_links(session))), need_one)


def _unauthorised(
    session: Session, catalog: Catalog, ways: _Ways, condition: ColumnElement[bool]
) -> dict[int, UnauthorisedSubmission]:
    event, row, delivery = SubmissionEventRow, SubmissionRow, DeliveryRow
    released = select(event.submission_id).where(event.reason == MoveReason.RELEASED_BY_PERSON)
    statement = (
        select(row.id, row.unit_code, row.form, row.period, delivery.connector, delivery.path, delivery.sender)
        .add_columns(delivery.landed_at, delivery.delivered_at)
        .join(delivery, delivery.id == row.delivery_id)
        .where(condition, ways.need_one, row.version.is_not(None), row.id.not_in(released))
    )
    results: dict[int, UnauthorisedSubmission] = {}
    for key, code, form, period, source, path, sender, landed_at, delivered_at in session.execute(statement):
        day = catalog.forms.last_day(form, parse_period(period))
        unit = catalog.units.find(code, day)
        route = Route(source, path, sender, day_in_vietnam(delivered_at if source == UPLOAD else landed_at))
        admitting = ways.authorisations.admitting(route)
        is_office_table = catalog.forms.form(form).reporter is not None
        may_be_sent = (
            unit is not None
            # A link is a commune's, which reports for no office.
            and not (source == UPLOAD and is_office_table)
            and any(each.admits(form) and each.covers(catalog, unit, day) for each in admitting)
        )
        if not may_be_sent:
            results[key] = UnauthorisedSubmission(route, code, form, _owner(admitting))
    return results


def _owner(admitting: Sequence[Authorisation]) -> str | None:
    codes = {each.units for each in admitting}
    is_commune = all(each.unit_valid_from is not None for each in admitting)
    return codes.pop() if len(codes) == 1 and is_commune else None


def authorisation_of(row: AuthorisationRow) -> Authorisation:
    """Return the authorisation that a row adds or removes."""
    return Authorisation(**{name: getattr(row, name) for name in _FIELDS})


def _row(each: Authorisation, decision: Decision, removes: int | None = None) -> AuthorisationRow:
    return AuthorisationRow(
        **{name: getattr(each, name) for name in _FIELDS},
        at=decision.at,
        actor=decision.reason.actor,
        reason=decision.reason.note.strip(),
        removes=removes,
    )


def _is_kept() -> ColumnElement[bool]:
    """Return SQL for rows that add an authorisation which no other row removes."""
    removal = aliased(AuthorisationRow)
    is_removed = select(removal.id).where(removal.removes == AuthorisationRow.id).exists()
    return AuthorisationRow.removes.is_(None) & ~is_removed


def _require_reason(decision: Decision) -> None:
    if not decision.reason.note.strip():
        raise UsageError("say why, in a sentence: it is kept with the authorisation")
