"""The flow `housekeeping`: remove old staging rows, quality pages and records by age."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.actions.housekeeping import remove_expired
from flows.presentation.message_formatter import MessageFormatter
from flows.support.context import build_context
from flows.support.settings import load_settings


@flow(name="housekeeping")
def housekeeping() -> State[Any]:
    """Remove old staging rows of killed runs, quality pages and data of people; no submissions, nor published files.

    Retention: TONGHOP_KEEP_STAGING_DAYS, TONGHOP_KEEP_QUALITY_DAYS, TONGHOP_KEEP_RUNS_DAYS, TONGHOP_KEEP_USERS_DAYS,
    TONGHOP_KEEP_CONTACTS_DAYS.
    """
    settings = load_settings()
    context = build_context(settings)
    removed = remove_expired(context, settings)
    messages = MessageFormatter(context.catalog, settings.lang)
    return Completed(message=messages.text("tidied", pages=removed.pages, people=removed.people))
