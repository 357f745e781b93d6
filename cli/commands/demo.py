"""`tonghop demo`: a sample district with one commune refused, corrected and rerun; then a province of today."""

import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from domain.errors import TerminalError, UsageError
from flows.support.settings import Settings, prepare_environment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.output.terminal import Terminal
    from domain.catalog.catalog import Catalog
    from domain.periods import Period
    from flows.pipeline.outcome import RunOutcome
    from warehouse.queries import Revision

AREA = "585"
PROVINCE, PROVINCE_PERIOD = "56", "2026-06"
"""The second part: Khánh Hòa with the communes, wards and special zone that report to it since 2025-07-01."""
_MARK = ".tonghop-demo"


class DemoFailedError(TerminalError):
    """The demo had another outcome than its script says."""

    def __init__(self, expected: str) -> None:
        """Keep what should have happened."""
        self.expected = expected
        super().__init__(f"the demo did not go as told: {expected}. Look at what is printed above.")


def demo(
    context: typer.Context,
    *,
    seed: Annotated[int, typer.Option("--seed", help="Another number invents other splits by commune.")] = 1,
) -> None:
    """Show the whole process on a sample: eight communes report, one is refused, corrected, rerun; then a province.

    Everything is made anew in the folder `demo` of the home; nothing else is touched. Takes about a minute.

    Example: tonghop --lang en demo
    """
    settings = _demo_settings(context.obj)
    prepare_environment(settings)
    from cli.output.terminal import open_terminal

    terminal = open_terminal(settings)
    scenario = _Scenario(terminal.catalog)
    _play(settings, terminal, scenario, seed)
    _play_province(settings, terminal, scenario, seed)
    _show_what_to_open(settings, terminal, scenario)


class _Scenario:
    """The expected course of the demo, from the sample's parameters."""

    def __init__(self, catalog: "Catalog") -> None:
        self.period, self.unit, totals = next(
            (area.period, area.wrong_first.unit, area.totals)
            for area in catalog.sample.areas
            if area.area == AREA and area.wrong_first
        )
        # The totals that the district published, and the headline figures.
        leads = {indicator.theme: indicator.id for indicator in reversed(list(catalog.indicators.values()))}
        self.headlines = frozenset(leads[theme.id] for theme in catalog.themes.values() if theme.headline)
        self.indicators: frozenset[str] = self.headlines.union(totals)


def _play(settings: Settings, terminal: "Terminal", scenario: _Scenario, seed: int) -> None:
    from cli.output.run_report import show_run
    from cli.running import run_flow
    from flows.deployments.nightly import nightly
    from flows.deployments.rerun import rerun
    from flows.service.temporary_server import start_early

    start_early()
    _heading(terminal, 1, "arrive")
    _write_sample(settings, terminal, AREA, [scenario.period.shift(-1), scenario.period], seed)
    _heading(terminal, 2, "night")
    first = run_flow(terminal, lambda: nightly(return_state=True))
    show_run(terminal, first)
    _expect_one_refused(first, scenario)
    _heading(terminal, 3, "status")
    before = _show_status(settings, terminal, scenario)
    _heading(terminal, 4, "correction")
    _deliver_correction(settings, terminal, scenario)
    _heading(terminal, 5, "rerun")
    note = terminal.text("demo_reason")
    again = partial(rerun, period=scenario.period.id, units=(scenario.unit,), note=note, return_state=True)
    second = run_flow(terminal, again, is_first=False)
    show_run(terminal, second, most_changes=0)
    _expect_published(second, before, scenario)
    _heading(terminal, 6, "compare")
    _compare(settings, terminal, scenario, before)


def _play_province(settings: Settings, terminal: "Terminal", scenario: _Scenario, seed: int) -> None:
    """Let the units of a province report a month of today to it: the form, deadlines and area of two levels."""
    from cli.output.run_report import show_run
    from cli.running import run_flow
    from domain.periods import parse_period
    from flows.deployments.nightly import nightly

    _heading(terminal, 7, "province")
    units = _write_sample(settings, terminal, PROVINCE, [parse_period(PROVINCE_PERIOD)], seed)
    _heading(terminal, 8, "province_night")
    outcome = run_flow(terminal, lambda: nightly(period=PROVINCE_PERIOD, return_state=True), is_first=False)
    # The months after the sample's are not in it: who is silent since is no part of this.
    show_run(terminal, replace(outcome, silent=()))
    parts = [each.is_partial for each in outcome.given if (each.area, each.period) == (PROVINCE, PROVINCE_PERIOD)]
    if outcome.refused or parts != [False]:
        raise DemoFailedError(f"all {units} units of area {PROVINCE} should have been accepted")
    _show_headlines(settings, terminal, scenario)


def _show_headlines(settings: Settings, terminal: "Terminal", scenario: _Scenario) -> None:
    from cli.output.figures import figure_of
    from cli.output.terminal import literal
    from domain.periods import parse_period
    from flows.support.warehouse import reading_warehouse
    from warehouse.queries import revision

    with reading_warehouse(settings) as session:
        rows = {row.indicator: row for row in revision(session, PROVINCE, parse_period(PROVINCE_PERIOD)).rows}
    table = terminal.table("indicator", "province_figure", "province_units")
    for indicator in (name for name in rows if name in scenario.headlines):
        row = rows[indicator]
        table.add_row(
            literal(terminal.catalog.indicators[indicator].name.get(terminal.lang)),
            Text(figure_of(terminal, indicator, row.value, row), no_wrap=True),
            f"{row.units_accepted}/{row.units_expected}",
        )
    terminal.blank_line()
    terminal.show(table)


