"""The flow `publish`: publish an area's figures on demand, from the Prefect UI."""

from typing import Any, Literal

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed

from domain.periods import parse_period
from domain.rollups import Boundary
from flows.actions.publish_on_demand import publish_on_demand
from flows.deployments.prefect_steps import PrefectSteps
from flows.pipeline.pipeline import Run
from flows.pipeline.progress import current_listener
from flows.pipeline.scope import RunScope
from flows.presentation.message_formatter import MessageFormatter
from flows.support.area_figures import FiguresRequest
from flows.support.choices import form_made_up
from flows.support.context import build_context
from flows.support.settings import load_settings


def _name() -> str:
    result = flow_run.parameters
    return f"publish {result['area']} {result['period']}"


@flow(name="publish", flow_run_name=_name)
def publish(
    area: str, period: str, boundary: Literal["as_then", "as_now"] = "as_then", form: str | None = None
) -> State[Any]:
    """Roll an area up and publish it; nightly runs update it from then on.

    Args:
        area: Code of a commune, district, province or VN, or an area's id: 585.
        period: The period: 2025-05, 2025-Q2, 2025-H1 or 2025.
        boundary: On the boundaries of the period, or on today's.
        form: Id of the form, where several are reported.
    """
    settings = load_settings()
    context = build_context(settings)
    wanted = parse_period(period)
    cell = FiguresRequest(area, form_made_up(context.catalog.forms, wanted, form).id, wanted, Boundary(boundary))
    result = publish_on_demand(Run(context, RunScope(), PrefectSteps(str(flow_run.id)), current_listener()), cell)
    messages = MessageFormatter(context.catalog, settings.lang)
    name = "published_partial" if result.is_partial else "published"
    return Completed(message=messages.text(name, area=result.area_name, period=result.period, revision=result.revision))
