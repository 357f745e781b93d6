"""Confirmations: registered addresses say whether another address may report for their unit."""

import re
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import ColumnElement, exists, func, select

from domain.authorisations import Authorisations, authorisation
from domain.catalog.catalog import Catalog
from domain.issues import Severity
from domain.mail.threads import CONFIRM, message_id_of
from domain.submissions import MoveReason, SubmissionState
from domain.vietnam_time import day_in_vietnam
from warehouse.models import DeliveryRow, IssueRow, OutgoingRow, SenderConfirmationRow, SubmissionRow
from warehouse.store.engine import Session, serialise
from warehouse.submissions.authorisations import authorise, authorised_senders
from warehouse.submissions.lifecycle import move
from warehouse.submissions.withdrawal import Decision

_NUMBER: Final = re.compile(rf"<tonghop\.{CONFIRM}\.(\d+)\.")


@dataclass(frozen=True, slots=True)
class UnconfirmedSender:
    """A proved address whose reports of a unit are held, because it is not registered for that unit.

    `form` is the form of such a report, of several the first by id.
    """

    connector: str
    sender: str
    unit: str
    unit_valid_from: date
    form: str


def unconfirmed_senders(
    session: Session, forms: Collection[str], connectors: Collection[str], issue: str
) -> tuple[UnconfirmedSender, ...]:
    """Return the senders whose reports of these forms are held for this issue, and who were asked about by no mail."""
    row, delivery, question = SubmissionRow, DeliveryRow, SenderConfirmationRow
    is_asked = exists().where(
        question.connector == delivery.connector,
        question.sender == delivery.sender,
        question.unit_code == row.unit_code,
        question.unit_valid_from == row.unit_valid_from,
    )
    held = (
        select(delivery.connector, delivery.sender, row.unit_code, row.unit_valid_from, func.min(row.form))
        .join(delivery, delivery.id == row.delivery_id)
        .join(IssueRow, (IssueRow.submission_id == row.id) & (IssueRow.judgement == row.judgement))
        .where(row.state == SubmissionState.HELD, IssueRow.code == issue, ~is_asked, row.form.in_(forms))
        .where(delivery.connector.in_(connectors), delivery.sender.is_not(None), ~delivery.automatic)
        .group_by(delivery.connector, delivery.sender, row.unit_code, row.unit_valid_from)
        .order_by(delivery.connector, delivery.sender, row.unit_code, row.unit_valid_from)
    )
    return tuple(UnconfirmedSender(*each) for each in session.execute(held))


def record_question(session: Session, sender: UnconfirmedSender, addresses: Sequence[str], at: datetime) -> list[str]:
    """Record that addresses are asked about a sender; return a Message-ID for each, which cannot be guessed."""
    row = SenderConfirmationRow(
        connector=sender.connector,
        sender=sender.sender,
        unit_code=sender.unit,
        unit_valid_from=sender.unit_valid_from,
        asked_at=at,
    )
    session.add(row)
    session.flush()
    return [message_id_of(CONFIRM, row.id, secrets.token_hex(16)) for _ in addresses]


def confirm(
    session: Session, catalog: Catalog, message_ids: Collection[str], issue: str, decision: Decision
) -> tuple[int, ...] | None:
    """Register the sender that a mail of ours asked about, and release what is held of it for that issue alone.

    For the forms for which the address that replies is registered itself: every form, or those of what is held.
    `message_ids` are those that the reply refers to; the decision's actor is the proved address that replied. It counts
    once, and only from an address that was asked and still is registered for the unit.

    Returns:
        The numbers of the submissions released; None: the reply does not count.
    """
    serialise(session)
    actor = decision.reason.actor
    mails = OutgoingRow.message_id.in_(message_ids), OutgoingRow.recipient == actor
    ids = session.scalars(select(OutgoingRow.message_id).where(*mails).order_by(OutgoingRow.id.desc())).all()
    numbers = [int(match[1]) for each in ids if each and (match := _NUMBER.match(each))]
    row = session.get(SenderConfirmationRow, numbers[0]) if numbers else None
    if row is None or row.answered_at is not None:
        return None
    unit = catalog.units.find(row.unit_code, row.unit_valid_from)
    registered = Authorisations(authorised_senders(session))
    if unit is None:
        return None
    day = day_in_vietnam(decision.at)
    of_sender = session.execute(
        select(SubmissionRow, DeliveryRow.landed_at)
        .join(DeliveryRow, DeliveryRow.id == SubmissionRow.delivery_id)
        .where(SubmissionRow.state == SubmissionState.HELD, _only_held_for(issue))
        .where(SubmissionRow.unit_code == row.unit_code, SubmissionRow.unit_valid_from == row.unit_valid_from)
        .where(DeliveryRow.connector == row.connector, DeliveryRow.sender == row.sender)
        .order_by(SubmissionRow.id)
    ).all()
    forms = sorted({submission.form for submission, _ in of_sender if submission.form is not None})
    may_all = actor in registered.addresses(catalog, unit, day)
    allowed = [""] if may_all else [form for form in forms if actor in registered.addresses(catalog, unit, day, form)]
    if not allowed:
        return None
    held = [each for each in of_sender if may_all or each[0].form in allowed]
    first = min((day_in_vietnam(landed_at) for _, landed_at in held), default=day_in_vietnam(decision.at))
    way = row.connector, "", row.sender
    added = [authorisation(catalog, way, row.unit_code, first, None, form=form) for form in allowed]
    authorise(session, added, decision)
    row.answered_at, row.answered_by = decision.at, actor
    released = MoveReason.RELEASED_BY_PERSON
    for submission, _ in held:
        move(session, submission, SubmissionState.CHECKED, decision.at, None, reason=released, decision=decision.reason)
    return tuple(submission.id for submission, _ in held)


def _only_held_for(issue: str) -> ColumnElement[bool]:
    """Return SQL for submissions whose last judgement found no other reason to hold them: else a person decides."""
    holds = select(func.count()).where(
        IssueRow.submission_id == SubmissionRow.id,
        IssueRow.judgement == SubmissionRow.judgement,
        IssueRow.severity == Severity.HOLD,
        IssueRow.code != issue,
    )
    return holds.scalar_subquery() == 0
