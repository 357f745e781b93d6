"""The published site: figures for everybody."""

from collections.abc import Callable, Sequence
from datetime import date

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from domain.stores.store import Store
from flows.service.http_guards import guarded
from publishing.figures.formatter import ReportFormatter
from publishing.page.index_pages import published_page
from publishing.site.rendering import first_page
from publishing.storage.published_files import PublishedFiles
from publishing.storage.published_index import list_published
from warehouse.store.engine import Engine
from web.api.app import API_PREFIX, json_api
from web.static_files import files_of, respond


def published_site(
    published: Store,
    formatter: ReportFormatter,
    today: Callable[[], date],
    engine: Engine | None = None,
    *,
    further: Sequence[Route] = (),
) -> ASGIApp:
    """Serve the published folder: its site, and at `/list` all files; with a warehouse also the JSON API.

    `further` routes come before those of the folder.
    """
    read = PublishedFiles(published).read

    def first(request: Request) -> Response:
        try:
            return respond(request, first_page(formatter.lang), read)
        except HTTPException as error:
            if error.status_code == 404:
                return listed(request)
            raise

    def listed(_: Request) -> Response:
        return HTMLResponse(published_page(list_published(published), formatter, today()))

    def newest(request: Request) -> Response:
        return RedirectResponse(f"/{request.path_params['period']}/{request.path_params['area']}/report.html")

    routes = [
        *further,
        Route("/", first),
        Route("/list", listed),
        *([Mount(API_PREFIX, json_api(engine, formatter.catalog))] if engine else []),
        Route("/{period}/{area}/", newest),
        Mount("/", files_of(published, read)),
    ]
    return guarded(Starlette(routes=routes))
