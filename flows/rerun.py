"""The rerun: after a correction, judge what is new of some units and publish the figures that it moved."""

from typing import Any

from prefect import flow, get_run_logger
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run

from domain.periods import parse_period
from flows.closing import refuse_closed
from flows.pipeline import Run, carry_out
from flows.prefect_steps import PrefectSteps
from flows.report import report
from flows.scope import Scope, require_known
from flows.settings import load_settings
from flows.watching import current_watcher
from flows.wiring import open_house
from flows.wording import Wording


def _name() -> str:
    asked = flow_run.parameters
    return " ".join(["rerun", asked["period"], *asked["units"][:3], *(["…"] if len(asked["units"]) > 3 else [])])


@flow(name="rerun", flow_run_name=_name)
def rerun(period: str, units: list[str], reason: str) -> State[Any]:
    """Collect, judge what is new of these units, roll up what moved, publish the next revision.

    Files of other units are taken in too and wait for the night.

    Args:
        period: The period that is corrected: 2025-05, 2025-Q2, 2025-H1 or 2025.
        units: Codes of the communes whose correction arrived, e.g. 22828.
        reason: Why, in a sentence; kept with the run.
    """
    get_run_logger().info("rerun of %s for %s because: %s", ", ".join(units), period, reason)
    settings = load_settings()
    house = open_house(settings)
    require_known(units, (unit.code for unit in house.catalog.units.units))
    run = Run(
        house=house,
        scope=Scope(period=parse_period(period), units=frozenset(units)),
        steps=PrefectSteps(str(flow_run.id)),
        watcher=current_watcher(),
    )
    refuse_closed(run, units)
    return report(carry_out(run, "rerun", reason), Wording(house.catalog, settings.lang))
