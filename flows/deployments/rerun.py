"""The rerun: judge the new or all stored submissions of some communes, and publish the changed figures."""

from typing import Annotated, Any

from prefect import flow, get_run_logger
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed
from pydantic import Field

from flows.actions.reason import Reason
from flows.actions.rerun_request import RerunRequest, WrongValueError, execute_rerun, preview_rerun, scope_of
from flows.deployments.prefect_steps import PrefectSteps
from flows.pipeline.pipeline import Run
from flows.pipeline.progress import current_listener
from flows.presentation.links import links_of
from flows.presentation.message_formatter import MessageFormatter
from flows.presentation.prefect_artifacts import rerun_form
from flows.presentation.run_report import RunReport, report_preview
from flows.support.context import AppContext, build_context
from flows.support.prefect_names import NOT_RUN
from flows.support.settings import Settings, load_settings

_PERIOD = r"\d{4}(-(0[1-9]|1[0-2]|Q[1-4]|H[12]))?"
PeriodText = Annotated[str, Field(pattern=rf"^\s*{_PERIOD}\s*$")]
OptionalPeriodText = Annotated[str, Field(pattern=rf"^\s*({_PERIOD})?\s*$")]
"""Periods as the form accepts them; Prefect refuses others before a run is made."""


def _name() -> str:
    result = flow_run.parameters
    return RerunRequest(result["period"], result["area"], result["units"], result["period_to"]).title


@flow(name="rerun", flow_run_name=_name)
def rerun(
    *,
    area: str = "",
    units: tuple[str, ...] = (),
    period: PeriodText,
    period_to: OptionalPeriodText = "",
    reason: Reason = Reason.CORRECTION,
    note: str = "",
    dry_run: bool = False,
    recheck: bool = False,
    by: str = "",
) -> State[Any]:
    """Collect, judge new submissions of these communes, roll up changes, publish the next revision.

    Files of other communes are received too and wait for the nightly run. Closed periods are refused. A run with a
    wrong value does nothing and says why in its first line.

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
        by: Who asks for it; kept with the run.
    """
    rerun_request = RerunRequest(period, area, units, period_to, reason, note, recheck, by)
    get_run_logger().info("%s because: %s", rerun_request.title, rerun_request.reason)
    settings = load_settings()
    context = build_context(settings)
    messages = MessageFormatter(context.catalog, settings.lang)
    try:
        return _rerun(rerun_request, context, settings, messages, dry_run=dry_run)
    except WrongValueError as error:
        why = messages.text(error.text, **error.facts)
        return Completed(name=NOT_RUN, message=messages.text("not_run", reason=why))


def _rerun(
    request: RerunRequest, context: AppContext, settings: Settings, messages: MessageFormatter, *, dry_run: bool
) -> State[Any]:
    scope = scope_of(context.catalog, context.today, request)
    listener = current_listener()
    if dry_run:
        return report_preview(preview_rerun(context, scope, request, listener), messages)
    steps = PrefectSteps(str(flow_run.id))
    with RunReport(messages, context, links_of(settings, rerun_form())) as report:
        run = Run(context, scope, steps, listener, request.recheck, on_judged=report.show_refused)
        return report.end(execute_rerun(run, request))
