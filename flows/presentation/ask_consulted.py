"""Ask consulted units by mail what they say to their figures, each once, and once more before the last day."""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Final

from domain.authorisations import UploadLink, link_for, new_token
from domain.catalog.catalog import Catalog
from domain.officers.consultations import Position
from domain.periods import working_days_after
from domain.units import OrgUnit, UnitKey
from domain.vietnam_time import day_in_vietnam
from flows.actions.upload_links import page_address
from flows.pipeline.exclusive_run import exclusive_run
from flows.pipeline.progress import NoProgress
from flows.presentation.mailing import Mailing
from flows.presentation.message_formatter import MessageFormatter
from flows.presentation.notices import Notice, send, signed_notice
from flows.support.context import AppContext
from flows.support.settings import Settings
from publishing.figures.formatting import format_day
from warehouse.queries.reminders import registered_addresses, sent_consultation_mails
from warehouse.rollups.consultations import Consultation, consultations, consulted_units, units_to_consult
from warehouse.rollups.scope import RollupKey
from warehouse.store.engine import Session, reading, transaction
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.reminders import SentReminder, consultation_step, record_reminder
from warehouse.submissions.upload_links import make_link
from warehouse.submissions.withdrawal import Decision

_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ConsultationMail:
    """A mail that is due to a unit: what it is consulted about, at which addresses, and whether it was asked before."""

    consultation: Consultation
    unit: OrgUnit
    addresses: tuple[str, ...]
    is_last: bool

    def message_id(self, domain: str) -> str:
        """Return its Message-ID, the same whenever it is sent."""
        last = ".last" if self.is_last else ""
        unit = f"{self.unit.code}.{self.unit.valid_from:%Y%m%d}"
        return f"<consult.{self.consultation.id}{last}.{unit}@{domain}>"


def due_to_consulted(context: AppContext, areas: Collection[str] = ()) -> tuple[ConsultationMail, ...]:
    """Return the mails to consulted units that were not sent yet; with `areas` (codes or ids) to units there only.

    A unit that is silent is reminded once, on the last working days.
    """
    with reading(context.engine) as session:
        return tuple(
            mail
            for each in consultations(session)
            if context.today <= each.last_day
            for mail in _due(session, context, each)
            if not areas or context.catalog.lies_in(mail.unit, areas, context.today)
        )


def asked_at(session: Session, consultation: Consultation) -> Mapping[UnitKey, datetime]:
    """Return when each unit of a consultation was mailed first (UTC)."""
    sent = sent_consultation_mails(session, consultation.form, consultation.period)
    return {unit: at for (step, unit), at in sent.items() if step == consultation_step(consultation.id)}


def without_address(session: Session, catalog: Catalog, key: RollupKey, today: date) -> tuple[OrgUnit, ...]:
    """Return the units of an area's figures that can be sent no mail, by code."""
    registered = registered_addresses(session, catalog, today)
    units = [catalog.units.get(each.code, each.valid_from) for each in units_to_consult(session, key)]
    return tuple(each for each in units if not registered.addresses(each, key.form))


def ask_consulted(context: AppContext, settings: Settings, run_id: str) -> None:
    """Send what is due to consulted units; what cannot be sent now the next reminders send.

    Raises:
        RunInProgressError: another run did not end in time; nothing was sent.
    """
    if settings.mail_host:
        with exclusive_run(context, run_id, "remind", NoProgress()):
            send_to_consulted(context, settings, due_to_consulted(context), Mailing())


def send_to_consulted(
    context: AppContext, settings: Settings, mails: Sequence[ConsultationMail], mailing: Mailing
) -> None:
    """Send mails to consulted units, each with a link of its own; the run lock is held.

    Each is recorded once the server has accepted it.
    """
    before = mailing.sent
    for mail in mails:
        mailing.send(mail.unit.code, partial(_send, context, settings, mail))
    _LOG.info("%s of %s mails to consulted units sent", mailing.sent - before, len(mails))


def _due(session: Session, context: AppContext, consultation: Consultation) -> list[ConsultationMail]:
    today, catalog = context.today, context.catalog
    registered = registered_addresses(session, catalog, today)
    sent = sent_consultation_mails(session, consultation.form, consultation.period)
    step, last_step = (consultation_step(consultation.id, is_last=each) for each in (False, True))
    is_late = working_days_after(today, consultation.last_day, catalog.forms.holidays) <= 1
    mails: list[ConsultationMail] = []
    for each in consulted_units(session, consultation):
        unit = catalog.units.get(each.code, each.valid_from)
        addresses = registered.addresses(unit, consultation.form)
        first, is_silent = sent.get((step, unit.key)), each.position is Position.SILENT
        is_last = first is not None and is_late and day_in_vietnam(first) < today and (last_step, unit.key) not in sent
        if addresses and is_silent and (first is None or is_last):
            mails.append(ConsultationMail(consultation, unit, addresses, is_last))
    return mails


def _send(context: AppContext, settings: Settings, mail: ConsultationMail) -> None:
    consultation, now = mail.consultation, context.clock()
    days = (consultation.last_day - context.today).days + 1
    link, token = link_for(context.catalog, mail.unit.code, context.today, days), new_token()
    # A token is kept nowhere, so each mail has a link of its own; one whose mail did not go is known to no person.
    with transaction(context.engine) as session:
        reason = DecisionReason(consultation.reason, consultation.opened_by)
        make_link(session, link, token, Decision(reason, now))
    sender = settings.mail_from or settings.mail_user
    message_id = mail.message_id(sender.rpartition("@")[2].rstrip("> ") or "tonghop")
    send(settings, _notice(context, settings, mail, link, token), mail.addresses, message_id)
    with transaction(context.engine) as session:
        step = consultation_step(consultation.id, is_last=mail.is_last)
        form, period = consultation.form, consultation.period
        record_reminder(session, SentReminder(form, period, step, mail.unit.key, mail.addresses, message_id), now)


def _notice(context: AppContext, settings: Settings, mail: ConsultationMail, link: UploadLink, token: str) -> Notice:
    messages = MessageFormatter(context.catalog, settings.lang)
    consultation = mail.consultation
    facts: dict[str, object] = {
        "unit": mail.unit.name,
        "area": consultation.area_name,
        "form": context.catalog.forms.form(consultation.form).title.get(messages.lang),
        "period": consultation.period.id,
        "day": format_day(link.valid_to, messages.lang),
    }
    subject = messages.text("consulted_again_subject" if mail.is_last else "consulted_subject", **facts)
    lines = [
        messages.text("reminder_to", unit=mail.unit.name),
        "",
        messages.text("consulted_mail", **facts),
        "",
        f"{page_address(settings)}/{token}/",
        "",
        messages.text("consulted_silence", **facts),
        messages.text("consulted_own_link", **facts),
    ]
    return signed_notice(messages, subject, lines)
