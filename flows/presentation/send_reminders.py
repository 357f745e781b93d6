"""Remind units by mail of reports that are due, and tell the office which are missing; each step once."""

import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from domain.errors import TransientError, UsageError
from domain.units import OrgUnit
from flows.pipeline.act_record import begin_act, end_act
from flows.pipeline.exclusive_run import exclusive_run
from flows.pipeline.progress import ProgressListener
from flows.presentation.ask_consulted import due_to_consulted, send_to_consulted
from flows.presentation.mailing import Mailing
from flows.presentation.message_formatter import MessageFormatter
from flows.presentation.notices import Notice, send
from flows.presentation.reminders import of_missing, of_reminder
from flows.support.context import AppContext
from flows.support.settings import Settings
from warehouse.queries.reminders import DueStep, due_steps
from warehouse.store.engine import reading, transaction
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.reminders import SentReminder, record_reminder

_LOG: Final = logging.getLogger(__name__)


class NotAllRemindedError(TransientError):
    """Some reminders could not be sent; the others were."""

    def __init__(self, sent: int, failed: tuple[str, ...]) -> None:
        """Keep the number of mails that were sent, and why others were not."""
        self.sent, self.failed = sent, failed
        super().__init__(f"{sent} reminders sent; not sent, tried again by the next run: {'; '.join(failed)}")


@dataclass(frozen=True, slots=True)
class ReminderMail:
    """A mail that is due: to a unit, or with `unit` None the office's list."""

    due: DueStep
    unit: OrgUnit | None
    addresses: tuple[str, ...]
    notice: Notice

    def message_id(self, domain: str) -> str:
        """Return its Message-ID, the same whenever it is sent: a repeat after a kill is known by it."""
        unit = f"{self.unit.code}.{self.unit.valid_from:%Y%m%d}" if self.unit else "office"
        return f"<remind.{self.due.form}.{self.due.period}.{self.due.step.id}.{unit}@{domain}>"


def due_mails(
    context: AppContext, settings: Settings, areas: Collection[str] = ()
) -> tuple[tuple[DueStep, ...], tuple[ReminderMail, ...]]:
    """Return the steps whose day has come, and the mails of them that were not sent yet.

    With `areas` (codes or ids) only the mails to units there: the office's list is of all.
    """
    with reading(context.engine) as session:
        steps = due_steps(session, context.catalog, context.areas, context.today)
    messages = MessageFormatter(context.catalog, settings.lang)
    mails = (mail for due in steps for mail in _mails(context, settings, messages, due))
    return steps, tuple(mail for mail in mails if is_reminded(context, mail.unit, areas))


def is_reminded(context: AppContext, unit: OrgUnit | None, areas: Collection[str]) -> bool:
    """Return whether a unit (None: the office) is among those of some areas; without areas all are."""
    return not areas or (unit is not None and context.catalog.lies_in(unit, areas, context.today))


def send_reminders(
    context: AppContext,
    settings: Settings,
    run_id: str,
    listener: ProgressListener,
    decision: DecisionReason | None = None,
    *,
    areas: Collection[str] = (),
) -> int:
    """Send the mails that are due, each recorded once the server has accepted it, and return their number.

    Among them are those to consulted units. With a person's `decision` the sending is recorded as a run; with `areas`
    only units there are reminded.

    Raises:
        UsageError: no mail server is set.
        NotAllRemindedError: the server does not answer, or refused some; the others were sent.
        RunInProgressError: another run did not end in time; nothing was sent.
    """
    require_mail_server(settings)
    mailing = Mailing()
    with exclusive_run(context, run_id, "remind", listener):
        if decision:
            begin_act(context, run_id, "remind", decision)
        _, mails = due_mails(context, settings, areas)
        listener.begin("remind", len(mails))
        for mail in mails:
            recipient = mail.unit.code if mail.unit else "TONGHOP_MAIL_TO"
            mailing.send(recipient, partial(_send, context, settings, mail))
            listener.advance("remind", 1)
        # Addresses are in the warehouse: more people may read a log.
        _LOG.info("%s of %s reminders sent", mailing.sent, len(mails))
        send_to_consulted(context, settings, due_to_consulted(context, areas), mailing)
        if decision:
            end_act(context, run_id, {"sent": mailing.sent, "left": len(mailing.failed)})
    if mailing.failed:
        raise NotAllRemindedError(mailing.sent, tuple(mailing.failed))
    return mailing.sent


def require_mail_server(settings: Settings) -> None:
    """Raise unless mails can be sent.

    Raises:
        UsageError: no mail server is set.
    """
    if not settings.mail_host:
        raise UsageError("no mail server is set: TONGHOP_MAIL_HOST and TONGHOP_MAIL_FROM name it and the sender")


def _mails(context: AppContext, settings: Settings, messages: MessageFormatter, due: DueStep) -> Iterator[ReminderMail]:
    today = context.today
    for reminder in due.reminders:
        yield ReminderMail(due, reminder.unit, reminder.addresses, of_reminder(messages, due, reminder, today))
    is_reporting_level = due.step.level is context.catalog.forms.form(due.form).level
    if is_reporting_level and due.deadline < today and due.missing and settings.mail_to and not due.is_listed:
        yield ReminderMail(due, None, settings.mail_to, of_missing(messages, due, today))


def _send(context: AppContext, settings: Settings, mail: ReminderMail) -> None:
    sender = settings.mail_from or settings.mail_user
    message_id = mail.message_id(sender.rpartition("@")[2].rstrip("> ") or "tonghop")
    send(settings, mail.notice, mail.addresses, message_id)
    with transaction(context.engine) as session:
        due = mail.due
        unit = mail.unit.key if mail.unit else None
        sent = SentReminder(due.form, due.period, due.step.id, unit, mail.addresses, message_id)
        record_reminder(session, sent, context.clock())
