"""`tonghop publish`: publish figures on demand, beside those of nightly runs."""

from pathlib import Path
from typing import Annotated

import typer

from cli.options import AreaOption, AsOfOption, BoundaryOption, FormOption, PeriodOption, WaitOption
from domain.errors import UsageError
from flows.support.settings import patient


def publish(
    typer_context: typer.Context,
    *,
    area: AreaOption,
    period: PeriodOption,
    boundary: BoundaryOption = "as_then",
    as_of: AsOfOption = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="With --as-of: folder to write to; else AREA-PERIOD-as-of.")
    ] = None,
    form: FormOption = None,
    wait: WaitOption = None,
) -> None:
    """Roll an area up and publish it; nightly runs keep it up to date from then on.

    With --as-of the page, workbook and table of what was known then are written to a folder of their own; what is
    published stays as it is.

    Example: tonghop publish --area 22810 --period 2025-05 --boundary as_now
    """
    if output and not as_of:
        raise UsageError("--output says where figures as of a moment are written: add --as-of")
    settings = patient(typer_context.obj, wait)
    from uuid import uuid4

    from cli.output.run_report import MOST_CHANGES, show_published
    from cli.output.terminal import Terminal
    from cli.running import ProgressBars
    from domain.periods import parse_period
    from domain.rollups import Boundary
    from flows.actions.publish_on_demand import hand_over, publish_on_demand
    from flows.pipeline.pipeline import Run
    from flows.pipeline.scope import RunScope
    from flows.pipeline.steps import PlainSteps
    from flows.support.area_figures import FiguresRequest
    from flows.support.choices import form_made_up, moment_of
    from flows.support.context import build_context

    context = build_context(settings)
    terminal = Terminal(context.catalog, settings.lang)
    chosen = form_made_up(context.catalog.forms, parse_period(period), form)
    wanted = FiguresRequest(area, chosen.id, parse_period(period), Boundary(boundary))
    if as_of:
        folder = hand_over(context, wanted, moment_of(as_of), output or Path(f"{area}-{period}-as-of"))
        terminal.say("handed_over", area=area, period=period, moment=as_of)
        terminal.print_path(folder.absolute())
        return
    bars = ProgressBars(terminal)
    with bars.progress:
        published = publish_on_demand(Run(context, RunScope(), PlainSteps(str(uuid4())), bars), wanted)
    show_published(terminal, published, MOST_CHANGES)
