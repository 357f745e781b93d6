"""`tonghop connectors`: the sources that submissions are collected from: list, test, add."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import JsonOption
from cli.output.terminal import TextTerminal, literal, open_text_terminal
from flows.support.settings import Settings

if TYPE_CHECKING:
    from domain.catalog.sources import SourceKind
    from flows.actions.connectors import SourceTest

connectors = typer.Typer(
    name="connectors",
    help="Where submissions are collected from: list the sources, test them, add one to connectors.yaml.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@connectors.command("list")
def list_connectors(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """List the sources: those of connectors.yaml, then the folders of TONGHOP_INBOX.

    Secrets are shown by the names of their variables or files only.

    Example: tonghop connectors list
    """
    from cli.output.as_json import print_json
    from flows.support.sources import configured_sources

    settings: Settings = context.obj
    sources = configured_sources(settings)
    if as_json:
        print_json(sources)
        return
    terminal = open_text_terminal(settings)
    table = terminal.table("column_source", "column_kind", "column_address", "column_after")
    for source in sources:
        after = terminal.text(f"connectors_after_{source.after}", folder=source.moved_to)
        table.add_row(literal(source.name), source.kind, literal(source.address), literal(after))
    terminal.show(table)


@connectors.command("test")
def try_connectors(
    context: typer.Context,
    *,
    name: Annotated[str | None, typer.Argument(help="Name of a source; else all.", show_default=False)] = None,
    as_json: JsonOption = False,
) -> None:
    """Log in to sources and count what lies there; nothing is fetched, moved or kept.

    Exit codes: 0 all can be reached; 3 some cannot, and each is named with what to do.

    Example: tonghop connectors test
    """
    from cli.output.as_json import print_json
    from cli.running import DONE, NOT_ALL_FETCHED
    from flows.actions.connectors import sources_named, try_source

    settings: Settings = context.obj
    results = [try_source(settings, source) for source in sources_named(settings, name)]
    if as_json:
        print_json(results)
    else:
        terminal = open_text_terminal(settings)
        for result in results:
            _show_test(terminal, result)
    raise typer.Exit(NOT_ALL_FETCHED if any(result.problem for result in results) else DONE)


@connectors.command()
def add(
    context: typer.Context,
    *,
    kind: Annotated[str, typer.Option("--kind", help="Kind of source: folder, sftp, … (docs/operations.md).")] = "",
    name: Annotated[str, typer.Option("--name", help="Its name in records, kept for good.")] = "",
    address: Annotated[str, typer.Option("--address", help="Path, or address as sftp://host/folder.")] = "",
    user: Annotated[str, typer.Option("--user", help="Account, or id of an access key.")] = "",
    password: Annotated[
        str,
        typer.Option("--password", metavar="NAME", help="Variable, or file of mode 600 in the home, that holds it."),
    ] = "",
    key: Annotated[
        str, typer.Option("--key", metavar="NAME", help="The same for a private key, where the kind takes one.")
    ] = "",
    known_hosts: Annotated[str, typer.Option("--known-hosts", help="known_hosts file with the server's key.")] = "",
    authority: Annotated[str, typer.Option("--authority", help="File of certificates, in place of the system's.")] = "",
    endpoint: Annotated[str, typer.Option("--endpoint", help="Address of an object store of your own.")] = "",
    trusted_server: Annotated[
        str, typer.Option("--trusted-server", help="Mail server whose results of authentication are believed.")
    ] = "",
    after: Annotated[str, typer.Option("--after", help="What happens to landed files: left, moved, flagged.")] = "",
    replies: Annotated[str, typer.Option("--replies", help="Where replies go: returned, or kept in the home.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Add a source to connectors.yaml; ask for what is missing, write the entry only if it is right.

    Passwords and keys are never written there: state the name of an environment variable (SFTP_PW), or of a file of
    mode 600 in the home (secrets/sftp). Afterwards tonghop connectors test NAME logs in and lists.

    Example: tonghop connectors add --kind folder --name share --address /srv/share/reports
    """
    from cli.output.as_json import print_json
    from connectors.registry import KINDS
    from domain.errors import UsageError
    from flows.actions.connectors import add_source, entry_of
    from flows.support.sources import connectors_file

    settings: Settings = context.obj
    aside = open_text_terminal(settings)
    kind = kind or typer.prompt(aside.text("connectors_ask_kind", kinds=", ".join(KINDS)), err=True)
    if kind not in KINDS:
        raise UsageError(f"{kind} is no kind of source: write one of {', '.join(KINDS)}")
    stated = {
        "name": name,
        "kind": kind,
        "address": address,
        "user": user,
        "password": password,
        "key": key,
        "known_hosts": known_hosts,
        "authority": authority,
        "endpoint": endpoint,
        "trusted_server": trusted_server,
        "after": after,
        "replies": replies,
    }
    source = add_source(settings, entry_of(settings, _completed(aside, KINDS[kind], stated)))
    if as_json:
        print_json(source)
        return
    aside.say("connectors_added", "bold green", name=source.name)
    aside.print_path(connectors_file(settings))
    aside.say("connectors_then", "", name=source.name)


def _completed(terminal: TextTerminal, kind: "SourceKind", stated: dict[str, str]) -> dict[str, str]:
    """Ask for what an entry of this kind cannot do without and was not stated as an option."""
    results = dict(stated)
    for key in ("name", "address", *kind.needs):
        example = kind.example if key == "address" else ""
        if not results[key]:
            results[key] = typer.prompt(terminal.text(f"connectors_ask_{key}", example=example), err=True)
    if kind.needs_any and not any(results[key] for key in kind.needs_any):
        for key in kind.needs_any:
            question = terminal.text(f"connectors_ask_{key}", example="")
            results[key] = typer.prompt(question, default="", show_default=False, err=True)
            if results[key]:
                break
    return results


def _show_test(terminal: TextTerminal, result: "SourceTest") -> None:
    if result.problem:
        problem = terminal.error(result.problem.removeprefix(f"{result.name}: "))
        terminal.bullet("✗", f"{result.name}: {problem}", "red")
    else:
        text = terminal.text("connectors_reached", name=result.name, files=result.files)
        terminal.bullet("✓", text, "green")
