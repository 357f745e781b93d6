"""The flow of the nightly run: collect what arrived for any open period, judge it, and publish changed figures."""

from dataclasses import replace
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run

from domain.periods import parse_period
from flows.actions.closing.consult import close_what_is_over
from flows.actions.mail_checks import reply_to_checks
from flows.deployments.prefect_steps import PrefectSteps
from flows.pipeline.pipeline import Run, carry_out
from flows.pipeline.progress import current_listener
from flows.pipeline.scope import RunScope
from flows.pipeline.stages.confirm import take_confirmations
from flows.pipeline.stages.warning_answers import take_warning_answers
from flows.presentation.links import links_of
from flows.presentation.message_formatter import MessageFormatter
from flows.presentation.prefect_artifacts import rerun_form
from flows.presentation.run_report import RunReport
from flows.support.context import build_context
from flows.support.settings import load_settings


def _name() -> str:
    return " ".join(filter(None, ["nightly", flow_run.parameters.get("period")]))


@flow(name="nightly", flow_run_name=_name)
def nightly(period: str | None = None) -> State[Any]:
    """Collect, read, check, load, roll up and publish; close the periods whose consultation is over.

    Args:
        period: Judge only this period (2025-05, 2025-Q2, …); empty: every period that is open.
    """
    settings = load_settings()
    context = build_context(settings)
    take_confirmations(context)
    take_warning_answers(context)
    reply_to_checks(settings, context)
    messages = MessageFormatter(context.catalog, settings.lang)
    with RunReport(messages, context, links_of(settings, rerun_form())) as report:
        run = Run(
            context=context,
            scope=RunScope(period=parse_period(period) if period else None),
            steps=PrefectSteps(str(flow_run.id)),
            listener=current_listener(),
            on_judged=report.show_refused,
        )
        outcome = carry_out(run, "nightly")
        if not_closed := close_what_is_over(context, settings):
            outcome = replace(outcome, not_closed=not_closed)
            run.listener.finish(outcome)
        return report.end(outcome)
