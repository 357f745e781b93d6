"""The page of a consultation: who agreed, who objects and why, who is silent."""

from collections import Counter

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from domain.errors import UsageError
from domain.officers.consultations import Position
from domain.units import UnitKey
from flows.actions.closing.consult import units_of
from flows.presentation.ask_consulted import asked_at, without_address
from warehouse.store.engine import reading
from web.desk.context import DeskContext
from web.desk.page import DeskPage, lang_of
from web.desk.requested import requested_figures


def consultation_page(desk: DeskContext, request: Request) -> Response:
    """Return the answers of each unit to the consultation about an area's figures.

    Raises:
        HTTPException: 404, there are no such figures, or units are not consulted about them.
    """
    names = request.path_params
    figures = requested_figures(desk, names["form"], names["area"], names["period"])
    try:
        with reading(desk.engine) as session:
            consultation, units = units_of(session, figures.key)
            mailed = asked_at(session, consultation)
            without = {each.key for each in without_address(session, desk.catalog, figures.key, desk.today)}
    except UsageError as error:
        raise HTTPException(404) from error
    page = DeskPage(desk.catalog, lang_of(request, desk.lang), request)
    order = list(Position)
    return page.respond(
        "consultation.html.j2",
        consultation=consultation,
        figures=figures,
        units=sorted(units, key=lambda each: (order.index(each.position), each.code)),
        counts=Counter(each.position for each in units),
        positions=order,
        mailed_at=lambda unit: mailed.get(UnitKey(unit.code, unit.valid_from)),
        has_address=lambda unit: UnitKey(unit.code, unit.valid_from) not in without,
        is_over=consultation.last_day < desk.today,
    )
