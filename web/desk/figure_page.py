"""The page of a published figure: the reports and cells that it is made of, and who is missing."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from domain.errors import UsageError
from domain.periods import parse_period
from domain.rollups import Boundary
from warehouse.queries import explain
from warehouse.store.engine import reading
from web.desk.context import DeskContext
from web.desk.page import DeskPage, lang_of


def figure_page(desk: DeskContext, request: Request) -> Response:
    """Return the figure of the newest revision with its way down to the cells.

    Raises:
        HTTPException: 404, there is no such figure.
    """
    names, query = request.path_params, request.query_params
    try:
        period, boundary = parse_period(names["period"]), Boundary(query.get("boundary") or Boundary.AS_THEN)
        with reading(desk.engine) as session:
            explained = explain(
                session, names["area"], period, names["indicator"], form=query.get("form") or None, boundary=boundary
            )
    except (UsageError, ValueError) as error:
        raise HTTPException(404) from error
    page = DeskPage(desk.catalog, lang_of(request, desk.lang), request)
    return page.respond("figure.html.j2", explained=explained, row=explained.row, period=period)
