"""`tonghop template`: write the workbook that a commune fills for a period, or those of a whole area."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import FormOption, PeriodOption
from domain.errors import UsageError
from flows.support.settings import Settings

if TYPE_CHECKING:
    from cli.output.template_writing import Past
    from domain.catalog.catalog import Catalog
    from domain.layouts import Form
    from domain.observations import PastObservation
    from domain.periods import Period
    from domain.units import OrgUnit


def template(
    context: typer.Context,
    *,
    period: PeriodOption,
    unit: Annotated[str | None, typer.Option("--unit", help="Code of one commune, e.g. 22813 (Lâm Sơn).")] = None,
    area: Annotated[
        str | None, typer.Option("--area", help="Code of a district or province: one workbook for each commune.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File to write; with --area the folder. Else named by code and period."),
    ] = None,
    prefill: Annotated[
        bool, typer.Option("--prefill", help="Fill in, marked, the end-of-period figures that were accepted last.")
    ] = False,
    form: FormOption = None,
    force: Annotated[bool, typer.Option("--force", help="Write over files that are there.")] = False,
) -> None:
    """Write the workbook a commune fills: native form, village sheet, instructions.

    With --area every commune that owes the form gets one. Files that are there
    already may be filled: they are left as they are.

    With --prefill stocks (how many have, at the end of the period) are filled in
    from the last accepted report, in pale green; what happened during a period
    never is. A form that comes back with all of them untouched is asked about.

    A form that an office gives for many communes is one workbook with a row a
    commune: name it with --form and the area with --area.

    Example: tonghop template --unit 22813 --period 2025-06 -o lam-son.xlsx

    Example: tonghop template --area 585 --period 2025-06 -o bieu-mau --prefill
    """
    from cli.output.template_writing import TemplateWriter
    from cli.output.terminal import Terminal
    from domain.periods import parse_period
    from flows.support.catalog import open_catalog
    from flows.support.choices import form_for

    settings: Settings = context.obj
    if (unit is None) == (area is None):
        raise UsageError("name either one commune with --unit or all of an area with --area")
    catalog = open_catalog(settings)
    wanted = parse_period(period)
    chosen = form_for(catalog.forms, wanted, form)
    terminal = Terminal(catalog, settings.lang)
    if chosen.reporter is not None:
        if area is None or prefill:
            raise UsageError(f"form {chosen.id} has a row a commune: name its area with --area, without --prefill")
        TemplateWriter(terminal, chosen, wanted, None, force).write_table(area, output)
        return
    with _past_stocks(settings, catalog, chosen, wanted) if prefill else nullcontext() as past:
        writer = TemplateWriter(terminal, chosen, wanted, past, force)
        if area is None:
            writer.write_one(_owing(catalog, chosen, unit or "", wanted), output)
        else:
            units = _all_owing(catalog, chosen, area, wanted)
            writer.write_all(units, output or Path(f"{area}-{wanted}"))


def _owing(catalog: "Catalog", form: "Form", code: str, period: "Period") -> "OrgUnit":
    unit = catalog.units.get(code, catalog.forms.last_day(form.id, period))
    if not catalog.owes(form.id, unit, period):
        raise UsageError(
            f"{unit.name} ({code}) does not owe form {form.number} for {period}: name a {form.level}, "
            "or all of an area with --area"
        )
    return unit


def _all_owing(catalog: "Catalog", form: "Form", area: str, period: "Period") -> "Sequence[OrgUnit]":
    units = catalog.owing_units(form.id, area, period)
    if not units:
        raise UsageError(f"no commune of {area} owes form {form.number} for {period}")
    return units


@contextmanager
def _past_stocks(settings: Settings, catalog: "Catalog", form: "Form", period: "Period") -> "Iterator[Past]":
    """Yield a lookup of a commune's newest accepted stocks that are due again, as far back as rules compare.

    Raises:
        UsageError: there is no warehouse.
    """
    from domain.indicators import Flow
    from flows.pipeline.stages.earlier_figures import STEPS_BACK
    from flows.support.warehouse import reading_warehouse
    from warehouse.queries.last_known import last_known

    if not settings.has_warehouse:
        raise UsageError(
            f"--prefill takes what was accepted before, and there is no warehouse in {settings.home}: leave it out, "
            "or set TONGHOP_HOME or TONGHOP_WAREHOUSE_URL to where the nightly runs are"
        )
    periods = [period.shift(-steps) for steps in range(1, STEPS_BACK + 1)]
    with reading_warehouse(settings) as session:

        def newest_stocks(unit: "OrgUnit") -> "tuple[PastObservation, ...]":
            due = catalog.due_indicators(form.id, unit, period)
            stocks = [indicator.id for indicator in due if indicator.flow is Flow.STOCK]
            return last_known(session, unit.key, form.id, periods, stocks)

        yield newest_stocks
