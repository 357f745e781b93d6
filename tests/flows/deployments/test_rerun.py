"""One rerun, three ways: the form's fields, the API and the command line ask for and do the same."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import httpx
import pytest

from domain.catalog.catalog import Catalog
from domain.errors import UsageError
from domain.periods import parse_period
from flows.actions.reason import Reason
from flows.actions.rerun_request import RerunRequest, scope_of
from tests.flows.deployments import rerun_server
from tests.flows.deployments.prefect_api import api, ask, look_up, start_run
from tests.flows.deployments.prefect_server import PATIENCE_SECONDS, clean_environment, server_url
from tests.flows.pipeline.nightly_runs import AREA, WRONG, deliver, picture_of, rows_of
from workbooks.sample.inbox import SampleFile

ROOT = Path(__file__).parents[3]
TODAY = date(2025, 6, 3)
HOUSE_OF_NINH_SON = {"22810", "22813", "22816", "22819", "22822", "22825", "22828", "22831"}


def test_an_area_means_its_communes(catalog: Catalog) -> None:
    """A rerun of a district judges each of its communes."""
    scope = scope_of(catalog, TODAY, RerunRequest("2025-05", area=AREA))
    assert (scope.units, scope.further) == (HOUSE_OF_NINH_SON, ())


def test_a_range_is_its_periods_with_the_communes_of_each(catalog: Catalog) -> None:
    """A backfill over a merger asks, of each period, for the communes that lay in the area then."""
    scope = scope_of(catalog, date(2025, 9, 1), RerunRequest("2025-06", area="56", period_to="2025-07"))
    june, july = scope.each()
    assert [item.period for item in (june, july)] == [parse_period("2025-06"), parse_period("2025-07")]
    assert june.units != july.units


def test_a_quarter_means_its_months(catalog: Catalog) -> None:
    """A rerun of a quarter judges its monthly reports."""
    scope = scope_of(catalog, TODAY, RerunRequest("2025-Q2", area=AREA))
    assert scope.units == HOUSE_OF_NINH_SON
    assert scope.takes_area(catalog.units.area(AREA, date(2025, 5, 14)), parse_period("2025-05"))
    assert not scope.takes_area(catalog.units.area(AREA, date(2025, 3, 14)), parse_period("2025-03"))


@pytest.mark.parametrize(
    "requested",
    [
        RerunRequest("2025-05"),
        RerunRequest("2025-05", AREA, [WRONG]),
        RerunRequest("2025-05", units=["99999"]),
        RerunRequest("2025-05", area="no such area"),
        RerunRequest("2025-08", area=AREA),
        RerunRequest("May", area=AREA),
        RerunRequest("2025-05", AREA, period_to="2025-04"),
        RerunRequest("2025-05", AREA, period_to="2025-Q2"),
        RerunRequest("2025-05", AREA, reason=Reason.OTHER, note=" "),
    ],
)
def test_invalid_requests_are_refused_before_the_run(catalog: Catalog, requested: RerunRequest) -> None:
    """Contradictions, unknown codes and ends before beginnings are wrong usage."""
    with pytest.raises(UsageError):
        scope_of(catalog, date(2025, 9, 1), requested)


def test_run_is_named_by_its_request() -> None:
    """Communes are named up to three, a range by both ends."""
    assert RerunRequest("2025-05", units=["1", "2", "3", "4", "5"]).title == "rerun 1 2 3 +2 2025-05"
    assert RerunRequest("2025-01", AREA, period_to="2025-05").title == "rerun 585 2025-01..2025-05"


@contextmanager
def serving(home: Path, warm: Path) -> Iterator[str]:
    """The rerun served for a home on a real server by a process of its own; the deployment's id."""
    name = f"served-{home.parent.name}"
    server = subprocess.Popen(
        [warm / "python", "-m", rerun_server.__name__, name],
        cwd=ROOT,
        env=clean_environment(
            PATH=f"{warm}:{os.environ['PATH']}",
            TONGHOP_HOME=str(home),
            TONGHOP_READING_WORKERS="0",
            PREFECT_API_URL=server_url(),
            PREFECT_RUNNER_POLL_FREQUENCY="1",
        ),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        give_up = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < give_up:
            result = ask("deployments/filter", deployments={"name": {"any_": [name]}})
            if result:
                break
            time.sleep(0.5)
        yield str(result[0]["id"])
    finally:
        server.communicate(timeout=30)


def ended(run_id: str) -> dict[str, str]:
    """The state in which a flow run ended."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    state: dict[str, str] = {}
    while time.monotonic() < give_up:
        state = look_up(f"flow_runs/{run_id}")["state"]
        if state["type"] in {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}:
            return state
        time.sleep(0.5)
    raise TimeoutError(f"the run is still {state}")


def command(program: Path, home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A rerun by the command line."""
    return subprocess.run(
        [program, "rerun", *words],
        env=clean_environment(TONGHOP_HOME=str(home), TONGHOP_READING_WORKERS="0", PREFECT_API_URL=server_url()),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.xdist_group("prefect")
def test_the_api_does_what_the_command_does(
    after_night: Path, correction: SampleFile, tmp_path: Path, warm: Path
) -> None:
    """A run of the deployment, as the form starts it, and the command leave the same warehouse and publication."""
    deliver(after_night, [correction])
    by_command = tmp_path / "by-command" / "home"
    shutil.copytree(after_night, by_command, symlinks=True)
    with serving(after_night, warm) as deployment, api(server_url()) as client:
        with pytest.raises(httpx.HTTPStatusError, match="because"):
            start_run(client, deployment, period="2025-05", reason="because")
        with pytest.raises(httpx.HTTPStatusError, match="period"):
            start_run(client, deployment, area=AREA, period="May")
        refused = ended(start_run(client, deployment, units=["99999"], period="2025-05")["id"])
        assert (refused["type"], refused["name"]) == ("COMPLETED", "NotRun")
        assert refused["message"].startswith("Không chạy: units có mã không có trong danh mục: 99999.")
        answer = {"area": AREA, "period": "2025-05", "reason": "correction", "note": "xã gửi bản sửa"}
        tried = start_run(client, deployment, **answer, dry_run=True)
        assert ended(tried["id"])["type"] == "COMPLETED"
        assert rows_of(after_night, "SELECT max(number) FROM rollup_revision") == [(1,)]
        page = {"flow_runs": {"id": {"any_": [tried["id"]]}}, "artifacts": {"key": {"any_": ["rerun-preview"]}}}
        (result,) = ask("artifacts/filter", **page)
        assert f"{WRONG} Ma Nới" in result["data"]
        run = start_run(client, deployment, **answer)
        assert ended(run["id"])["type"] == "COMPLETED"
        assert run["parameters"]["area"] == AREA
    done = command(warm / "tonghop", by_command, "--area", AREA, "--period", "2025-05", "--note", "xã gửi bản sửa")
    assert done.returncode == 0, done.stdout + done.stderr
    assert picture_of(after_night) == picture_of(by_command)
    results = "SELECT kind, reason, counts FROM run WHERE kind = 'rerun'"
    (matches,), (other,) = rows_of(after_night, results), rows_of(by_command, results)
    assert (matches[:2], json.loads(str(matches[2]))) == (other[:2], json.loads(str(other[2])))


@pytest.mark.xdist_group("prefect")
def test_two_operators_at_once_rerun_once(after_night: Path, correction: SampleFile, warm: Path) -> None:
    """Of two reruns of one commune started together one publishes the correction, the other finds nothing new."""
    deliver(after_night, [correction])
    words = [warm / "tonghop", "rerun", "--unit", WRONG, "--period", "2025-05"]
    environment = clean_environment(
        TONGHOP_HOME=str(after_night), TONGHOP_READING_WORKERS="0", PREFECT_API_URL=server_url()
    )
    both = [subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [side.wait(PATIENCE_SECONDS) for side in both] == [0, 0]
    judged = rows_of(after_night, "SELECT counts ->> 'judged' FROM run WHERE kind = 'rerun' ORDER BY 1")
    assert judged == [(0,), (1,)]
    assert rows_of(after_night, "SELECT max(number) FROM rollup_revision") == [(2,)]
    accepted = f"SELECT count(*) FROM submission WHERE unit_code = '{WRONG}' AND state = 'accepted'"
    assert rows_of(after_night, accepted) == [(1,)]
