"""Carry out a nightly run as a Prefect flow with fixed clock and id; with the word `disturbed` it waits at moments."""

import sys
from contextlib import suppress
from functools import partial
from typing import Final

import httpx

from flows.support.settings import api_url, load_settings, prepare_environment

RUN_ID: Final = "run"


def main(words: list[str]) -> int:
    """Carry the run out; return 1 where something was left or failed."""
    prepare_environment(load_settings())
    from flows.deployments import nightly as nightly_flow  # noqa: PLC0415 # Prefect reads its settings when imported
    from tests.flows.pipeline.nightly_runs import NOW  # noqa: PLC0415
    from tests.flows.service.service_runner import until  # noqa: PLC0415
    from tests.tools.scale.moments import watch_moments  # noqa: PLC0415

    until(_server_answers)
    if words == ["disturbed"]:
        watch_moments()
    nightly_flow.build_context = partial(nightly_flow.build_context, clock=lambda: NOW)
    steps = nightly_flow.PrefectSteps
    nightly_flow.PrefectSteps = lambda _: steps(RUN_ID)  # type: ignore[assignment, misc]
    return int(not nightly_flow.nightly(return_state=True).is_completed())


def _server_answers() -> bool:
    with suppress(httpx.TransportError):
        return bool(httpx.get(f"{api_url()}/health"))
    return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
