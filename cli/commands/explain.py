"""`tonghop explain`: trace a published figure to its source cells."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import AreaOption, AsOfOption, BoundaryOption, FormOption, JsonOption, PeriodOption
from cli.output.terminal import Terminal, literal
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
"""Most cells that are listed for a commune, whose villages have a cell each."""


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
    from cli.output.as_json import fields_of, print_json
    from domain.periods import parse_period
    from domain.rollups import Boundary
    from flows.support.catalog import open_catalog
    from flows.support.warehouse import reading_warehouse

    settings: Settings = context.obj
    catalog = open_catalog(settings)
    figure = _FigureKey(area, parse_period(period), indicator, Boundary(boundary), form)
    with reading_warehouse(settings) as session:
        if as_of:
            explanation = _explain_as_of(session, catalog, figure, as_of)
        else:
            explanation = _explain_revision(session, figure, revision)
    originals = (
        _extract_originals(settings, explanation, unit, output or Path(f"{area}-{period}")) if open_files else ()
    )
    if as_json:
        print_json({**fields_of(explanation), "originals": originals} if open_files else explanation)
        return
    terminal = Terminal(catalog, settings.lang)
    show_explanation(terminal, explanation)
    show_originals(terminal, originals)


@dataclass(frozen=True, slots=True)
class _FigureKey:
    """The figure to be explained."""

    area: str
    period: "Period"
    indicator: str
    boundary: "Boundary"
    form: str | None


def _explain_revision(session: "Session", figure: _FigureKey, number: int | None) -> "Explanation":
    from warehouse.queries import explain as explain_figure

    return explain_figure(
        session, figure.area, figure.period, figure.indicator, number, form=figure.form, boundary=figure.boundary
    )


def _explain_as_of(session: "Session", catalog: "Catalog", figure: _FigureKey, as_of: str) -> "Explanation":
    from flows.support.area_figures import FiguresRequest
    from flows.support.choices import form_made_up, moment_of
    from warehouse.queries import explain_row, revision_as_of

    moment = moment_of(as_of)
    form = form_made_up(catalog.forms, figure.period, figure.form).id
    key = FiguresRequest(figure.area, form, figure.period, figure.boundary).key(catalog, moment)
    return explain_row(session, revision_as_of(session, catalog, key, moment), figure.indicator)


def _extract_originals(
    settings: Settings, explanation: "Explanation", unit: str | None, folder: Path
) -> "tuple[Original, ...]":
    from flows.actions.originals import extract
    from flows.support.stores.opening import open_landing

    contributions = [
        explained.contribution for explained in explanation.contributions if unit in {None, explained.contribution.unit}
    ]
    if unit and not contributions:
        raise UsageError(f"nothing of {unit} is in this figure, so there is no file of it to take out")
    return extract(open_landing(settings), (contribution.file for contribution in contributions), folder)


def show_originals(terminal: Terminal, originals: "tuple[Original, ...]") -> None:
    """List the extracted files, each with the hash of its bytes."""
    if originals:
        terminal.say("explain_originals", count=len(originals))
    for original in originals:
        terminal.print_path(original.path.absolute())
        terminal.console.print(f"    sha256 {original.sha256}", style="dim", soft_wrap=True)


def show_explanation(terminal: Terminal, explanation: "Explanation") -> None:
    """Show an explanation: the figure, its definition, its contributions with their cells, repairs and warnings."""
    from cli.output.figures import figure_of, number_of

    row = explanation.row
    known = terminal.catalog.indicators[row.indicator]
    terminal.console.print(f"[bold]{literal(known.name.get(terminal.lang))}[/] ({row.indicator})")
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
    for form in dict.fromkeys(explanation.counted_forms.values()):
        terminal.say("explain_counted_from", form=_form(terminal, form))
    _show_parts(terminal, explanation)
    table = terminal.table("unit", "fraction", "source")
    for contribution in (explained.contribution for explained in explanation.contributions):
        fraction = (contribution.numerator, contribution.denominator)
        numbers = [number_of(terminal, number) for number in fraction if number is not None]
        file = f"{contribution.file.file_name} · {contribution.file.sha256[:12]}"
        unit = f"{contribution.unit} {contribution.unit_name}{_of_period(row, contribution.period)}"
        unit_lines = literal(unit, *_succession_lines(terminal, contribution))
        table.add_row(unit_lines, " / ".join(numbers), literal(*_cells(terminal, contribution.sources), file))
    if explanation.contributions:
        terminal.show(table)
    _show_beside(terminal, explanation)
    for explained in explanation.contributions:
        _show_repairs(terminal, explained)
        _show_warnings(terminal, explained)
    absent = [f"{unit.code} {unit.name}{_of_period(row, unit.period)}" for unit in explanation.absent]
    terminal.say_each("explain_absent", "yellow", [{"unit": unit} for unit in absent])
    terminal.say("explain_bytes", "dim")


def _form(terminal: Terminal, form: str) -> str:
    """Return the number of a form and who reports it, if an office does."""
    known = terminal.catalog.forms.by_id.get(form)
    if known is None:
        return form
    return known.number if known.reporter is None else f"{known.number} ({known.reporter.get(terminal.lang)})"


def _show_beside(terminal: Terminal, explanation: "Explanation") -> None:
    """List what units reported in a form that does not count, with their cells."""
    from cli.output.figures import number_of

    if not explanation.beside:
        return
    terminal.say("explain_beside")
    table = terminal.table("unit", "column_form", "fraction", "source")
    for each in explanation.beside:
        fraction = (each.numerator, each.denominator)
        numbers = [number_of(terminal, number) for number in fraction if number is not None]
        unit = f"{each.unit} {each.unit_name}{_of_period(explanation.row, each.period)}"
        file = f"{each.file.file_name} · {each.file.sha256[:12]}"
        cells = literal(*_cells(terminal, each.sources), file)
        table.add_row(literal(unit), _form(terminal, each.form), " / ".join(numbers), cells)
    terminal.show(table)


def _show_parts(terminal: Terminal, explanation: "Explanation") -> None:
    """List what a derived figure is made from; the parts of an index lead on to the units, a sum does itself."""
    from cli.output.figures import figure_of, number_of

    for part in explanation.parts:
        known = terminal.catalog.indicators.get(part.indicator)
        terminal.say(
            "explain_part" if part.points is None else "explain_part_of_index",
            name=known.name.get(terminal.lang) if known else part.indicator,
            indicator=part.indicator,
            value=figure_of(terminal, part.indicator, part.row.value, part.row) if part.row else "–",
            points=number_of(terminal, part.points),
        )


def _of_period(row: "RollupRow", period: "Period") -> str:
    """Name the base period, if the figure is of a longer one."""
    return "" if period.id == row.period else f" ({period})"


def _succession_lines(terminal: Terminal, contribution: "PublishedContribution") -> list[str]:
    """List the successions between a unit and the area, and the weight by which its figure is counted."""
    from publishing.figures.formatting import format_day, format_number

    lines = [
        terminal.text(
            "explain_through",
            old=f"{link.old} {link.old_name}",
            new=f"{link.new} {link.new_name}",
            day=format_day(link.effective, terminal.lang),
            text=link.legal_basis,
        )
        for link in contribution.through
    ]
    if contribution.weight is not None:
        weight = format_number(contribution.weight, terminal.lang)
        lines.append(terminal.text("explain_weight", weight=weight, source=contribution.weight_source))
    return lines


def _cells(terminal: Terminal, sources: "tuple[SourceCell, ...]") -> list[str]:
    """Format sheet!cell of the numerator and the denominator's cell; a commune's villages have a cell each."""
    cells = [f"{source.sheet}!{source.cell}{_denominator_cell(source)}" for source in sources]
    if len(cells) <= MOST_CELLS:
        return cells
    return [terminal.text("cells_from_to", first=cells[0], last=sources[-1].cell, count=len(cells))]


def _denominator_cell(source: "SourceCell") -> str:
    return f" / {source.denominator_cell}" if source.denominator_cell not in {None, source.cell} else ""


def _show_repairs(terminal: Terminal, explained: "ExplainedContribution") -> None:
    for repair in explained.repairs:
        why = terminal.texts.repair_text(repair, terminal.lang)
        place = f"{explained.contribution.unit} {repair.place}"
        terminal.say("explain_repair", cell=place, before=repair.before, after=repair.read_as(terminal.lang), why=why)


def _show_warnings(terminal: Terminal, explained: "ExplainedContribution") -> None:
    from cli.output.run_report import show_warning

    contribution = explained.contribution
    if explained.asked:
        terminal.console.print(f"? {contribution.unit} {literal(contribution.unit_name)}", style="bold")
    for warning in explained.asked:
        show_warning(terminal, warning)
