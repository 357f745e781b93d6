"""The page of a rerun that was started at the desk: how far it is, where Prefect shows it, what it changed."""

from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from flows.service.api import ServerApi
from flows.support.settings import server_of
from warehouse.queries.runs import run_record
from warehouse.store.engine import reading
from web.desk.context import DeskContext
from web.desk.page import DeskPage, lang_of


def rerun_page(desk: DeskContext, request: Request) -> Response:
    """Return the page.

    Raises:
        HTTPException: 404, the Prefect server knows no such run.
        TonghopError: no server is known, or it does not answer.
    """
    run_id = request.path_params["run"]
    try:
        UUID(run_id)
    except ValueError as error:
        raise HTTPException(404) from error
    api, credential = server_of(desk.settings)
    run = ServerApi(api, credential).run(run_id)
    if run is None:
        raise HTTPException(404)
    with reading(desk.engine) as session:
        is_recorded = run_record(session, run_id) is not None
    address = f"{desk.settings.server_url.rstrip('/') or api.removesuffix('/api')}/runs/flow-run/{run_id}"
    page = DeskPage(desk.catalog, lang_of(request, desk.lang), request)
    return page.respond("rerun.html.j2", run=run, is_recorded=is_recorded, prefect=address)
