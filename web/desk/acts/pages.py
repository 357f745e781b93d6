"""Pages of an act: its form, what it would change, and the way to what it changed; the same for all acts."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from http import HTTPStatus
from typing import Final
from uuid import uuid4

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.catalog.help_texts import desk_error_in
from domain.errors import TonghopError, TransientError, UsageError
from flows.actions.preview import tried
from flows.support.context import AppContext, Extent
from flows.support.masking import masked
from warehouse.officers.waiting_acts import WaitingAct, let_wait, waiting_about, waiting_act
from warehouse.queries.desk.acts import ActRecord, act_record
from warehouse.queries.runs import run_record
from warehouse.store.engine import reading, transaction
from warehouse.store.run_lock import current_holder, is_run_at_work
from warehouse.submissions.runs import JUDGING_RUNS
from web.desk.acts.act import Act, ActWork, AtTheDesk, Subject
from web.desk.acts.act_form import CONFIRM, PREVIEW, ActForm, done_address, filled_in, remember_name
from web.desk.acts.seen import changed_meanwhile, seen_of
from web.desk.acts.table import ACTS
from web.desk.acts.waiting import refusal_until
from web.desk.context import DeskContext
from web.desk.own_pages import comes_from_own_page
from web.desk.page import DeskPage, lang_of
from web.upload.limits import limited

_FORM_BYTES: Final = 64 << 10
_MOST_FIELDS: Final = 24


@dataclass(frozen=True, slots=True)
class _Fault:
    """Why nothing was done: the sentence above the form, and the status of the answer."""

    text: str
    status: HTTPStatus


class ActPages:
    """The pages of all acts."""

    def __init__(self, desk: DeskContext) -> None:
        """Serve the acts of a desk."""
        self._desk = desk

    def form(self, request: Request) -> Response:
        """Return the form of the act that the address names.

        Raises:
            HTTPException: 404, there is no such act, or nothing that it could be about.
        """
        act = _act(request)
        return self._form(act, request, filled_in(self._desk, act, request, request.query_params))

    async def sent(self, request: Request) -> Response:
        """Answer a form that was sent: by the preview, or once it is confirmed by carrying the act out.

        Raises:
            HTTPException: 403, the form is not from a page of the desk; 404, there is no such act, or nothing that it
                could be about.
        """
        if not comes_from_own_page(request):
            raise HTTPException(HTTPStatus.FORBIDDEN)
        sent = await (await limited(request, _FORM_BYTES)).form(max_files=0, max_fields=_MOST_FIELDS)
        act = _act(request)
        form = filled_in(self._desk, act, request, sent)
        steps = {PREVIEW: self._preview, CONFIRM: self._confirm}
        return await run_in_threadpool(steps.get(form.step, self._form), act, request, form)

    def _form(self, act: Act, request: Request, form: ActForm, fault: _Fault | None = None) -> Response:
        page = self._page(request)
        if fault:
            form = replace(form, run_id=str(uuid4()))  # the run that was tried may have been recorded
        return page.respond(
            "act.html.j2",
            here=partial(page.address, form.names),
            status=fault.status if fault else HTTPStatus.OK,
            act=act,
            form=form,
            fault=fault.text if fault else "",
        )

    def _preview(self, act: Act, request: Request, form: ActForm) -> Response:
        page = self._page(request)
        if form.missing(act):
            return self._form(act, request, form, _Fault(page.text("act_incomplete"), HTTPStatus.BAD_REQUEST))
        seen, waiting = seen_of(self._desk, form.subject), self._waiting_about(form.subject)
        at_work = "" if act.is_direct else self._at_work(page)
        try:
            lines, record, has_figures = self._foreseen(act, form, page)
        except TonghopError as error:
            return self._form(act, request, form, self._fault(page, error, HTTPStatus.BAD_REQUEST))
        response = page.respond(
            "act_preview.html.j2",
            here=partial(page.address, form.names),
            act=act,
            form=form,
            seen=seen,
            behind=_last_of(waiting),
            lines=lines,
            record=record,
            has_figures=has_figures,
            at_work=at_work,
            waiting=waiting,
        )
        remember_name(response, form.name)
        return response

    def _foreseen(self, act: Act, form: ActForm, page: DeskPage) -> tuple[Sequence[str], ActRecord | None, bool]:
        """Return what the act says of itself; where it is tried, what its run would change, and whether figures too."""
        context = self._desk.open_context()
        if act.foresee is not None:
            return act.foresee(self._work(form, page, context)), None, True
        with tried(context, AtTheDesk(), judges=act.judges) as trial:
            result = act.carry_out(self._work(form, page, trial))
            with reading(trial.engine) as session:
                return result.lines, act_record(session, form.run_id), trial.extent > Extent.STATES

    def _confirm(self, act: Act, request: Request, form: ActForm) -> Response:
        page, desk = self._page(request), self._desk
        if form.missing(act):
            return self._form(act, request, form, _Fault(page.text("act_incomplete"), HTTPStatus.BAD_REQUEST))
        if self._is_known(form):
            return _to_record(form)
        # Acts are carried out as officers confirmed them.
        if not act.is_direct or self._waiting_about(form.subject):
            return self._in_turn(act, request, form, page)
        if not desk.acting.acquire(timeout=desk.settings.wait_seconds):
            fault = _Fault(page.text("act_waits"), HTTPStatus.SERVICE_UNAVAILABLE)
            return (
                self._form(act, request, form, fault) if act.is_shown_once else self._in_turn(act, request, form, page)
            )
        try:
            return self._carried_out(act, request, form, page)
        except TonghopError as error:
            return self._form(act, request, form, self._fault(page, error, HTTPStatus.CONFLICT))
        finally:
            desk.acting.release()

    def _in_turn(self, act: Act, request: Request, form: ActForm, page: DeskPage) -> Response:
        """Keep a confirmed act, which is carried out in its turn, and lead to its record: within a moment, if need be.

        An officer who acts alone sees it done.
        """
        desk, give_up = self._desk, time.monotonic() + self._desk.queue.moment
        if not form.behind and form.seen != seen_of(desk, form.subject):
            return self._changed(act, request, form, page)
        waiting = WaitingAct(
            form.run_id,
            act.id,
            form.subject.names if form.subject else {},
            form.values,
            form.decision,
            page.user.name if page.user else "",
            page.lang,
            form.seen,
            desk.clock(),
        )
        with transaction(desk.engine) as session:
            is_kept = let_wait(session, waiting, form.behind)
        if not is_kept:
            return self._changed(act, request, form, page)
        if refusal := refusal_until(desk, waiting, give_up):
            return self._form(act, request, form, _Fault(refusal, HTTPStatus.CONFLICT))
        return _to_record(form)

    def _carried_out(self, act: Act, request: Request, form: ActForm, page: DeskPage) -> Response:
        """Carry the act out, unless that was done already, or its preview holds no more."""
        if self._is_known(form):
            return _to_record(form)
        if form.seen != seen_of(self._desk, form.subject):
            return self._changed(act, request, form, page)
        result = act.carry_out(self._work(form, page, self._desk.open_context()))
        if act.is_shown_once and result.lines:
            response = page.respond(
                "act_done_once.html.j2", here=partial(page.address, form.names), act=act, form=form, lines=result.lines
            )
            remember_name(response, form.name)
            return response
        return _to_record(form, result.address)

    def _changed(self, act: Act, request: Request, form: ActForm, page: DeskPage) -> Response:
        """Say that what a confirmation rests on has changed."""
        fault = _Fault(changed_meanwhile(self._desk, form.subject, page), HTTPStatus.CONFLICT)
        return self._form(act, request, form, fault)

    def _is_known(self, form: ActForm) -> bool:
        """Return whether the run of a confirmation was made, or waits: a button was pressed twice."""
        with reading(self._desk.engine) as session:
            return bool(run_record(session, form.run_id) or waiting_act(session, form.run_id))

    def _work(self, form: ActForm, page: DeskPage, context: AppContext) -> ActWork:
        return ActWork(self._desk, context, form.subject, form.values, form.decision, form.run_id, page)

    def _fault(self, page: DeskPage, error: TonghopError, wrong: HTTPStatus) -> _Fault:
        """Say why nothing was done, or not all of it; `wrong` is the status where the request was impossible."""
        reason = desk_error_in(page.lang, masked(str(error)))
        if isinstance(error, UsageError):
            return _Fault(page.text("act_refused", reason=reason), wrong)
        is_passing = isinstance(error, TransientError)
        status = HTTPStatus.SERVICE_UNAVAILABLE if is_passing else HTTPStatus.INTERNAL_SERVER_ERROR
        return _Fault(page.text("act_failed", reason=reason), status)

    def _at_work(self, page: DeskPage) -> str:
        """Say which run is at work that judges reports, and what that means for an act; "": none is."""
        engine = self._desk.engine
        holder = current_holder(engine) if is_run_at_work(engine) else None
        if holder is None or holder.kind not in JUDGING_RUNS:
            return ""
        return page.text("act_busy", kind=page.run_kind(holder.kind), since=page.formatter.time(holder.since))

    def _waiting_about(self, subject: Subject) -> Sequence[WaitingAct]:
        """Return the acts about the same that wait already."""
        with reading(self._desk.engine) as session:
            return waiting_about(session, subject.names) if subject else ()

    def _page(self, request: Request) -> DeskPage:
        return DeskPage(self._desk.catalog, lang_of(request, self._desk.lang), request)


def _to_record(form: ActForm, address: str = "") -> Response:
    """Lead to an address, else to the record of a run, and let the browser keep the officer's name."""
    response = RedirectResponse(
        address or done_address(form.run_id, form.subject.names if form.subject else {}), HTTPStatus.SEE_OTHER
    )
    remember_name(response, form.name)
    return response


def _last_of(waiting: Sequence[WaitingAct]) -> str:
    """Name the last of the acts that wait about something, which a later act is carried out behind."""
    return waiting[-1].run_id if waiting else ""


def _act(request: Request) -> Act:
    act = ACTS.get(request.path_params["act"])
    if act is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return act
