"""The published site: figures for everybody."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from connectors.stores.local import LocalStore
from flows.service.http_guards import guarded
from publishing.figures.formatter import ReportFormatter
from publishing.page.index_pages import published_page
from publishing.site.rendering import first_page
from publishing.storage.published_index import list_published
from warehouse.store.engine import Engine
from web.api.app import API_PREFIX, json_api
from web.static_files import Files


def published_site(
    root: Path,
    formatter: ReportFormatter,
    today: Callable[[], date],
    engine: Engine | None = None,
    *,
    further: Sequence[Route] = (),
) -> ASGIApp:
    """Serve the published folder: its site, and at `/list` all files; with a warehouse also the JSON API.

    `further` routes come before those of the folder.
    """

    def first(request: Request) -> Response:
        page = root / first_page(formatter.lang)
        return FileResponse(page) if page.is_file() else listed(request)

    def listed(_: Request) -> Response:
        return HTMLResponse(published_page(list_published(LocalStore(root)), formatter, today()))

    def newest(request: Request) -> Response:
        return RedirectResponse(f"/{request.path_params['period']}/{request.path_params['area']}/report.html")

    routes = [
        *further,
        Route("/", first),
        Route("/list", listed),
        *([Mount(API_PREFIX, json_api(engine, formatter.catalog))] if engine else []),
        Route("/{period}/{area}/", newest),
        Mount("/", Files(root)),
    ]
    return guarded(Starlette(routes=routes))
