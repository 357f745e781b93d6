"""The whole story by the command line and a real Prefect server: a night, a second one, a correction, a rerun."""

import csv
import json
import os
import shutil
import subprocess
import sys
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
    """What was printed, with which exit code, and what stood in the published CSV after each command."""

    home: Path
    printed: dict[str, str]
    codes: dict[str, int]
    published: dict[str, dict[str, dict[str, str]]]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, mirrored_warehouse: Path) -> CommandStory:
    """The story, told once."""
    home = tmp_path_factory.mktemp("story") / "home"
    home.mkdir()
    shutil.copy(mirrored_warehouse, home / "warehouse.db")
    result = CommandStory(home, {}, {}, {})
    _command(result, "sample", "sample", "--area", AREA, "--from", "2025-04", "--to", "2025-05")
    _command(result, "night", "nightly")
    _command(result, "second night", "nightly")
    for file in (home / "corrections").rglob("*.xlsx"):
        target = home / "inbox" / file.relative_to(home / "corrections")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, target)
    _command(
        result, "rerun", "rerun", "--period", "2025-05", "--unit", WRONG, "--note", "the commune sent a correction"
    )
    return result


def _command(output: CommandStory, name: str, *words: str) -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "tonghop", "--lang", "en", *words],
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
    """Ids of the runs, oldest first: ours are Prefect's."""
    return [str(run_id) for (run_id,) in rows_of(story.home, "SELECT run_id FROM run ORDER BY started_at")]


