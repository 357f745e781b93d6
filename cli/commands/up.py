"""`tonghop up` and `down`: start and stop the whole service on this machine."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from flows.support.settings import Settings, api_url, prepare_environment

if TYPE_CHECKING:
    from cli.output.terminal import TextTerminal
    from flows.support.service_record import Record

_HOST_HELP = "Address to listen on; 0.0.0.0 for other machines, behind a proxy with TLS."


def up(
    context: typer.Context,
    *,
    detach: Annotated[
        bool, typer.Option("--detach", "-d", help="Leave it running and return once it is ready.")
    ] = False,
    host: Annotated[str | None, typer.Option("--host", help=_HOST_HELP)] = None,
    port: Annotated[int | None, typer.Option("--port", help="Port of Prefect's server and UI; else 4200.")] = None,
    only: Annotated[
        Literal["server", "worker", "definitions", "scheduler", "slices"] | None,
        typer.Option(
            "--only",
            help="For systemd and containers: one component, in this process. See deploy/ and PREFECT_API_URL.",
        ),
    ] = None,
) -> None:
    """Start Prefect's server with its UI, a worker, all schedules and automations, and the published pages.

    Waits until all is healthy and prints the addresses, with a link that logs a browser in once. Runs until Ctrl-C, or
    with --detach until tonghop down. What ends by itself is started again. Commands like tonghop rerun use this server
    by themselves. A second tonghop up finds the first.

    Example: tonghop up

    Example: tonghop up --detach --port 4300
    """
    settings: Settings = context.obj
    options = {"server_host": host, "server_port": port}
    settings = settings.model_copy(update={name: value for name, value in options.items() if value is not None})
    if only:
        _run_only(prepare_environment(settings), only)
        return
    from cli.output.terminal import open_text_terminal

    terminal = open_text_terminal(settings)
    _make_first_user(terminal, settings)
    settings = prepare_environment(_with_urls(settings))
    from flows.support.service_record import AlreadyUpError

    try:
        if detach:
            show_ready(terminal, _start_detached(terminal, settings), "tonghop down", settings)
        else:
            _run_here(terminal, settings)
    except AlreadyUpError as error:
        terminal.say("up_already", "bold")
        if error.record:
            show_ready(terminal, error.record, "tonghop down", settings)


def down(context: typer.Context) -> None:
    """Stop what tonghop up started on this home, and nothing else.

    Runs at work are ended; the next run makes them good, from the files as they were received.

    Example: tonghop down
    """
    from cli.output.terminal import open_text_terminal
    from flows.service.stopping import stop

    settings: Settings = context.obj
    terminal = open_text_terminal(settings)
    with terminal.console.status(terminal.text("down_stopping")):
        stopped = stop(settings.home)
    terminal.say("down_stopped" if stopped else "down_nothing", "bold green" if stopped else "", home=settings.home)


def show_ready(terminal: "TextTerminal", record: "Record", how_to_end: str, settings: Settings) -> None:
    """Show the addresses of the service, a link that logs a browser in, and the command that stops the service."""
    from cli.output.service_view import show_addresses
    from flows.support.service_record import READY

    terminal.say("up_ready" if record.stage == READY else "up_still_starting", "bold green")
    show_addresses(terminal, record)
    if record.stage == READY:
        _show_login(terminal, record, settings)
        _show_senders(terminal, settings)
    terminal.say("up_how_to_end", "dim", command=how_to_end)


def _show_login(terminal: "TextTerminal", record: "Record", settings: Settings) -> None:
    from cli.commands.login import show_link
    from flows.service.api import NoLoginLinkError

    if not terminal.console.is_terminal:
        terminal.say("login_hint", "dim")  # a log keeps no link that still admits
        return
    try:
        show_link(terminal, settings, record.api)
    except NoLoginLinkError:
        terminal.say("up_without_login", "yellow")


def _make_first_user(terminal: "TextTerminal", settings: Settings) -> None:
    """Where no user can log in at the desk yet, make an administrator and show the password, once."""
    from domain.errors import TonghopError
    from flows.actions.users.accounts import is_desk_open
    from flows.service.supervisor import require_port
    from flows.support.warehouse import open_warehouse

    if is_desk_open(settings):
        return
    if not terminal.console.is_terminal:
        terminal.say("office_closed", "dim")  # a log keeps no password
        return
    from datetime import UTC, datetime

    from flows.actions.users.accounts import add_first_administrator

    try:
        require_port(settings, "office_port")
        made = add_first_administrator(open_warehouse(settings), terminal.text("first_user"), datetime.now(UTC))
    except TonghopError:
        return  # the desk stays closed, as before; a warehouse that does not answer shows itself elsewhere
    if made is not None:
        terminal.say("first_user_made", "bold green", name=made[0], password=made[1])


def _show_senders(terminal: "TextTerminal", settings: Settings) -> None:
    """Say so where reports count whatever way they come; a warehouse that does not answer shows itself elsewhere."""
    from domain.errors import TonghopError
    from flows.support.warehouse import reading_warehouse
    from warehouse.submissions.authorisations import are_senders_checked

    is_checked = False
    if settings.has_warehouse:
        try:
            with reading_warehouse(settings) as session:
                is_checked = are_senders_checked(session)
        except TonghopError:
            return
    if not is_checked:
        terminal.say("senders_none", "yellow")


def _with_urls(settings: Settings) -> Settings:
    from flows.actions.users.accounts import is_desk_open

    # Notices and the Prefect UI link to the pages: at the configured addresses, else at this machine's own.
    pages = settings.address_of(settings.pages_port)
    office = settings.address_of(settings.office_port) if is_desk_open(settings) else ""
    return settings.model_copy(
        update={"base_url": settings.base_url or pages, "office_url": settings.office_url or office}
    )


def _run_here(terminal: "TextTerminal", settings: Settings) -> None:
    from cli.output.service_view import StartupView
    from flows.service.supervisor import Supervisor
    from flows.support.service_record import READY

    class ForegroundView(StartupView):
        """Shows the addresses once all is ready, because the command keeps running."""

        def begin(self, stage: str) -> None:
            super().begin(stage)
            if stage == READY:
                show_ready(terminal, supervisor.record, "Ctrl-C", settings)

    with ForegroundView(terminal) as view:
        supervisor = Supervisor(settings, view)
        supervisor.run()
    terminal.say("down_stopped", "bold green")


def _start_detached(terminal: "TextTerminal", settings: Settings) -> "Record":
    from cli.output.service_view import StartupView
    from flows.service.detached import start_detached

    with StartupView(terminal) as view:
        return start_detached(settings, view)


def _run_only(settings: Settings, only: str) -> None:
    from flows.service import components
    from flows.service.api import ServerApi
    from flows.service.supervisor import PATIENCE_SECONDS, require_port

    if only == components.SCHEDULER:
        from flows.support.slices.credential import renew_certificate
        from flows.support.slices.identity import require_engine

        require_engine(settings)
        renew_certificate(settings.home)
        components.exec_component(components.scheduler(settings))
    if only == components.SLICES:
        from flows.service.slice_scheduler import admitted_identity

        components.exec_component(components.slices(settings, admitted_identity(settings, PATIENCE_SECONDS)))
    if only == components.SERVER:
        require_port(settings, "server_port")
        components.exec_component(components.server(settings))
    ServerApi(api_url(), settings.server_auth).wait(PATIENCE_SECONDS)
    if only == components.WORKER:
        components.exec_component(components.worker())
    from flows.service.definitions import apply

    apply(settings)
