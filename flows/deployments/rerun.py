"""The rerun: judge the new or all stored submissions of some communes, and publish the changed figures."""

from typing import Any

from prefect import flow, get_run_logger
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run

from flows.actions.reason import Reason
from flows.actions.rerun_request import RerunRequest, execute_rerun, preview_rerun, scope_of
from flows.deployments.prefect_steps import PrefectSteps
from flows.pipeline.pipeline import Run
from flows.pipeline.progress import current_listener
from flows.presentation.links import links_of
from flows.presentation.message_formatter import MessageFormatter
from flows.presentation.prefect_artifacts import rerun_form
from flows.presentation.run_report import report, report_preview
from flows.support.context import build_context
from flows.support.settings import load_settings


def _name() -> str:
    result = flow_run.parameters
    return RerunRequest(result["period"], result["area"], result["units"], result["period_to"]).title


@flow(name="rerun", flow_run_name=_name)
def rerun(
    *,
    area: str = "",
    units: tuple[str, ...] = (),
    period: str,
    period_to: str = "",
    reason: Reason = Reason.CORRECTION,
    note: str = "",
    dry_run: bool = False,
    recheck: bool = False,
) -> State[Any]:
    """Collect, judge new submissions of these communes, roll up changes, publish the next revision.

    Files of other communes are received too and wait for the nightly run. Closed periods are refused.

    Args:
        area: Code or id of an area, for all its communes: 585. Leave empty when you name communes.
        units: Codes of the communes, e.g. 22828. Leave empty when you name an area.
        period: The period: 2025-05, 2025-Q2, 2025-H1 or 2025.
        period_to: The last period of a range, both ends included; empty: only the one above.
        reason: Why; kept with the run.
        note: In your own words; needed when the reason is "other".
        dry_run: Show verdicts and the published figures that would move; keep nothing.
        recheck: Judge stored reports as well, refused and accepted ones, under today's rules. An accepted one that
            would be refused today is told, and still counts.
    """
    rerun_request = RerunRequest(period, area, units, period_to, reason, note, recheck)
    get_run_logger().info("%s because: %s", rerun_request.title, rerun_request.reason)
    settings = load_settings()
    context = build_context(settings)
    scope = scope_of(context.catalog, context.today, rerun_request)
    messages = MessageFormatter(context.catalog, settings.lang)
    listener = current_listener()
    if dry_run:
        result = preview_rerun(context, scope, rerun_request, listener)
        return report_preview(result, messages)
    run = Run(context, scope, PrefectSteps(str(flow_run.id)), listener, rerun_request.recheck)
    return report(execute_rerun(run, rerun_request), messages, context, links_of(settings, rerun_form()))
