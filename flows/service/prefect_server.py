"""Prefect's server as `prefect server start` runs it in the foreground, with pages that contact no other host.

Prefect's UI calls a service of its vendor before it checks whether analytics are on, and no setting prevents that;
a Content-Security-Policy header does. FastAPI's own page on the API (`/docs`), whose scripts come from elsewhere,
stays empty because of it. Requests under a foreign host name are refused before anything else, because a page of that
name could otherwise read the answers (DNS rebinding).
"""

import sys
from typing import Final

import uvicorn
from prefect.server.api.server import create_app
from prefect.settings import get_current_settings
from starlette.middleware.trustedhost import TrustedHostMiddleware

from flows.service.http_guards import SecurityHeaders
from flows.service.known_hosts import known_hosts
from flows.service.login_pages import LoginPages
from flows.service.prefect_tables import lay_tables
from flows.support.catalog import open_texts
from flows.support.settings import load_settings

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
"""Pages of Prefect contact this server alone, and no other page frames them; its graphs compile WebAssembly."""


def main() -> None:
    """Serve API and UI as configured, until the process is terminated."""
    ours, prefect = load_settings(), get_current_settings()
    api = prefect.server.api
    if api.auth_string is None:
        sys.exit("no credential is set, so the server would answer anybody: start it by tonghop up --only server")
    lay_tables()
    # Around Prefect's app and not among its middleware: its automations call the app itself, under a name of their own.
    app = create_app(final=True)  # logging too is set up by it
    pages = LoginPages(app, api.auth_string.get_secret_value(), open_texts(ours), ours.lang)
    hosts = known_hosts(ours, prefect.api.url or "")
    uvicorn.run(
        TrustedHostMiddleware(SecurityHeaders(pages, HEADERS), allowed_hosts=hosts, www_redirect=False),
        host=api.host,
        port=api.port,
        timeout_keep_alive=api.keepalive_timeout,
        ws_ping_interval=api.websocket_ping_interval,
        ws_ping_timeout=api.websocket_ping_timeout,
        log_level=prefect.server.logging_level.lower(),
    )


if __name__ == "__main__":
    main()