def _demo_settings(settings: Settings) -> Settings:
    home = settings.home / "demo"
    if home.exists() and any(home.iterdir()) and not (home / _MARK).exists():
        raise UsageError(f"{home} is not of this demo's making and is left alone; set TONGHOP_HOME to another folder")
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    (home / _MARK).touch()
    # The demo does not use the deployment's own warehouse, store, inbox and catalogue.
    return settings.model_copy(
        update={
            "home": home,
            "warehouse_url": "",
            "store": "",
            "inbox": (),
            "connectors": None,
            "areas": (),
            "catalog": None,
            "batch_size": 100,
        }
    )


def _write_sample(settings: Settings, terminal: "Terminal", area: str, periods: "Sequence[Period]", seed: int) -> int:
    """Write an area's reports of some periods into the inbox; return how many there are."""
    from cli.commands.sample import write
    from workbooks.sample.inbox import make_sample

    with terminal.console.status(terminal.text("sample_writing")):
        written = [
            write(settings.default_inbox, file)
            for file in make_sample(terminal.catalog, area, periods, seed=seed, defects=0.0)
        ]
    corrections = sum(file.is_correction for file in written)
    terminal.say("sample_written", files=len(written) - corrections, corrections=corrections)
    terminal.print_path(settings.default_inbox)
    return len(written) - corrections


def _deliver_correction(settings: Settings, terminal: "Terminal", scenario: _Scenario) -> None:
    from cli.commands.sample import CORRECTIONS

    ready = settings.home / CORRECTIONS
    for file in sorted(path for path in ready.rglob("*.xlsx") if scenario.unit in str(path.relative_to(ready))):
        target = settings.default_inbox / file.relative_to(ready)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, target)
        terminal.print_path(target)


def _show_status(settings: Settings, terminal: "Terminal", scenario: _Scenario) -> "Revision":
    from cli.commands.status import show_units
    from flows.support.choices import form_for
    from flows.support.warehouse import reading_warehouse
    from warehouse.queries import period_status

    form = form_for(terminal.catalog.forms, scenario.period, None)
    area = terminal.catalog.units.area(AREA, terminal.catalog.forms.last_day(form.id, scenario.period))
    with reading_warehouse(settings) as session:
        show_units(terminal, period_status(session, terminal.catalog, area, form.id, scenario.period))
    return _newest(settings, scenario)


def _newest(settings: Settings, scenario: _Scenario) -> "Revision":
    from flows.support.warehouse import reading_warehouse
    from warehouse.queries import revision

    with reading_warehouse(settings) as session:
        return revision(session, AREA, scenario.period)


def _expect_one_refused(outcome: "RunOutcome", scenario: _Scenario) -> None:
    refused = [refusal.unit.code if refusal.unit else refusal.file_name for refusal in outcome.refused]
    if refused != [scenario.unit]:
        raise DemoFailedError(f"{scenario.unit} alone should have been refused, not {', '.join(refused) or 'nobody'}")


def _expect_published(outcome: "RunOutcome", before: "Revision", scenario: _Scenario) -> None:
    numbers = [published.revision for published in outcome.given if published.period == scenario.period.id]
    if outcome.refused or numbers != [before.number + 1]:
        raise DemoFailedError(f"the correction should have been accepted and revision {before.number + 1} published")


def _compare(settings: Settings, terminal: "Terminal", scenario: _Scenario, before: "Revision") -> None:
    from cli.output.figures import figure_of
    from cli.output.terminal import literal

    after = _newest(settings, scenario)
    old, new = ({row.indicator: row for row in revision.rows} for revision in (before, after))
    moved = {change.indicator for change in after.changes}
    shown = [indicator for indicator in new if indicator in scenario.indicators]
    table = terminal.table("indicator", "before_rerun", "after_rerun")
    for indicator in shown:
        table.add_row(
            literal(terminal.catalog.indicators[indicator].name.get(terminal.lang)),
            Text(figure_of(terminal, indicator, old[indicator].value, old[indicator]), no_wrap=True),
            Text(figure_of(terminal, indicator, new[indicator].value, new[indicator]), no_wrap=True),
        )
    terminal.blank_line()
    terminal.show(table)
    terminal.blank_line()
    terminal.say("demo_more", moved=len(moved), all=len(new), shown=len(shown))


def _show_what_to_open(settings: Settings, terminal: "Terminal", scenario: _Scenario) -> None:
    """Name the site, which leads to both areas, and the files of each."""
    terminal.blank_line()
    terminal.say("demo_open", "bold")
    district, province = (scenario.period.id, AREA), (PROVINCE_PERIOD, PROVINCE)
    terminal.print_path(_existing(settings.published / "index.html"))
    for period, area in (district, province):
        for name in ("leader.vi.html", "report.html", "report.docx", "rollup.xlsx", "rollup.csv"):
            terminal.print_path(_existing(settings.published / period / area / name))


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise DemoFailedError(f"{path} should have been published")
    return path


def _heading(terminal: "Terminal", number: int, name: str) -> None:
    from cli.output.terminal import literal

    terminal.blank_line()
    key = f"flows.demo_{name}"
    # In both languages: engineers and officials watch the demo together.
    first, second = (terminal.texts.text(key, "vi"), terminal.texts.text(key, "en"))
    terminal.console.rule(f"[bold]{number}[/]", align="left", style="dim")
    terminal.console.print(literal(first), style="bold")
    terminal.console.print(literal(second), style="dim")
