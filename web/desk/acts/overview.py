"""The page of acts that are not about a single report, and of what officers did last."""

from starlette.requests import Request
from starlette.responses import Response

from warehouse.queries.runs import runs_of_persons
from warehouse.store.engine import reading
from web.desk.context import DeskContext
from web.desk.page import DeskPage, lang_of

MOST_RUNS = 100
"""Most acts that are listed."""


def acts_page(desk: DeskContext, request: Request) -> Response:
    """Return the page."""
    with reading(desk.engine) as session:
        done = runs_of_persons(session, MOST_RUNS)
    page = DeskPage(desk.catalog, lang_of(request, desk.lang), request)
    return page.respond("acts.html.j2", done=done)
