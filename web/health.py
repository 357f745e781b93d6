"""Whether the sites are alive and ready, for proxies and service managers; it says nothing about reports.

`/health/live` answers as long as the process does. `/health/ready` is 503 while the warehouse cannot be read, is of
another version or lacks a file of an archived period, or while a folder cannot be used.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from domain.errors import TonghopError
from warehouse.archive.reading import absent_files
from warehouse.migrations.current import is_current
from warehouse.store.engine import Engine, reading


def health_routes(engine: Engine, folders: Mapping[str, Path]) -> list[Route]:
    """Return the routes of liveness and readiness; `folders`, by the names shown, have to be readable and writable."""

    def live(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    def ready(_: Request) -> Response:
        checks = {"warehouse": _is_usable(engine)}
        checks |= {name: os.access(folder, os.R_OK | os.W_OK | os.X_OK) for name, folder in folders.items()}
        body = {"ready": all(checks.values()), "checks": checks}
        return JSONResponse(body, status_code=200 if body["ready"] else 503)

    return [Route("/health/live", live), Route("/health/ready", ready)]


def _is_usable(engine: Engine) -> bool:
    try:
        with reading(engine) as session:
            return is_current(session.connection()) and not absent_files(session)
    except TonghopError:
        return False
