"""Daytime flow (named `watch` in Prefect): collect new files and start reruns for corrections."""

import logging
from dataclasses import replace
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.deployments import run_deployment
from prefect.runtime import flow_run
from prefect.states import Completed

from flows.actions.find_corrections import Correction, find_corrections
from flows.actions.mail_checks import reply_to_checks
from flows.deployments.prefect_steps import PrefectSteps
from flows.deployments.restarts import complete_overtaken, restart_crashed
from flows.pipeline.pipeline import Run
from flows.pipeline.progress import current_listener
from flows.pipeline.scope import RunScope
from flows.pipeline.stages.confirm import take_confirmations
from flows.pipeline.stages.deliver import deliver_due
from flows.pipeline.stages.warning_answers import take_warning_answers
from flows.presentation.message_formatter import MessageFormatter
from flows.presentation.missed_notices import send_missed
from flows.support.context import build_context
from flows.support.prefect_tasks import suppress_failures
from flows.support.settings import load_settings
from warehouse.store.run_lock import RunInProgressError

RERUN = "rerun/rerun"
_LOG = logging.getLogger(__name__)


@flow(name="watch")
def daytime() -> State[Any]:
    """Collect, and start a rerun for each period with a correction; first reports wait for the nightly run.

    Before that it makes good what was missed: it starts a nightly run that crashed again, sends notices and replies.
    """
    settings = load_settings()
    # A nightly run may take hours; the next daytime run is minutes away.
    context = replace(build_context(settings), wait_seconds=0)
    messages = MessageFormatter(context.catalog, settings.lang)
    run_id = str(flow_run.id)
    with suppress_failures():
        complete_overtaken(run_id, messages.text("watch_overtaken"))
        restart_crashed()
    if settings.sends_mail:
        send_missed()
    take_confirmations(context)
    take_warning_answers(context)
    reply_to_checks(settings, context)
    deliver_due(context)
    try:
        seen = find_corrections(Run(context, RunScope(), PrefectSteps(run_id), current_listener()))
    except RunInProgressError:
        return Completed(message=messages.text("watch_busy"))
    for correction in seen.corrections:
        _start_rerun(correction, run_id)
    units = [code for correction in seen.corrections for code in correction.units]
    result = messages.text("watched", taken=seen.taken, corrections=len(units), units=", ".join(units[:20]) or "—")
    for reason in seen.left:
        _LOG.warning(reason)  # the next daytime run collects it; if it stays so, the nightly run is red
    return Completed(message=result)


def _start_rerun(correction: Correction, run_id: str) -> None:
    run_deployment(
        RERUN,
        parameters={"period": correction.period.id, "units": list(correction.units), "reason": "correction"},
        timeout=0,
        as_subflow=False,
        # A daytime run that is retried starts nothing twice.
        idempotency_key=f"{run_id} {correction.period.id}",
    )
