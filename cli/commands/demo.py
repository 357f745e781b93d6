"""`tonghop demo`: two nights of a sample district, with one commune refused, corrected and rerun."""

import shutil
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer
from rich.markup import escape
from rich.text import Text

from domain.errors import TerminalError, UsageError
from flows.support.settings import Settings, prepare_environment

if TYPE_CHECKING:
    from cli.output.terminal import Terminal
    from domain.catalog.catalog import Catalog
    from flows.pipeline.outcome import RunOutcome
    from warehouse.queries import Revision

AREA = "585"
_MARK = ".tonghop-demo"


class StoryBrokenError(TerminalError):
    """The demo did not go as it is told."""

    def __init__(self, expected: str) -> None:
        """Keep what should have happened."""
        self.expected = expected
        super().__init__(f"the demo did not go as told: {expected}. Look at what is printed above.")


def demo(
    context: typer.Context,
    *,
    seed: Annotated[int, typer.Option("--seed", help="Another number invents other splits by commune.")] = 1,
) -> None:
    """Tell the whole story on a sample: eight communes report, one is refused, corrected, rerun.

    Everything is made anew in the folder `demo` of the home; nothing else is touched. Takes about a minute.

    Example: tonghop --lang en demo
    """
    settings = _settings_of_the_demo(context.obj)
    prepare_environment(settings)
    from cli.output.terminal import open_terminal

    terminal = open_terminal(settings)
    _tell_story(settings, terminal, _Plot(terminal.catalog), seed)


class _Plot:
    """What the sample's parameters say will happen."""

    def __init__(self, catalog: "Catalog") -> None:
        from domain.periods import parse_period

        data = cast("dict[str, Any]", catalog.sample[AREA])
        self.period = parse_period(str(data["period"]))
        self.unit: str = data["wrong_first"]["unit"]
        # What the district published, and what leaders look at first.
        leads = {each.theme: each.id for each in reversed(list(catalog.indicators.values()))}
        headlines = frozenset(leads[theme.id] for theme in catalog.themes.values() if theme.headline)
        self.indicators: frozenset[str] = headlines.union(data["totals"])


def _tell_story(settings: Settings, terminal: "Terminal", plot: _Plot, seed: int) -> None:
    from cli.output.run_report import show_run
    from cli.running import run_watched
    from flows.deployments.nightly import nightly
    from flows.deployments.rerun import rerun

    _chapter(terminal, 1, "arrive")
    _write_sample(settings, terminal, plot, seed)
    _chapter(terminal, 2, "night")
    first = run_watched(terminal, lambda: nightly(return_state=True))
    show_run(terminal, first)
    _expect_one_refused(first, plot)
    _chapter(terminal, 3, "status")
    before = _show_standing(settings, terminal, plot)
    _chapter(terminal, 4, "correction")
    _deliver_correction(settings, terminal, plot)
    _chapter(terminal, 5, "rerun")
    note = terminal.text("demo_reason")
    again = partial(rerun, period=plot.period.id, units=(plot.unit,), note=note, return_state=True)
    second = run_watched(terminal, again, is_first=False)
    show_run(terminal, second, most_changes=0)
    _expect_published(second, before, plot)
    _chapter(terminal, 6, "compare")
    _compare(settings, terminal, plot, before)


def _settings_of_the_demo(settings: Settings) -> Settings:
    home = settings.home / "demo"
    if home.exists() and any(home.iterdir()) and not (home / _MARK).exists():
        raise UsageError(f"{home} is not of this demo's making and is left alone; set TONGHOP_HOME to another folder")
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    (home / _MARK).touch()
    # Whatever the deployment's own warehouse, inbox and catalogue are: the demo keeps away from them.
    return settings.model_copy(
        update={"home": home, "warehouse_url": "", "inbox": (), "areas": (), "catalog": None, "batch_size": 100}
    )


