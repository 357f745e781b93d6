"""The flow `publish`: give an area's figures out on demand, from the Prefect UI."""

from typing import Any, Literal

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed

from domain.periods import parse_period
from domain.rollups import Boundary
from flows.choices import form_made_up
from flows.on_demand import publish_asked
from flows.pipeline import Run
from flows.prefect_steps import PrefectSteps
from flows.scope import Scope
from flows.settings import load_settings
from flows.wanted import Wanted
from flows.watching import current_watcher
from flows.wiring import open_house
from flows.wording import Wording


def _name() -> str:
    asked = flow_run.parameters
    return f"publish {asked['area']} {asked['period']}"


@flow(name="publish", flow_run_name=_name)
def publish(
    area: str, period: str, boundary: Literal["as_then", "as_now"] = "as_then", form: str | None = None
) -> State[Any]:
    """Roll an area up and publish it; the nights keep it up to date from then on.

    Args:
        area: Code of a commune, district, province or VN, or an area's id: 585.
        period: The period: 2025-05, 2025-Q2, 2025-H1 or 2025.
        boundary: On the boundaries of the period, or on today's.
        form: Id of the form, where several are reported.
    """
    settings = load_settings()
    house = open_house(settings)
    wanted = parse_period(period)
    cell = Wanted(area, form_made_up(house.catalog, wanted, form).id, wanted, Boundary(boundary))
    given = publish_asked(Run(house, Scope(), PrefectSteps(str(flow_run.id)), current_watcher()), cell)
    words = Wording(house.catalog, settings.lang)
    name = "published_partial" if given.is_partial else "published"
    return Completed(message=words.text(name, area=given.area_name, period=given.period, revision=given.revision))
