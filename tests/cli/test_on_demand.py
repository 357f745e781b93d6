"""`tonghop rollup`, `publish` and `explain --as-of`: figures on demand, for any area, boundary and moment."""

import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli import main as entry
from domain.errors import UsageError
from domain.periods import parse_period
from domain.rollups import Boundary
from flows.actions.publish_on_demand import hand_over, publish_on_demand
from flows.pipeline.outcome import PublishedRevision
from flows.pipeline.pipeline import Run
from flows.pipeline.progress import NoProgress
from flows.pipeline.scope import RunScope
from flows.pipeline.steps import PlainSteps
from flows.support.area_figures import FiguresRequest, render_as_of
from flows.support.choices import form_made_up, moment_of
from tests.flows.deployments.prefect_server import clean_environment
from tests.flows.pipeline.nightly_runs import AREA, NOW, WRONG, context_of, published_rows, rows_of, run_plainly
from tests.publishing.test_decimal_marks import POINT
from warehouse.rollups.scope import computation_version

FORM = "cds_x_t"
MAY = parse_period("2025-05")
NEW_COMMUNE = "22810"
FOLDER = "22810.as_now"
BEFORE_ALL = "2025-01-01T00:00"
RATIO = "hddt_dn"
Output = Callable[..., str]


def as_now(area: str = NEW_COMMUNE) -> FiguresRequest:
    """Request the figures of a commune of today for an earlier month."""
    return FiguresRequest(area, FORM, MAY, Boundary.AS_NOW)


def publish_requested(
    home: Path, wanted: FiguresRequest, now: datetime = datetime(2025, 12, 1, tzinfo=UTC)
) -> PublishedRevision:
    """Publish the requested figures."""
    run = Run(context_of(home, now), RunScope(), PlainSteps("publish_requested", delays=()), NoProgress())
    return publish_on_demand(run, wanted)


@pytest.fixture
def output(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], after_night: Path) -> Output:
    """Return a function that runs a command in the home after a nightly run, and returns its output."""
    monkeypatch.setattr(
        os, "environ", clean_environment(TONGHOP_HOME=str(after_night), TONGHOP_LANG="en", COLUMNS="200")
    )
    monkeypatch.chdir(after_night)

    def run(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["tonghop", *arguments])
        entry.app(standalone_mode=False)
        return capsys.readouterr().out

    return run


def test_commune_of_today_is_published_beside_the_town_of_then(after_night: Path) -> None:
    """Other boundaries are published in a folder of their own; publications of nightly runs are not changed."""
    before = (after_night / "published" / "2025-05" / AREA).readlink()
    published = publish_requested(after_night, as_now())
    assert published.path == str(after_night / "published" / "2025-05" / FOLDER)
    row = published_rows(after_night, area=FOLDER)[RATIO]
    assert (row["area"], row["boundary"], row["units_expected"]) == (NEW_COMMUNE, "as_now", "2")
    assert (after_night / "published" / "2025-05" / AREA).readlink() == before
    assert "Ninh Sơn" in (Path(published.path) / "report.html").read_text()
    assert "--boundary as_now" in (Path(published.path) / "report.html").read_text()


def test_requested_figures_are_kept_up_to_date_by_nightly_runs(after_night: Path) -> None:
    """Once requested, a commune's figures follow changes of the catalogue in nightly runs."""
    publish_requested(after_night, FiguresRequest("22813", FORM, MAY, Boundary.AS_THEN), NOW)
    assert rows_of(after_night, "SELECT area_code FROM rollup_seen WHERE asked = 1") == [("22813",)]
    published = run_plainly(context_of(after_night), "second").given
    assert published == ()
    rows_of(after_night, "UPDATE rollup_seen SET structure_version = 'older'")
    assert run_plainly(context_of(after_night), "third").given == ()
    seen = rows_of(after_night, "SELECT DISTINCT structure_version FROM rollup_seen")
    assert seen == [(computation_version(context_of(after_night).catalog),)]


def test_figures_as_of_a_moment_go_to_a_folder_of_their_own(after_night: Path, tmp_path: Path) -> None:
    """Page, workbook, table and manifest are written; no revision is made and no link changes."""
    context, folder = context_of(after_night), tmp_path / "then"
    revisions = rows_of(after_night, "SELECT count(*) FROM rollup_revision")
    hand_over(context, FiguresRequest(AREA, FORM, MAY, Boundary.AS_THEN), moment_of(BEFORE_ALL), folder)
    assert {path.name for path in folder.iterdir()} == {
        *(
            "rollup.csv",
            "rollup.xlsx",
            "changes.json",
            "report.docx",
            "report.html",
            "report.vi.html",
            "leader.vi.html",
            "leader.en.html",
            "manifest.json",
        )
    }
    assert "As known at" in (folder / "report.html").read_text()
    assert rows_of(after_night, "SELECT count(*) FROM rollup_revision") == revisions
    with pytest.raises(UsageError, match="another folder"):
        hand_over(context, FiguresRequest(AREA, FORM, MAY, Boundary.AS_THEN), moment_of(BEFORE_ALL), folder)