def _write_sample(settings: Settings, terminal: "Terminal", plot: _Plot, seed: int) -> None:
    from cli.commands.sample import write
    from workbooks.sample.inbox import make_sample

    periods = [plot.period.shift(-1), plot.period]
    with terminal.console.status(terminal.text("sample_writing")):
        written = [
            write(settings.default_inbox, file)
            for file in make_sample(terminal.catalog, AREA, periods, seed=seed, defects=0.0)
        ]
    corrections = sum(file.is_correction for file in written)
    terminal.say("sample_written", files=len(written) - corrections, corrections=corrections)
    terminal.point_to(settings.default_inbox)


def _deliver_correction(settings: Settings, terminal: "Terminal", plot: _Plot) -> None:
    from cli.commands.sample import CORRECTIONS

    ready = settings.home / CORRECTIONS
    for file in sorted(path for path in ready.rglob("*.xlsx") if plot.unit in str(path.relative_to(ready))):
        target = settings.default_inbox / file.relative_to(ready)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, target)
        terminal.point_to(target)


def _show_standing(settings: Settings, terminal: "Terminal", plot: _Plot) -> "Revision":
    from cli.commands.status import show_standing
    from flows.support.choices import form_for
    from flows.support.warehouse import reading_warehouse
    from warehouse.queries import period_status

    form = form_for(terminal.catalog, plot.period, None)
    area = terminal.catalog.units.area(AREA, terminal.catalog.last_day(form.id, plot.period))
    with reading_warehouse(settings) as session:
        show_standing(terminal, period_status(session, terminal.catalog, area, form.id, plot.period))
    return _newest(settings, plot)


def _newest(settings: Settings, plot: _Plot) -> "Revision":
    from flows.support.warehouse import reading_warehouse
    from warehouse.queries import revision

    with reading_warehouse(settings) as session:
        return revision(session, AREA, plot.period)


def _expect_one_refused(outcome: "RunOutcome", plot: _Plot) -> None:
    refused = [
        submission_outcome.unit.code if submission_outcome.unit else submission_outcome.file_name
        for submission_outcome in outcome.refused
    ]
    if refused != [plot.unit]:
        raise StoryBrokenError(f"{plot.unit} alone should have been refused, not {', '.join(refused) or 'nobody'}")


def _expect_published(outcome: "RunOutcome", before: "Revision", plot: _Plot) -> None:
    numbers = [published.revision for published in outcome.given if published.period == plot.period.id]
    if outcome.refused or numbers != [before.number + 1]:
        raise StoryBrokenError(f"the correction should have been accepted and revision {before.number + 1} published")


def _compare(settings: Settings, terminal: "Terminal", plot: _Plot, before: "Revision") -> None:
    from cli.output.figures import figure_of

    after = _newest(settings, plot)
    old, new = ({row.indicator: row for row in each.rows} for each in (before, after))
    moved = {change.indicator for change in after.changes}
    shown = [each for each in new if each in plot.indicators]
    table = terminal.table("indicator", "before_rerun", "after_rerun")
    for each in shown:
        table.add_row(
            escape(terminal.catalog.indicators[each].name.get(terminal.lang)),
            Text(figure_of(terminal, each, old[each].value, old[each]), no_wrap=True),
            Text(figure_of(terminal, each, new[each].value, new[each]), no_wrap=True),
        )
    terminal.gap()
    terminal.show(table)
    terminal.gap()
    terminal.say("demo_more", moved=len(moved), all=len(new), shown=len(shown))
    terminal.gap()
    terminal.say("demo_open", "bold")
    folder = settings.published / plot.period.id / AREA
    for name in ("report.html", "rollup.xlsx", "rollup.csv"):
        terminal.point_to(_existing(folder / name))


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise StoryBrokenError(f"{path} should have been published")
    return path


def _chapter(terminal: "Terminal", number: int, name: str) -> None:
    terminal.gap()
    key = f"flows.demo_{name}"
    # The story is told to engineers and officials alike.
    first, second = (terminal.catalog.text(key, "vi"), terminal.catalog.text(key, "en"))
    terminal.console.rule(f"[bold]{number}[/]", align="left", style="dim")
    terminal.console.print(escape(first), style="bold")
    terminal.console.print(escape(second), style="dim")
