"""The whole process by command line with a real Prefect server: two nightly runs, a correction, a rerun."""

import csv
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from domain.catalog.catalog import Catalog
from flows.presentation.prefect_artifacts import TABLE
from tests.flows.deployments.prefect_api import ask, look_up
from tests.flows.deployments.prefect_server import PATIENCE_SECONDS, clean_environment, server_url
from tests.flows.pipeline.nightly_runs import AREA, WRONG, published_rows, rows_of

pytestmark = pytest.mark.xdist_group("prefect")

LABEL = f"{WRONG} Ma Nới"


@dataclass(frozen=True)
class CommandStory:
    """Output, exit code and published CSV rows after each command."""

    program: Path
    home: Path
    printed: dict[str, str]
    codes: dict[str, int]
    published: dict[str, dict[str, dict[str, str]]]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, mirrored_warehouse: Path, warm: Path) -> CommandStory:
    """Run the commands once for all tests."""
    home = tmp_path_factory.mktemp("story") / "home"
    home.mkdir()
    shutil.copy(mirrored_warehouse, home / "warehouse.db")
    commands = CommandStory(warm / "tonghop", home, {}, {}, {})
    _command(commands, "sample", "sample", "--area", AREA, "--from", "2025-04", "--to", "2025-05")
    _command(commands, "night", "nightly")
    _command(commands, "second night", "nightly")
    for file in (home / "corrections").rglob("*.xlsx"):
        target = home / "inbox" / file.relative_to(home / "corrections")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, target)
    _command(
        commands, "rerun", "rerun", "--period", "2025-05", "--unit", WRONG, "--note", "the commune sent a correction"
    )
    return commands


def _command(output: CommandStory, name: str, *words: str) -> None:
    done = subprocess.run(
        [output.program, "--lang", "en", *words],
        env=clean_environment(TONGHOP_HOME=str(output.home), PREFECT_API_URL=server_url(), COLUMNS="200"),
        capture_output=True,
        text=True,
        check=False,
    )
    output.printed[name] = done.stdout + done.stderr
    output.codes[name] = done.returncode
    if (output.home / "published" / "2025-05" / AREA).exists():
        output.published[name] = published_rows(output.home)


def runs_of(story: CommandStory) -> list[str]:
    """Return the ids of the runs, oldest first, which are Prefect's ids."""
    return [str(run_id) for (run_id,) in rows_of(story.home, "SELECT run_id FROM run ORDER BY started_at")]


