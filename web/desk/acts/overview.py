"""The page of acts that are not about a single report, and of what officers did last."""

from datetime import timedelta

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from domain.officers.users import Permission, User
from warehouse.officers.waiting_acts import refused_acts, waiting_acts
from warehouse.queries.desk.figures import published_figures, published_periods
from warehouse.queries.runs import runs_of_persons
from warehouse.store.engine import reading
from web.desk.acts.act import SubjectKind
from web.desk.acts.table import ACTS
from web.desk.context import DeskContext
from web.desk.page import DeskPage, lang_of
from web.desk.permissions import covers

SHOWN_REFUSED = timedelta(days=7)
"""How long acts are listed that waited and were refused."""
MOST_RUNS = 100
"""Most acts that are listed."""
_OF_OFFICE = tuple(act for act in ACTS.values() if act.subject is SubjectKind.OFFICE)


def acts_page(desk: DeskContext, request: Request) -> Response:
    """Return the page, with the published figures of the period that the address names, else of the newest.

    Users who are limited to areas see the figures of these, and of what was done their own acts.

    Raises:
        HTTPException: 404, nothing is published for that period.
    """
    wanted = request.query_params.get("figures", "")
    with reading(desk.engine) as session:
        done = runs_of_persons(session, MOST_RUNS)
        waiting = (*waiting_acts(session), *refused_acts(session, desk.clock() - SHOWN_REFUSED))
        periods = {f"{form}:{period.id}": (form, period) for form, period in published_periods(session)}
        if wanted and wanted not in periods:
            raise HTTPException(404)
        chosen = wanted or next(iter(periods), "")
        figures = published_figures(session, *periods[chosen]) if chosen else ()
    user: User = request.scope["user"]
    return DeskPage(desk.catalog, lang_of(request, desk.lang), request).respond(
        "acts.html.j2",
        office_acts=[act.id for act in _OF_OFFICE if not user.areas or act.stays_within]
        if user.may(Permission.DECIDE)
        else (),
        waiting=[each for each in waiting if not user.areas or each.decision.actor == user.full_name],
        done=[each for each in done if not user.areas or each.actor == user.full_name],
        figures=[each for each in figures if covers(desk, user, each.area, each.period.id, each.form)],
        periods=periods,
        chosen=chosen,
    )
