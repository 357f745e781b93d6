"""The desk's first page: which unit has sent what, period by period."""

from datetime import timedelta

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from domain.errors import UsageError
from domain.periods import parse_period
from warehouse.officers.waiting_acts import WaitingAct, refused_acts
from warehouse.queries.desk.matrix import MatrixSelection, report_matrix
from warehouse.queries.desk.report_states import DeskState
from warehouse.store.engine import reading
from web.desk.acts.act_form import remembered_name
from web.desk.acts.overview import SHOWN_REFUSED
from web.desk.context import DeskContext
from web.desk.page import DeskPage, lang_of
from web.desk.permissions import officer_of

ROWS = 50
COLUMNS = (6, 12, 24)
_MOST_SKIPPED = 10**6
_LONGEST_TEXT = 100


def matrix_page(desk: DeskContext, request: Request) -> Response:
    """Return the matrix that the parameters of the address select.

    Raises:
        HTTPException: 404, a parameter has an impossible value.
    """
    selection = _selection(desk, request)
    page = DeskPage(desk.catalog, lang_of(request, desk.lang), request)
    own_name = officer_of(request) or remembered_name(request)
    limits = page.user.areas if page.user else ()
    areas = limits or desk.areas
    with reading(desk.engine) as session:
        matrix = report_matrix(session, desk.owed_reports, areas, selection, desk.clock(), limited=bool(limits))
        refused = refused_acts(session, desk.clock() - SHOWN_REFUSED) if page.decides else ()
    states = [state for state in DeskState if any(column.counts.get(state) for column in matrix.periods)]
    return page.respond(
        "matrix.html.j2",
        matrix=matrix,
        refused=[each for each in refused if each.decision.actor == own_name and _is_news(desk, each)],
        selection=selection,
        states=states,
        all_states=tuple(DeskState),
        forms=tuple(desk.catalog.forms.by_id),
        columns=COLUMNS,
        runs_page="/quality/nights/index.html" if (desk.quality / "nights" / "index.html").is_file() else "",
    )


def _is_news(desk: DeskContext, refused: WaitingAct) -> bool:
    """Return whether an act was cancelled by another than its officer, or refused later than at once."""
    if refused.cancelled_by or refused.ended_at is None:
        return refused.cancelled_by != refused.decision.actor
    return refused.ended_at > refused.confirmed_at + timedelta(seconds=desk.queue.moment)


def _selection(desk: DeskContext, request: Request) -> MatrixSelection:
    query = request.query_params
    forms = desk.catalog.forms
    default = next(iter(forms.of_units or forms.by_id.values())).id
    try:
        form = forms.form(query.get("form") or default)
        selection = MatrixSelection(
            form=form.id,
            columns=int(query.get("columns") or COLUMNS[1]),
            last=parse_period(query["last"]) if query.get("last") else None,
            area=query.get("area", ""),
            state=DeskState(query["state"]) if query.get("state") else None,
            state_in=parse_period(query["in"]) if query.get("in") else None,
            text=query.get("q", ""),
            skip=int(query.get("skip") or 0),
            most=ROWS,
        )
    except (ValueError, UsageError) as error:
        raise HTTPException(404) from error
    last = selection.last
    is_possible = selection.columns in COLUMNS and 0 <= selection.skip <= _MOST_SKIPPED
    if not is_possible or len(selection.text) > _LONGEST_TEXT or (last and last.frequency is not form.frequency):
        raise HTTPException(404)
    return selection
