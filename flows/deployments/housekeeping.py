"""The flow `housekeeping`: remove by age what nobody needs any more."""

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
    """Remove what killed runs had staged and old quality pages; never what communes sent, nor what was published.

    For how long things are kept: TONGHOP_KEEP_STAGING_DAYS, TONGHOP_KEEP_QUALITY_DAYS, TONGHOP_KEEP_RUNS_DAYS.
    """
    settings = load_settings()
    context = build_context(settings)
    return Completed(
        message=MessageFormatter(context.catalog, settings.lang).text(
            "tidied", pages=remove_expired(context, settings).pages
        )
    )
