"""The `tonghop` command: common options, and exit codes of failures."""

import atexit
import errno
import gc
import sys
from importlib.metadata import version
from typing import Annotated, Literal

import typer

from cli.commands import (
    archive,
    audit,
    backtest,
    backup,
    catalog,
    check,
    close,
    connectors,
    consultation,
    contacts,
    demo,
    explain,
    held,
    history,
    links,
    login,
    nightly,
    prefect,
    publish,
    remind,
    replies,
    rerun,
    rollup,
    rules,
    runs,
    sample,
    senders,
    serve,
    status,
    template,
    up,
    users,
    waive,
    withdraw,
)
from cli.help_language import HELP_OPTIONS, in_language, language
from domain.catalog.help_texts import error_in
from domain.errors import TonghopError, UsageError
from flows.support.masking import masked
from flows.support.private_home import close_home
from flows.support.settings import load_settings, secrets_folder

_HELP = """
Collect the Excel reports of communes, check them, keep them, and publish
district rollups that anyone can trace back to a cell.

\b
A month in short:
  tonghop template --unit 22813 --period 2025-05    the workbook to be filled
  tonghop check FILE                                look before it is sent
  tonghop nightly                                   take what arrived, publish
  tonghop status --area 585 --period 2025-05        who is missing or refused
  tonghop remind --dry-run                          who is reminded today
  tonghop rerun --period 2025-05 --unit 22828       take a correction
  tonghop explain --area 585 --period 2025-05 --indicator CODE
  tonghop rollup --area 585 --period 2025-Q2        any area and period
  tonghop publish --area 22810 --period 2025-05 --boundary as_now
  tonghop history --unit 22828 --period 2025-05     every version of a report
  tonghop withdraw --unit 22828 --period 2025-05 --reason "wrong month"
  tonghop held list                                 what waits for a decision
  tonghop senders list                              by which way reports may come
  tonghop contacts list 22813                       whom to call about a report
  tonghop links make 22813 --reason "Ms Lan"         her own upload page
  tonghop users list                                who may log in at the desk
  tonghop audit verify                              whether decisions are as recorded
  tonghop connectors list                           where reports are collected
  tonghop replies list                              what goes back to senders
  tonghop waive RULE --unit 22813 --period 2025-05 --until 2025-12-31 \\
    --reason "checked, right"                       answer a warning
  tonghop consultation begin 2025-05 --area 585 --until 2025-05-28 \\
    --reason "before it is signed"                  ask the units first
  tonghop close 2025-05 --area 585                  freeze the month, verifiably
  tonghop archive move --before 2023-01             put old months into Parquet
  tonghop rules list                                what reports are judged by
  tonghop catalog check                             look before it is put to use

\b
Try all of it on a bundled sample:
  tonghop demo

\b
Exit codes: 0 done; 1 done, but submissions were refused;
2 wrong usage; 3 our fault or the network's.
"""

WRONG_USAGE = 2
OUR_FAULT = 3

app = typer.Typer(
    name="tonghop",
    help=_HELP,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": HELP_OPTIONS},
)
for _command in (
    template.template,
    sample.sample,
    check.check,
    nightly.nightly,
    rerun.rerun,
    remind.remind,
    status.status,
    rollup.rollup,
    explain.explain,
    history.history,
    withdraw.withdraw,
    waive.waive,
    waive.waivers,
    close.close,
    close.verify,
    publish.publish,
    backup.backup,
    backup.restore,
    backup.copy,
    serve.serve,
    runs.runs,
    up.up,
    up.down,
    login.login,
    demo.demo,
):
    app.command()(_command)
app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(prefect.prefect)
rules.rules.command()(backtest.backtest)
app.add_typer(rules.rules)
app.add_typer(catalog.catalog)
app.add_typer(held.held)
app.add_typer(senders.senders)
app.add_typer(contacts.contacts)
app.add_typer(users.users)
app.add_typer(audit.audit)
app.add_typer(archive.archive)
app.add_typer(links.links)
app.add_typer(consultation.consultation)
app.add_typer(connectors.connectors)
app.add_typer(replies.replies)


def _show_version(is_requested: bool) -> None:  # noqa: FBT001 # typer passes the flag by position
    if is_requested:
        typer.echo(f"tonghop {version('tonghop')}")
        raise typer.Exit


@app.callback()
def before_any_command(
    context: typer.Context,
    *,
    lang: Annotated[
        Literal["vi", "en"] | None,
        typer.Option("--lang", help="Language of what is printed and published; TONGHOP_LANG sets it for good."),
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="On a failure show where in the program it happened.")] = False,
    show_version: Annotated[
        bool, typer.Option("--version", help="Show the version and leave.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Read the settings once, for every command, and close the home to other accounts."""
    del debug, show_version  # read by main() and the callback
    from datetime import UTC, datetime

    from flows.support.logs import log_to_file

    context.obj = load_settings(lang=lang)
    close_home(context.obj.home, context.obj.default_inbox, secrets_folder())
    log_to_file(context.obj.logs, datetime.now(UTC))


def main() -> None:
    """Run the command line and exit with the code of its outcome."""
    atexit.register(gc.freeze)  # at its end Python would look for garbage in all of it several times more
    try:
        in_language(typer.main.get_group(app))()
    except TonghopError as error:
        _show_error(masked(str(error)))
        sys.exit(WRONG_USAGE if isinstance(error, UsageError) else OUR_FAULT)
    except KeyboardInterrupt:
        _show_error("stopped. Nothing half-done was kept; run the same command again to go on.")
        sys.exit(OUR_FAULT)
    except OSError as error:
        _show_error(_about(error))
        sys.exit(OUR_FAULT)
    except Exception as error:  # noqa: BLE001 # any error becomes a readable message
        _show_error(
            f"something unexpected went wrong ({type(error).__name__}: {masked(str(error))}). "
            "Run again with --debug to see where."
        )
        sys.exit(OUR_FAULT)


def _about(error: OSError) -> str:
    """Describe an error of the file system for the user."""
    where = error.filename or "the disk"
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return f"no room is left ({where}). What was kept before is intact; make room, then run the same command again."
    return f"{where} cannot be used ({error.strerror or error}). See to it, then run the same command again."


def _show_error(message: str) -> None:
    from cli.output.terminal import literal, open_console

    console = open_console(aside=True)
    if "--debug" in sys.argv:
        console.print_exception()
    console.print(f"[bold red]tonghop:[/] {literal(*error_in(language(), message).splitlines())}")