def eventually(ask: Callable[[], list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """What the server answers once it has digested the events of a run that has ended."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < give_up:
        result = ask()
        if result:
            return result
        time.sleep(0.2)
    return []


def test_the_inbox_is_filled(story: CommandStory) -> None:
    """Sixteen workbooks arrive; the correction lies beside the inbox and not in it."""
    assert story.codes["sample"] == 0
    assert len(list((story.home / "corrections").rglob("*.xlsx"))) == 1


def test_a_night_with_a_refusal_is_1(story: CommandStory) -> None:
    """The command says who was refused, where and why, and ends with 1."""
    assert story.codes["night"] == 1
    printed = story.printed["night"]
    assert "1 of 16 submissions refused" in printed
    assert f"✗ {LABEL}  BC_{WRONG}_2025-05.xlsx" in printed
    assert "Cell E15: numerator" in printed


def test_the_flow_run_is_red(story: CommandStory) -> None:
    """The night's flow run ends Failed and says how many were refused."""
    run = look_up(f"flow_runs/{runs_of(story)[0]}")
    assert (run["state"]["type"], run["state"]["message"].split(";")[0]) == ("FAILED", "1 of 16 submissions refused")


def test_a_failed_task_run_is_named_for_the_commune(story: CommandStory) -> None:
    """The one failed task run bears the commune's code and name, and its message says what is wrong."""
    wanted = {"flow_runs": {"id": {"any_": runs_of(story)[:1]}}, "task_runs": {"state": {"type": {"any_": ["FAILED"]}}}}
    failed = eventually(lambda: ask("task_runs/filter", **wanted))
    assert [run["name"] for run in failed] == [LABEL]
    assert "numerator" in failed[0]["state"]["message"]
    assert "Traceback" not in failed[0]["state"]["message"]


def test_steps_have_readable_names(story: CommandStory) -> None:
    """Each batch of each stage is a task run that says what it did."""
    wanted = {"flow_runs": {"id": {"any_": runs_of(story)[:1]}}, "task_runs": {"name": {"any_": ["load 1-16 of 16"]}}}
    assert len(eventually(lambda: ask("task_runs/filter", **wanted))) == 1


def test_prefect_keeps_the_log(story: CommandStory) -> None:
    """What the stages log stands in the flow run's log: each file that was taken in, by hash, and no name of a file."""
    logs = eventually(lambda: ask("logs/filter", logs={"flow_run_id": {"any_": runs_of(story)[:1]}}))
    assert sum(line["message"].startswith("received ") for line in logs) == 16
    assert not any(".xlsx" in line["message"] for line in logs if line["name"].startswith(("flows", "connectors")))


def test_the_refused_stand_in_a_table(story: CommandStory) -> None:
    """The run leaves a table artifact with one short row for each refused submission."""
    wanted = {"flow_runs": {"id": {"any_": runs_of(story)[:1]}}, "artifacts": {"key": {"any_": [TABLE]}}}
    (table,) = eventually(lambda: ask("artifacts/filter", **wanted))
    (row,) = json.loads(table["data"])
    assert (row["Unit"], row["Period"], row["Faults"]) == (LABEL, "2025-05", "2")
    assert max(map(len, row.values())) < 40


def test_the_commune_has_a_page_of_its_own(story: CommandStory) -> None:
    """An artifact under the commune's key names the cells, the history and the rerun; its history is the commune's."""
    wanted = {
        "flow_runs": {"id": {"any_": runs_of(story)[:1]}},
        "artifacts": {"key": {"any_": [f"submission-{WRONG}"]}},
    }
    (page,) = eventually(lambda: ask("artifacts/filter", **wanted))
    assert (page["type"], page["task_run_id"] is None) == ("markdown", False)
    assert "E15" in page["data"]
    assert f"tonghop rerun --unit {WRONG} --period 2025-05" in page["data"]


def test_an_event_says_who_was_quarantined(story: CommandStory) -> None:
    """Automations hear of it: unit, period and rules, and nothing about persons."""
    wanted = {"event": {"name": ["tonghop.submission.quarantined"]}}

    def heard() -> list[dict[str, Any]]:
        result = ask("events/filter", filter=wanted)["events"]
        return [item for item in result if any(runs_of(story)[0] in str(each) for each in item["related"])]

    (event,) = eventually(heard)
    assert (event["resource"]["tonghop.unit"], event["resource"]["tonghop.period"]) == (WRONG, "2025-05")
    assert set(event["payload"]) == {"submission", "unit", "period", "codes"}
    assert event["payload"]["codes"]


def test_the_others_are_published(story: CommandStory) -> None:
    """Seven communes' figures are published the same night, the area marked partial."""
    rows = story.published["night"].values()
    assert {(row["status"], row["units_accepted"], row["revision"]) for row in rows} == {("partial", "7", "1")}


def test_a_second_night_says_nothing_new(story: CommandStory) -> None:
    """Nothing arrived: nothing is judged, nothing moves, and the run is green."""
    assert story.codes["second night"] == 0
    assert "Nothing new" in story.printed["second night"]
    assert story.published["second night"] == story.published["night"]
    run = look_up(f"flow_runs/{runs_of(story)[1]}")
    assert run["state"]["type"] == "COMPLETED"


def test_the_rerun_publishes_revision_2(story: CommandStory) -> None:
    """The correction is accepted and the area complete."""
    assert story.codes["rerun"] == 0
    rows = story.published["rerun"].values()
    assert {(row["status"], row["units_accepted"], row["revision"]) for row in rows} == {("complete", "8", "2")}


def test_the_rerun_leaves_the_other_period_alone(story: CommandStory) -> None:
    """Only the corrected period gets a revision."""
    assert {row["revision"] for row in published_rows(story.home, "2025-04").values()} == {"1"}


def test_the_rerun_lists_what_moved(story: CommandStory) -> None:
    """What the revision moved is kept, from what to what, and printed."""
    moved = rows_of(
        story.home,
        "SELECT before, after FROM rollup_change WHERE indicator = 'hsskdt' AND "
        "column_name IN ('numerator', 'denominator') ORDER BY position",
    )
    assert [after for _, after in moved] == ["69586", "91032"]
    assert "indicators moved" in story.printed["rerun"]


def test_the_reason_is_kept_with_the_run(story: CommandStory) -> None:
    """Whoever looks at the rerun later reads why it was made."""
    run = look_up(f"flow_runs/{runs_of(story)[2]}")
    result = run["parameters"]
    assert (result["period"], result["units"], result["reason"]) == ("2025-05", [WRONG], "correction")
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
    """E-invoices, non-cash payment and online public services each have figures, and so does e-commerce."""
    reported = {catalog.indicators[each].theme for each, row in story.published["rerun"].items() if row["value"]}
    assert {"e_invoice", "non_cash_payment", "online_public_service"} <= reported
    assert {theme.id for theme in catalog.themes.values() if theme.headline} <= reported


def test_runs_are_named_after_prefects(story: CommandStory) -> None:
    """Every published row names the flow run that made it."""
    run, _, rerun = runs_of(story)
    assert {row["run_id"] for row in story.published["night"].values()} == {run}
    assert {row["run_id"] for row in story.published["rerun"].values()} == {rerun}


def test_both_revisions_are_kept(story: CommandStory) -> None:
    """The first revision can still be read after the second one took its place."""
    first = story.home / "published" / ".revisions" / "2025-05" / AREA / "1" / "rollup.csv"
    with first.open(encoding="utf-8-sig", newline="") as file:
        assert {row["indicator"]: row for row in csv.DictReader(file)} == story.published["night"]


def test_prefect_keeps_to_the_home(story: CommandStory) -> None:
    """Prefect's own state lies in the home, not in the user's."""
    assert (story.home / "prefect").is_dir()
    assert not os.path.lexists(story.home / ".prefect")
