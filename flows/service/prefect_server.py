"""Prefect's server as `prefect server start` runs it in the foreground, but its pages make a browser ask nobody else.

Prefect's UI calls a service of its makers before it looks whether analytics are on, and no setting keeps it from that;
a browser that is told so by a header does. FastAPI's own page on the API (`/docs`), whose program comes from elsewhere,
stays empty for it.
"""

from typing import Final

import uvicorn
from prefect.server.api.server import create_app
from prefect.settings import get_current_settings

from flows.service.http_guards import SecurityHeaders

HEADERS: Final = {"Content-Security-Policy": "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:"}
"""Whatever a page of Prefect's does, it does with this server alone; its graphs compile programs of their own."""


def main() -> None:
    """Serve API and UI as the settings say, until the process is asked to end."""
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