def eventually(ask: Callable[[], list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Ask the server until it has processed the events of a finished run, and return its answer."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < give_up:
        answer = ask()
        if answer:
            return answer
        time.sleep(0.2)
    return []


def test_the_inbox_is_filled(story: CommandStory) -> None:
    """Sixteen workbooks are in the inbox; the correction is in a folder beside it."""
    assert story.codes["sample"] == 0
    assert len(list((story.home / "corrections").rglob("*.xlsx"))) == 1


def test_a_nightly_run_with_a_refusal_is_1(story: CommandStory) -> None:
    """The command names the refused unit, cells and reasons, and ends with 1."""
    assert story.codes["night"] == 1
    printed = story.printed["night"]
    assert "15 of 16 accepted, 1 returned: Ma Nới." in printed
    assert f"✗ {LABEL}  BC_{WRONG}_2025-05.xlsx" in printed
    assert "Cell E15: numerator" in printed


def test_the_flow_run_returned_a_report(story: CommandStory) -> None:
    """The nightly flow run is Completed under the name Returned, and says first of all what was returned."""
    state = look_up(f"flow_runs/{runs_of(story)[0]}")["state"]
    assert (state["type"], state["name"]) == ("COMPLETED", "Returned")
    assert state["message"].startswith("15 of 16 accepted, 1 returned: Ma Nới.")


def test_a_failed_task_run_is_named_for_the_commune(story: CommandStory) -> None:
    """The only failed task run has the commune's code and name, and its message states the fault."""
    wanted = {"flow_runs": {"id": {"any_": runs_of(story)[:1]}}, "task_runs": {"state": {"type": {"any_": ["FAILED"]}}}}
    failed = eventually(lambda: ask("task_runs/filter", **wanted))
    assert [run["name"] for run in failed] == [LABEL]
    assert "numerator" in failed[0]["state"]["message"]
    assert "Traceback" not in failed[0]["state"]["message"]


def test_steps_have_readable_names(story: CommandStory) -> None:
    """Each batch of each stage is a task run whose name states what it did."""
    wanted = {"flow_runs": {"id": {"any_": runs_of(story)[:1]}}, "task_runs": {"name": {"any_": ["load 1-8 of 16"]}}}
    assert len(eventually(lambda: ask("task_runs/filter", **wanted))) == 1


def test_prefect_keeps_the_log(story: CommandStory) -> None:
    """The flow run's log has the log lines of the stages, one for all files of a batch, without file names."""
    logs = eventually(lambda: ask("logs/filter", logs={"flow_run_id": {"any_": runs_of(story)[:1]}}))
    received = [line["message"] for line in logs if line["message"].startswith("received ")]
    assert received == ["received 16 files by way of inbox"]
    assert not any(".xlsx" in line["message"] for line in logs if line["name"].startswith(("flows", "connectors")))


def test_refused_submissions_are_in_a_table(story: CommandStory) -> None:
    """The run creates a table artifact with a row for each refused submission."""
    wanted = {"flow_runs": {"id": {"any_": runs_of(story)[:1]}}, "artifacts": {"key": {"any_": [TABLE]}}}
    (table,) = eventually(lambda: ask("artifacts/filter", **wanted))
    (row,) = json.loads(table["data"])
    assert (row["Unit"], row["Period"], row["Faults"]) == (LABEL, "2025-05", "3")
    assert max(map(len, row.values())) < 40


def test_the_commune_has_an_artifact(story: CommandStory) -> None:
    """An artifact with the commune's key names the cells, the history and the rerun, one version a run."""
    wanted = {
        "flow_runs": {"id": {"any_": runs_of(story)[:1]}},
        "artifacts": {"key": {"any_": [f"submission-{WRONG}"]}},
    }
    (page,) = eventually(lambda: ask("artifacts/filter", **wanted))
    assert (page["type"], page["task_run_id"] is None) == ("markdown", False)
    assert "E15" in page["data"]
    assert f"tonghop rerun --unit {WRONG} --period 2025-05" in page["data"]


def test_event_of_a_quarantine_names_the_unit(story: CommandStory) -> None:
    """The event for automations has unit, period and rules, and no personal data."""
    wanted = {"event": {"name": ["tonghop.submission.quarantined"]}}

    def received_events() -> list[dict[str, Any]]:
        events = ask("events/filter", filter=wanted)["events"]
        run = runs_of(story)[0]
        return [event for event in events if any(run in str(resource) for resource in event["related"])]

    (event,) = eventually(received_events)
    assert (event["resource"]["tonghop.unit"], event["resource"]["tonghop.period"]) == (WRONG, "2025-05")
    assert set(event["payload"]) == {"submission", "unit", "period", "codes"}
    assert event["payload"]["codes"]


def summed_rows(story: CommandStory, step: str) -> list[dict[str, str]]:
    """Return what was published, but for the figure that is never summed over communes."""
    return [row for name, row in story.published[step].items() if name != "tthc_phatsinh"]


def test_the_others_are_published(story: CommandStory) -> None:
    """Seven communes' figures are published in the same run, the area marked partial."""
    rows = summed_rows(story, "night")
    assert {(row["status"], row["units_accepted"], row["revision"]) for row in rows} == {("partial", "7", "1")}


def test_a_second_nightly_run_changes_nothing(story: CommandStory) -> None:
    """Without new files nothing is checked or changed, and the run completes."""
    assert story.codes["second night"] == 0
    assert "Nothing new" in story.printed["second night"]
    assert story.published["second night"] == story.published["night"]
    run = look_up(f"flow_runs/{runs_of(story)[1]}")
    assert run["state"]["type"] == "COMPLETED"


def test_the_rerun_publishes_revision_2(story: CommandStory) -> None:
    """The correction is accepted and the area complete."""
    assert story.codes["rerun"] == 0
    rows = summed_rows(story, "rerun")
    assert {(row["status"], row["units_accepted"], row["revision"]) for row in rows} == {("complete", "8", "2")}


def test_the_rerun_does_not_change_the_other_period(story: CommandStory) -> None:
    """Only the corrected period gets a revision."""
    assert {row["revision"] for row in published_rows(story.home, "2025-04").values()} == {"1"}


def test_the_rerun_lists_changes(story: CommandStory) -> None:
    """The revision's changes are stored with values before and after, and printed."""
    moved = rows_of(
        story.home,
        "SELECT before, after FROM rollup_change WHERE indicator = 'hsskdt' AND "
        "column_name IN ('numerator', 'denominator') ORDER BY position",
    )
    assert [after for _, after in moved] == ["69586", "91032"]
    assert "indicators moved" in story.printed["rerun"]


def test_the_reason_is_kept_with_the_run(story: CommandStory) -> None:
    """The reason of the rerun is stored with its flow run."""
    run = look_up(f"flow_runs/{runs_of(story)[2]}")
    parameters = run["parameters"]
    assert (parameters["period"], parameters["units"], parameters["reason"]) == ("2025-05", [WRONG], "correction")
    assert rows_of(story.home, "SELECT reason FROM run WHERE kind = 'rerun'") == [
        ("correction: the commune sent a correction",)
    ]


@pytest.mark.parametrize(
    ("indicator", "numerator", "denominator", "value"),
    [
        ("tcnscd_xa", "8", "8", "100.00"),
        ("tcnscd_thon", "61", "61", "100.00"),
        ("hddt_dn", None, None, "100.00"),
        ("dn_nentangso", None, None, "100.00"),
        ("dd_kichhoat", None, None, "94.23"),
        ("hsskdt", "69586", "91032", "76.44"),
    ],
)
def test_the_published_figures_are_the_districts(
    story: CommandStory, indicator: str, numerator: str | None, denominator: str | None, value: str
) -> None:
    """After the correction the CSV holds exactly what Ninh Sơn published."""
    row = story.published["rerun"][indicator]
    assert row["value"] == value
    if numerator is not None:
        assert (row["numerator"], row["denominator"]) == (numerator, denominator)


def test_every_headline_theme_is_reported(story: CommandStory, catalog: Catalog) -> None:
    """E-invoices, non-cash payment, online public services and e-commerce have figures."""
    reported = {catalog.indicators[code].theme for code, row in story.published["rerun"].items() if row["value"]}
    assert {"e_invoice", "non_cash_payment", "online_public_service"} <= reported
    assert {theme.id for theme in catalog.themes.values() if theme.headline} <= reported


def test_runs_have_prefects_ids(story: CommandStory) -> None:
    """Every published row has the id of its flow run."""
    run, _, rerun = runs_of(story)
    assert {row["run_id"] for row in story.published["night"].values()} == {run}
    assert {row["run_id"] for row in story.published["rerun"].values()} == {rerun}


def test_both_revisions_are_kept(story: CommandStory) -> None:
    """The first revision can still be read after the second was published."""
    first = story.home / "published" / ".revisions" / "2025-05" / AREA / "1" / "rollup.csv"
    with first.open(encoding="utf-8-sig", newline="") as file:
        assert {row["indicator"]: row for row in csv.DictReader(file)} == story.published["night"]


def test_prefect_keeps_to_the_home(story: CommandStory) -> None:
    """Prefect's state is in the home of the deployment, not in the user's."""
    assert (story.home / "prefect").is_dir()
    assert not os.path.lexists(story.home / ".prefect")
