"""`tonghop login`: a link that logs a browser in to the Prefect UI."""

from typing import TYPE_CHECKING

import typer

from flows.support.settings import Settings, api_url, prepare_environment

if TYPE_CHECKING:
    from cli.output.terminal import TextTerminal


def login(context: typer.Context) -> None:
    """Print a link that logs a browser in to the Prefect UI, once, within a quarter of an hour.

    The UI asks for a name and a password; the link spares typing them. Do not pass it on: the first to open it can
    start runs and read every report.

    Example: tonghop login
    """
    settings = prepare_environment(context.obj)
    from cli.output.terminal import open_text_terminal

    show_link(open_text_terminal(settings), settings, api_url())


def show_link(terminal: "TextTerminal", settings: Settings, api: str) -> None:
    """Print a new link for the server with this API.

    Raises:
        ServerSilentError: the server does not answer.
        NoLoginLinkError: it issues no links.
    """
    from flows.service.api import LOGIN_MINUTES, LOGIN_PAGE, ServerApi

    token = ServerApi(api, settings.server_auth).login_token()
    address = settings.server_url.rstrip("/") or api.removesuffix("/api")
    terminal.say("login_link", minutes=LOGIN_MINUTES)
    terminal.print_path(f"{address}{LOGIN_PAGE}#{token}")
