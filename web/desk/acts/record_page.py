"""The record of a run: who did what and why, and what that changed."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from domain.officers.users import User
from warehouse.officers.waiting_acts import waiting_act
from warehouse.queries.desk.acts import ActRecord, act_record
from warehouse.rollups.closings import closing_of
from warehouse.store.engine import reading
from web.desk.context import DeskContext
from web.desk.messages import NotPermittedError
from web.desk.page import DeskPage, lang_of
from web.desk.permissions import covers, require_subject
from web.desk.requested import requested_figures, requested_report, requested_unit

_LONGEST_ID = 100


def record_page(desk: DeskContext, request: Request) -> Response:
    """Return what a run changed, with a way back to the report or figures that the address names.

    Raises:
        HTTPException: 404, there is no such run, report or figures; 403, they lie outside the user's areas.
    """
    run_id, query = request.path_params["run"], request.query_params
    report = figures = unit = None
    if "unit" in query and "period" not in query:
        unit = requested_unit(desk, query["unit"])
    elif "unit" in query:
        report = requested_report(desk, query.get("form", ""), query["unit"], query.get("period", ""))
    elif "area" in query:
        figures = requested_figures(desk, query.get("form", ""), query["area"], query.get("period", ""))
    if subject := report or figures or unit:
        require_subject(desk, request, subject)
    with reading(desk.engine) as session:
        record = act_record(session, run_id) if len(run_id) <= _LONGEST_ID else None
        waited = waiting_act(session, run_id)
        closing = closing_of(session, figures.key) if figures else None
    page = DeskPage(desk.catalog, lang_of(request, desk.lang), request)
    if waited is not None and (record is None or waited.refusal):
        user: User = request.scope["user"]
        is_own = waited.decision.actor == user.full_name or (subject is not None and subject.names == waited.subject)
        if user.areas and not is_own:
            raise NotPermittedError
        return page.respond("act_waiting.html.j2", waited=waited, subject=subject)
    if record is None:
        raise HTTPException(404)
    if not _may_see(desk, request.scope["user"], record):
        raise NotPermittedError
    return page.respond(
        "done.html.j2", record=record, waited=waited, report=report, figures=figures, unit=unit, closing=closing
    )


def _may_see(desk: DeskContext, user: User, record: ActRecord) -> bool:
    """Return whether a user may see a run: the own acts, and those about reports or figures of the own areas alone."""
    if not user.areas or (user.full_name and record.run.actor == user.full_name):
        return True
    reports = [each.report for each in record.moves]
    if reports:
        return not record.more_moves and all(
            each is not None and covers(desk, user, each.unit.code, each.period.id, each.form) for each in reports
        )
    return any(covers(desk, user, each.area, each.period.id, each.form) for each in record.revisions)
