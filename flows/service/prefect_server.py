"""Prefect's server as `prefect server start` runs it in the foreground, with pages that contact no other host.

Prefect's UI calls a service of its vendor before it checks whether analytics are on, and no setting prevents that;
a Content-Security-Policy header does. FastAPI's own page on the API (`/docs`), whose scripts come from elsewhere,
stays empty because of it.
"""

from typing import Final

import uvicorn
from prefect.server.api.server import create_app
from prefect.settings import get_current_settings

from flows.service.http_guards import SecurityHeaders

HEADERS: Final = {"Content-Security-Policy": "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:"}
"""Pages of Prefect contact this server alone; its graphs compile WebAssembly."""


def main() -> None:
    """Serve API and UI as configured, until the process is terminated."""
    settings = get_current_settings().server
    app = create_app(final=True)  # logging too is set up by it
    app.add_middleware(SecurityHeaders, headers=HEADERS)
    uvicorn.run(
        app,
        host=settings.api.host,
        port=settings.api.port,
        timeout_keep_alive=settings.api.keepalive_timeout,
        ws_ping_interval=settings.api.websocket_ping_interval,
        ws_ping_timeout=settings.api.websocket_ping_timeout,
        log_level=settings.logging_level.lower(),
    )


if __name__ == "__main__":
    main()
