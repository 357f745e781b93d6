"""The flow `remind`: remind units by mail of reports that are due, and tell the office which are missing."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed

from flows.pipeline.progress import current_listener
from flows.presentation.message_formatter import MessageFormatter
from flows.presentation.send_reminders import send_reminders
from flows.support.context import build_context
from flows.support.settings import load_settings


@flow(name="remind")
def remind() -> State[Any]:
    """Send the reminders whose day has come: to the addresses registered for units, each step once.

    Days: reminders/reminders.yaml of the catalogue; addresses: tonghop senders; mail server: TONGHOP_MAIL_HOST.
    """
    settings = load_settings()
    context = build_context(settings)
    messages = MessageFormatter(context.catalog, settings.lang)
    if not settings.mail_host:
        return Completed(message=messages.text("remind_no_mail"))
    sent = send_reminders(context, settings, str(flow_run.id), current_listener())
    return Completed(message=messages.text("remind_sent", count=sent))
