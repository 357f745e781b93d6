"""The record of a run: who did what and why, and what that changed."""

from datetime import timedelta
from http import HTTPStatus
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from domain.catalog.help_texts import desk_error_in
from domain.officers.users import User
from flows.support.masking import masked
from warehouse.officers.waiting_acts import WaitingAct, waiting_act
from warehouse.queries.desk.acts import ActRecord, act_record
from warehouse.queries.revisions import unpublished
from warehouse.rollups.closings import closing_of
from warehouse.store.engine import reading
from web.desk.acts.act import Subject
from web.desk.acts.cancelling import may_be_cancelled_by
from web.desk.context import DeskContext
from web.desk.messages import NotPermittedError
from web.desk.page import DeskPage, lang_of
from web.desk.permissions import covers, require_subject
from web.desk.requested import requested_figures, requested_report, requested_unit

_LONGEST_ID = 100
_LOOKING: Final = "looking"
"""The part of a page that looks again by itself."""
_NOTED_WAIT: Final = timedelta(seconds=5)
"""How long an act waited if its record says so."""


def record_page(desk: DeskContext, request: Request) -> Response:
    """Return what a run changed, with a way back to the report or figures that the address names.

    The page of an act that waits, or whose figures are being published, looks again by itself.

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
        is_publishing = bool(record and record.revisions and unpublished(session, run_id))
    page = DeskPage(desk.catalog, lang_of(request, desk.lang), request)
    if waited is not None and (record is None or waited.refusal or waited.ended_at is None):
        return _waiting_page(desk, page, waited, subject)
    if record is None:
        raise HTTPException(404)
    if not _may_see(desk, request.scope["user"], record):
        raise NotPermittedError
    if request.headers.get("hx-trigger") == _LOOKING:
        return _again(is_over=not is_publishing)
    return page.respond(
        "done.html.j2",
        record=record,
        waited=waited if waited and record.run.started_at - waited.confirmed_at > _NOTED_WAIT else None,
        report=report,
        figures=figures,
        unit=unit,
        closing=closing,
        is_publishing=is_publishing,
    )


def _waiting_page(desk: DeskContext, page: DeskPage, waited: WaitingAct, subject: Subject) -> Response:
    """Return the page of an act that waits, or was not carried out.

    Raises:
        NotPermittedError: it is about another area's.
    """
    user: User = page.request.scope["user"]
    is_own = waited.decision.actor == user.full_name or (subject is not None and subject.names == waited.subject)
    if user.areas and not is_own:
        raise NotPermittedError
    if page.request.headers.get("hx-trigger") == _LOOKING:
        return _again(is_over=waited.ended_at is not None)
    fault = desk.queue.fault
    return page.respond(
        "act_waiting.html.j2",
        waited=waited,
        subject=subject,
        may_cancel=waited.is_cancellable and may_be_cancelled_by(user, waited),
        fault=page.text("act_failed", reason=desk_error_in(page.lang, masked(str(fault)))) if fault else "",
    )


def _again(*, is_over: bool) -> Response:
    """Answer a page that looks again by itself: it is as it was, or has to be loaded anew."""
    return Response(headers={"HX-Refresh": "true"}) if is_over else Response(status_code=HTTPStatus.NO_CONTENT)


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
