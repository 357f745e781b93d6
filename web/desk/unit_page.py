"""The page of a unit: whom to call, and by which ways its reports may arrive."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from warehouse.queries.desk.units import unit_dossier
from warehouse.store.engine import reading
from web.desk.acts.unit_acts import contact_line, way_line
from web.desk.context import DeskContext
from web.desk.page import DeskPage, lang_of
from web.desk.requested import requested_unit


def unit_page(desk: DeskContext, request: Request) -> Response:
    """Return the page.

    Raises:
        HTTPException: 404, no unit ever had that code.
    """
    wanted = requested_unit(desk, request.path_params["unit"])
    page = DeskPage(desk.catalog, lang_of(request, desk.lang), request)
    with reading(desk.engine) as session:
        dossier = unit_dossier(session, wanted.unit.key)
    parent = desk.catalog.units.find(wanted.unit.parent, desk.today) if wanted.unit.parent else None
    return page.respond(
        "unit.html.j2",
        unit=wanted.unit,
        parent=parent,
        dossier=dossier,
        current=[
            each for each in dossier.contacts if each.contact.valid_to is None or each.contact.holds_on(desk.today)
        ],
        former=[each for each in dossier.contacts if each.contact.valid_to and each.contact.valid_to < desk.today],
        ways=[each for each in dossier.ways if each.removed is None],
        removed_ways=[each for each in dossier.ways if each.removed is not None],
        contact_line=partial(contact_line, page),
        way_line=partial(way_line, page),
    )