def test_rollup_shows_figures_of_now_and_of_then(output: Output, after_night: Path) -> None:
    """Now it shows the published figures; before the first delivery none."""
    now = json.loads(output("rollup", "--area", AREA, "--period", "2025-05", "--json"))
    published = published_rows(after_night)
    assert {row["indicator"]: row["numerator"] or "" for row in now["rows"]} == {
        name: row["numerator"] for name, row in published.items()
    }
    then = json.loads(output("rollup", "--area", AREA, "--period", "2025-05", "--as-of", BEFORE_ALL, "--json"))
    assert {(row["units_missing"], row["value"]) for row in then["rows"]} == {(8, None)}
    assert "as known at" in output("rollup", "--area", AREA, "--period", "2025-05")


def test_rollup_of_the_old_district_names_the_reason_for_missing_figures(output: Output) -> None:
    """The former district's area is not comparable after its end; the units that cross its boundary are named."""
    printed = output("rollup", "--area", "585-cu", "--period", "2025-08")
    assert "not comparable" in printed
    assert "22822 Xã Mỹ Sơn" in printed


def test_explain_shows_the_successions_it_followed(output: Output, after_night: Path) -> None:
    """It names the succession from the former town to today's commune, with day and legal basis."""
    publish_requested(after_night, as_now())
    printed = output(
        "explain", "--area", NEW_COMMUNE, "--period", "2025-05", "--boundary", "as_now", "--indicator", RATIO
    )
    for named in ("22819 Xã Quảng Sơn → 22810", "2025", "1667/NQ-UBTVQH15"):
        assert named in printed


def test_explain_as_of_a_moment_ignores_later_files(output: Output) -> None:
    """Before the first delivery all units are missing; now the files are named."""
    arguments = ("explain", "--area", AREA, "--period", "2025-05", "--indicator", RATIO, "--json")
    assert json.loads(output(*arguments, "--as-of", BEFORE_ALL))["contributions"] == []
    assert len(json.loads(output(*arguments))["contributions"]) > 0


@pytest.mark.parametrize(
    "arguments",
    [("rollup",), ("explain", "--indicator", RATIO), ("status",), ("history", "--unit", WRONG)],
    ids=lambda arguments: arguments[0],
)
def test_numbers_on_the_terminal_have_a_comma(
    output: Output, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    """What a command prints in Vietnamese has no decimal point; the names of workbooks have one before their type."""
    monkeypatch.setitem(os.environ, "TONGHOP_LANG", "vi")
    area = () if arguments[0] == "history" else ("--area", AREA)
    printed = output(*arguments, *area, "--period", "2025-05")
    assert any(digit in printed for digit in "123456789")
    assert POINT.findall(printed) == []


def test_moment_without_a_zone_is_in_vietnams_time(after_night: Path) -> None:
    """A moment without zone is in Vietnam's time; a given zone is respected."""
    assert moment_of("2025-06-01T00:00") == datetime(2025, 5, 31, 17, tzinfo=UTC)
    assert moment_of("2025-06-01T00:00+00:00") == datetime(2025, 6, 1, tzinfo=UTC)
    with pytest.raises(UsageError, match="no moment"):
        moment_of("yesterday")
    context = context_of(after_night)
    assert render_as_of(context.engine, context.catalog, as_now(), context.clock()).area_name == "Thị trấn Tân Sơn"


def test_quarter_uses_the_monthly_form(after_night: Path) -> None:
    """A quarter is aggregated from months; an unknown form is wrong usage."""
    catalog = context_of(after_night).catalog
    assert form_made_up(catalog.forms, parse_period("2025-Q2"), None).id == FORM
    with pytest.raises(UsageError, match="no form"):
        form_made_up(catalog.forms, MAY, "x")


def test_area_without_units_that_owe_the_form_cannot_be_published(after_night: Path) -> None:
    """It is refused with a message, and nothing is published."""
    with pytest.raises(UsageError, match="nobody in area"):
        publish_requested(after_night, FiguresRequest(AREA, FORM, parse_period("2023-05"), Boundary.AS_THEN))
