"""`tonghop explain`: the way from a published figure down to the cells it was made from."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from cli.options import AreaOption, AsOfOption, BoundaryOption, FormOption, JsonOption, PeriodOption
from cli.output.terminal import Terminal
from domain.errors import UsageError
from flows.support.settings import Settings

if TYPE_CHECKING:
    from domain.catalog.catalog import Catalog
    from domain.periods import Period
    from domain.rollups import Boundary, RollupRow
    from flows.actions.originals import Original
    from warehouse.queries import ExplainedContribution, Explanation, PublishedContribution, SourceCell
    from warehouse.store.engine import Session

MOST_CELLS = 3
"""So many cells of one commune are named; a commune's villages have one each."""


def explain(
    context: typer.Context,
    *,
    area: AreaOption,
    period: PeriodOption,
    indicator: Annotated[str, typer.Option("--indicator", help="Code of the indicator, as in rollup.csv.")],
    revision: Annotated[int | None, typer.Option("--revision", help="Which revision; else the newest.")] = None,
    boundary: BoundaryOption = "as_then",
    as_of: AsOfOption = None,
    form: FormOption = None,
    open_files: Annotated[
        bool, typer.Option("--open", help="Also take the files it rests on out of the landing, as they were delivered.")
    ] = False,
    unit: Annotated[str | None, typer.Option("--unit", help="With --open: only the file of this commune.")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="With --open: folder to put them in; else AREA-PERIOD.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show where a published figure comes from: communes, files with their sha256, sheets and cells, repairs.

    Example: tonghop explain --area 585 --period 2025-05 --indicator CODE --open --unit 22828
    """
    if (unit or output) and not open_files:
        raise UsageError("--unit and --output say which files to take out, and where to: add --open")
    if as_of and revision:
        raise UsageError("--revision names figures that were made, --as-of those of a moment: give one of the two")
    from cli.output.as_json import print_json, shallow
    from domain.periods import parse_period
    from domain.rollups import Boundary
    from flows.support.catalog import open_catalog
    from flows.support.warehouse import reading_warehouse

    settings: Settings = context.obj
    catalog = open_catalog(settings)
    wanted = _Which(area, parse_period(period), indicator, Boundary(boundary), form)
    with reading_warehouse(settings) as session:
        if as_of:
            result = _explain_as_of(session, catalog, wanted, as_of)
        else:
            result = _explain_revision(session, wanted, revision)
    originals = _take_out(settings, result, unit, output or Path(f"{area}-{period}")) if open_files else ()
    if as_json:
        print_json({**shallow(result), "originals": originals} if open_files else result)
        return
    terminal = Terminal(catalog, settings.lang)
    show_explanation(terminal, result)
    show_originals(terminal, originals)


@dataclass(frozen=True, slots=True)
class _Which:
    """Which figure is asked for."""

    area: str
    period: "Period"
    indicator: str
    boundary: "Boundary"
    form: str | None


def _explain_revision(session: "Session", which: _Which, number: int | None) -> "Explanation":
    from warehouse.queries import explain as explain_figure

    return explain_figure(
        session, which.area, which.period, which.indicator, number, form=which.form, boundary=which.boundary
    )


def _explain_as_of(session: "Session", catalog: "Catalog", which: _Which, as_of: str) -> "Explanation":
    from flows.actions.area_figures import FiguresRequest
    from flows.support.choices import form_made_up, moment_of
    from warehouse.queries import explain_row, revision_as_of

    moment = moment_of(as_of)
    form = form_made_up(catalog, which.period, which.form).id
    cell = FiguresRequest(which.area, form, which.period, which.boundary).key(catalog, moment)
    return explain_row(session, revision_as_of(session, catalog, cell, moment), which.indicator)


def _take_out(settings: Settings, result: "Explanation", unit: str | None, folder: Path) -> "tuple[Original, ...]":
    from connectors.landing import Landing
    from flows.actions.originals import extract

    parts = [
        contribution.contribution
        for contribution in result.contributions
        if unit in {None, contribution.contribution.unit}
    ]
    if unit and not parts:
        raise UsageError(f"nothing of {unit} is in this figure, so there is no file of it to take out")
    return extract(Landing(settings.landing), (part.file for part in parts), folder)


def show_originals(terminal: Terminal, originals: "tuple[Original, ...]") -> None:
    """Name the files that were taken out, each with the hash of its bytes."""
    if originals:
        terminal.say("explain_originals", count=len(originals))
    for original in originals:
        terminal.point_to(original.path.absolute())
        terminal.console.print(f"    sha256 {original.sha256}", style="dim", soft_wrap=True)


def show_explanation(terminal: Terminal, explanation: "Explanation") -> None:
    """Show an explanation as people read it."""
    from cli.output.figures import figure_of, number_of

    row = explanation.row
    known = terminal.catalog.indicators[row.indicator]
    terminal.console.print(f"[bold]{escape(known.name.get(terminal.lang))}[/] ({row.indicator})")
    terminal.say(
        "explain_figure",
        area=explanation.area_name,
        period=row.period,
        revision=row.revision,
        value=figure_of(terminal, row.indicator, row.value, row),
    )
    if row.notes:
        terminal.say("explain_notes", "yellow", notes=row.notes)
    terminal.say("explain_definition", numerator=known.numerator.get(terminal.lang))
    if known.denominator:
        terminal.say("explain_denominator", denominator=known.denominator.get(terminal.lang))
    table = terminal.table("unit", "fraction", "source")
    for contribution in explanation.contributions:
        result = contribution.contribution
        numbers = [
            number_of(terminal, number) for number in (result.numerator, result.denominator) if number is not None
        ]
        file = f"{result.file.file_name} · {result.file.sha256[:12]}"
        who = "\n".join(
            [f"{result.unit} {result.unit_name}{_of_period(row, result.period)}", *_places(terminal, result)]
        )
        table.add_row(escape(who), " / ".join(numbers), escape(f"{_cells(terminal, result.sources)}\n{file}"))
    terminal.show(table)
    for other_contribution in explanation.contributions:
        _show_repairs(terminal, other_contribution)
        _show_warnings(terminal, other_contribution)
    for unit in explanation.absent:
        terminal.say("explain_absent", "yellow", unit=f"{unit.code} {unit.name}{_of_period(row, unit.period)}")
    terminal.say("explain_bytes", "dim")


def _of_period(row: "RollupRow", period: "Period") -> str:
    """Which base period is meant, where the figure is of a longer one."""
    return "" if period.id == row.period else f" ({period})"


def _places(terminal: Terminal, revisions: "PublishedContribution") -> list[str]:
    """The successions between a unit and the area's line, and the weight by which its figure is counted."""
    from publishing.figures.formatting import format_day, format_number

    lines = [
        terminal.text(
            "explain_through",
            old=f"{link.old} {link.old_name}",
            new=f"{link.new} {link.new_name}",
            day=format_day(link.effective, terminal.lang),
            text=link.legal_basis,
        )
        for link in revisions.through
    ]
    if revisions.weight is not None:
        weight = format_number(revisions.weight, terminal.lang)
        lines.append(terminal.text("explain_weight", weight=weight, source=revisions.weight_source))
    return lines


def _cells(terminal: Terminal, sources: "tuple[SourceCell, ...]") -> str:
    """sheet!cell of the numerator, with the denominator's cell behind it; a commune's villages have one each."""
    named = [f"{source.sheet}!{source.cell}{_behind(source)}" for source in sources]
    if len(named) <= MOST_CELLS:
        return "\n".join(named)
    return terminal.text("cells_from_to", first=named[0], last=sources[-1].cell, count=len(named))


def _behind(source_cell: "SourceCell") -> str:
    return f" / {source_cell.denominator_cell}" if source_cell.denominator_cell not in {None, source_cell.cell} else ""


def _show_repairs(terminal: Terminal, explained_contribution: "ExplainedContribution") -> None:
    for repair in explained_contribution.repairs:
        why = terminal.catalog.repair_text(repair, terminal.lang)
        place = f"{explained_contribution.contribution.unit} {repair.place}"
        terminal.say("explain_repair", cell=place, before=repair.before, after=repair.after, why=why)


def _show_warnings(terminal: Terminal, explained_contribution: "ExplainedContribution") -> None:
    from cli.output.run_report import tell_warning

    if explained_contribution.asked:
        terminal.console.print(
            f"? {explained_contribution.contribution.unit} {escape(explained_contribution.contribution.unit_name)}",
            style="bold",
        )
    for open_warning in explained_contribution.asked:
        tell_warning(terminal, open_warning)
