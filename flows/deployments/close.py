"""The flow `close`: freeze a period's figures, or open them again, from the Prefect UI."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed

from domain.errors import UsageError
from domain.periods import parse_period
from domain.rollups import Boundary
from flows.actions.closing.close_period import close_period, reopen_period
from flows.deployments.prefect_steps import PrefectSteps
from flows.pipeline.pipeline import Run
from flows.pipeline.progress import current_listener
from flows.pipeline.scope import RunScope
from flows.presentation.message_formatter import MessageFormatter
from flows.support.area_figures import FiguresRequest
from flows.support.choices import form_made_up
from flows.support.context import build_context
from flows.support.settings import load_settings
from warehouse.submissions.lifecycle import DecisionReason


def _name() -> str:
    result = flow_run.parameters
    return f"{'reopen' if result['reopen'] else 'close'} {result['area']} {result['period']}"


@flow(name="close", flow_run_name=_name)
def close(
    *,
    area: str,
    period: str,
    by: str,
    partial: bool = False,
    reopen: bool = False,
    reason: str = "",
    form: str | None = None,
) -> State[Any]:
    """Freeze an area's figures for a period in a bundle that proves itself, or open a closed period again.

    Corrections that come afterwards are kept and judged, and move no figure until the period is opened again.

    Args:
        area: Code of a commune, district, province or VN, or an area's id: 585.
        period: The period: 2025-05, 2025-Q2, 2025-H1 or 2025.
        by: Who decides: your name; kept with the closing.
        partial: Close it although reports are missing.
        reopen: Open a closed period again, for corrections.
        reason: Why it is opened again; kept with the closing.
        form: Id of the form, where several are reported.
    """
    if reopen and not reason.strip():
        raise UsageError("say why it is opened again: it is kept with the closing")
    settings = load_settings()
    context = build_context(settings)
    messages = MessageFormatter(context.catalog, settings.lang)
    wanted = parse_period(period)
    chosen = form_made_up(context.catalog.forms, wanted, form)
    key = FiguresRequest(area, chosen.id, wanted, Boundary.AS_THEN).key(context.catalog, context.clock())
    run = Run(context, RunScope(period=wanted), PrefectSteps(str(flow_run.id)), current_listener())
    decision_reason = DecisionReason(note=reason, actor=by)
    if reopen:
        closing, _ = reopen_period(run, key, decision_reason)
        result = messages.text("reopened", area=closing.area_name, period=period, revision=closing.revision)
        return Completed(message=result)
    closed = close_period(run, key, decision_reason, settings, partial=partial)
    result = messages.text("closed", area=closed.area_name, period=period, revision=closed.revision)
    return Completed(message=f"{result} {closed.path} (sha256 {closed.sha256})")
