"""The night: take whatever arrived for any open period, judge it, and publish what moved."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run

from domain.periods import parse_period
from flows.links import links_of
from flows.pipeline import Run, carry_out
from flows.prefect_steps import PrefectSteps, rerun_form
from flows.report import report
from flows.scope import Scope
from flows.settings import load_settings
from flows.watching import current_watcher
from flows.wiring import open_house
from flows.wording import Wording


def _name() -> str:
    return " ".join(filter(None, ["nightly", flow_run.parameters.get("period")]))


@flow(name="nightly", flow_run_name=_name)
def nightly(period: str | None = None) -> State[Any]:
    """Collect, read, check, load, roll up and publish.

    Args:
        period: Judge only this period (2025-05, 2025-Q2, …); empty: every period that is open.
    """
    settings = load_settings()
    house = open_house(settings)
    run = Run(
        house=house,
        scope=Scope(period=parse_period(period) if period else None),
        steps=PrefectSteps(str(flow_run.id)),
        watcher=current_watcher(),
    )
    links = links_of(settings, rerun_form())
    return report(carry_out(run, "nightly"), Wording(house.catalog, settings.lang), house, links)
