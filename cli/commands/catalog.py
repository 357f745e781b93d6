"""`tonghop catalog`: check a catalogue before it is put to use."""

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
    """Check a catalogue's files and its templates of the written report.

    The first fault is named with its file and what to do; the exit code is 3 then.

    Example: tonghop catalog check --catalog draft
    """
    from publishing.document.report_document import check_templates

    settings = context.obj
    terminal = open_terminal(settings if catalog is None else settings.model_copy(update={"catalog": catalog}))
    templates = check_templates(terminal.catalog)
    terminal.say("catalog_in_order", root=terminal.catalog.root, templates=", ".join(templates))
