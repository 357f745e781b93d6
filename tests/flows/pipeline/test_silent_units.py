"""Silent units in a run's outcome: on the terminal, in Prefect's table, and in status."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.output.run_report import show_run
from cli.output.terminal import Terminal
from flows.presentation.message_formatter import MessageFormatter
from flows.presentation.prefect_artifacts import SILENT
from tests.cli.command import live_in, tonghop
from tests.flows.deployments.test_report import Prefect, ended
from tests.flows.pipeline.nightly_runs import AREA, WRONG, context_of, run_plainly

pytestmark = pytest.mark.long

LATER = datetime(2025, 7, 1, 18, 0, tzinfo=UTC)
"""After the deadline of 2025-06, of which nothing came."""


def test_nightly_run_lists_silent_units(after_night: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With period, deadline, days late and area; a commune whose report was refused is not silent."""
    context = context_of(after_night, now=LATER)
    outcome = run_plainly(context)
    (june,) = outcome.silent
    assert (june.period.id, june.count, outcome.counts["silent"]) == ("2025-06", 8, 8)
    show_run(Terminal(context.catalog, "en"), outcome)
    result = " ".join(capsys.readouterr().out.split())
    assert "Past the deadline and silent: 8 units." in result
    assert f"Silent for 2025-06: 8 units (due {june.deadline.day} Jun 2025, {june.days_late} days late" in result
    assert "Huyện Ninh Sơn, Tỉnh Ninh Thuận, 8 of 8" in result
    assert f"{WRONG} Xã Ma Nới" in result


def test_prefect_has_silent_units_as_a_table(after_night: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One short row for each, by area; a nightly run without refusals stays green all the same."""
    context, prefect = context_of(after_night, now=LATER), Prefect(monkeypatch)
    state = ended(run_plainly(context), MessageFormatter(context.catalog, "en"), context)
    rows = prefect.tables[SILENT]
    assert (state.is_completed(), len(rows)) == (True, 8)
    assert set(rows[0]) == {"Area", "Within", "Unit", "Period", "Due", "Days late"}
    assert max(len(text) for row in rows for text in row.values()) < 40


def test_rerun_of_some_units_lists_no_silent_units(after_night: Path) -> None:
    """A rerun of one commune does not list the silent others."""
    assert run_plainly(context_of(after_night, now=LATER), "rerun", "2025-05", [WRONG]).silent == ()


def test_a_long_list_is_cut_on_the_terminal(after_night: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A country that is silent does not scroll by: areas are named up to a number, the rest counted."""
    context = context_of(after_night, now=LATER)
    (june,) = run_plainly(context).silent
    many = replace(june, areas=june.areas * 50)
    show_run(Terminal(context.catalog, "en"), replace(run_plainly(context, "again"), silent=(many,)))
    result = capsys.readouterr().out
    assert result.count("8 of 8") == 10
    assert "and 320 more silent units" in result


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_status_says_how_late_a_missing_report_is(
    after_night: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    """Beside each missing unit stand the days since the deadline, and in JSON for programs."""
    live_in(after_night, monkeypatch)
    assert tonghop(monkeypatch, "--lang", "en", "status", "--area", AREA, "--period", "2025-06", *words) == 0
    result = capsys.readouterr().out
    if words:
        assert json.loads(result)["days_late"] > 100
    else:
        assert result.count("days late") == 8
