"""The flow `housekeeping`: remove by age what nobody needs any more."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.settings import load_settings
from flows.tidying import tidy
from flows.wiring import open_house
from flows.wording import Wording


@flow(name="housekeeping")
def housekeeping() -> State[Any]:
    """Remove what killed runs had staged and old quality pages; never what communes sent, nor what was published.

    For how long things are kept: TONGHOP_KEEP_STAGING_DAYS, TONGHOP_KEEP_QUALITY_DAYS, TONGHOP_KEEP_RUNS_DAYS.
    """
    settings = load_settings()
    house = open_house(settings)
    return Completed(message=Wording(house.catalog, settings.lang).text("tidied", pages=tidy(house, settings).pages))
