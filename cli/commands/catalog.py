"""`tonghop catalog`: check a catalogue before it is put to use."""

from datetime import UTC, datetime

import typer

from cli.options import CatalogOption
from cli.output.terminal import open_terminal

catalog = typer.Typer(
    name="catalog",
    help="The catalogue: check it before it is put to use.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@catalog.callback()
def group() -> None:
    """Keep `check` a command of its own."""


@catalog.command()
def check(context: typer.Context, *, catalog: CatalogOption = None) -> None:
    """Check a catalogue's files, its forms and its templates of the written report.

    The first fault in a file is named with what to do; the exit code is 3 then. Every version of a form is filled in
    with invented figures and read back: where that fails the exit code is 1. What ends within 60 days, and what names
    no document, is warned of.

    Example: tonghop catalog check --catalog draft
    """
    from domain.vietnam_time import day_in_vietnam
    from flows.support.catalog_notices import check_catalog
    from publishing.document.report_document import check_templates

    settings = context.obj
    terminal = open_terminal(settings if catalog is None else settings.model_copy(update={"catalog": catalog}))
    templates = check_templates(terminal.catalog)
    notices = check_catalog(terminal.catalog, day_in_vietnam(datetime.now(UTC)), terminal.lang)
    for notice in notices:
        terminal.say(notice.key, "bold red" if notice.is_fault else "yellow", **notice.facts)
    if any(notice.is_fault for notice in notices):
        terminal.say("catalog_not_in_order", "bold", root=terminal.catalog.root)
        raise typer.Exit(1)
    if terminal.catalog.sample.typical is not None:
        layouts = ", ".join(f"{layout.form} {layout.version}" for layout in terminal.catalog.forms.layouts)
        terminal.say("catalog_layouts_read", layouts=layouts)
    terminal.say("catalog_in_order", root=terminal.catalog.root, templates=", ".join(templates))
