"""`tonghop template`: write the workbook that one commune fills for one period."""

from pathlib import Path
from typing import Annotated

import typer

from domain.errors import UsageError
from flows.cli.options import FormOption, PeriodOption
from flows.settings import Settings


def template(
    context: typer.Context,
    *,
    unit: Annotated[str, typer.Option("--unit", help="Code of the commune, e.g. 22813 (Lâm Sơn).")],
    period: PeriodOption,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File to write; else UNIT-PERIOD.xlsx.")] = None,
    form: FormOption = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
) -> None:
    """Write the workbook a commune fills: native form, village sheet, locked cells, checks while typing.

    Example: tonghop template --unit 22813 --period 2025-05 -o lam-son.xlsx
    """
    from domain.catalog import load_catalog
    from domain.periods import parse_period
    from flows.cli.choices import form_for
    from flows.cli.voice import Voice
    from workbooks.template import build_template

    settings: Settings = context.obj
    catalog = load_catalog(settings.catalog)
    wanted = parse_period(period)
    chosen = form_for(catalog, wanted, form)
    commune = catalog.units.get(unit, catalog.last_day(chosen.id, wanted))
    if not catalog.owes(chosen.id, commune, wanted):
        raise UsageError(
            f"{commune.name} ({unit}) does not owe form {chosen.number} for {wanted}: name a {chosen.level}"
        )
    target = output or Path(f"{unit}-{wanted}.xlsx")
    if target.exists() and not force:
        raise UsageError(f"{target} is there already; it may be filled. Choose another name or add --force")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(build_template(catalog, chosen.id, commune, wanted))
    voice = Voice(catalog, settings.lang)
    voice.say("template_written", unit=commune.name, period=wanted.id, form=chosen.number)
    voice.point_to(target.absolute())
