"""Acts that were confirmed: carried out in turn, after a run that is at work, unless what they rest on changed."""

import logging
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager, suppress
from http import HTTPStatus
from threading import Event, Thread
from typing import Final, cast

from starlette.exceptions import HTTPException
from starlette.requests import Request

from domain.catalog.help_texts import desk_error_in
from domain.errors import TonghopError, UsageError
from domain.officers.users import Permission, Role, User
from domain.texts import Lang
from flows.pipeline.acts_together import acts_together
from flows.support.context import AppContext
from flows.support.masking import masked
from warehouse.officers.users import user_records
from warehouse.officers.waiting_acts import (
    WaitingAct,
    begin_waiting_act,
    end_waiting,
    waiting_act,
    waiting_acts,
    was_decided,
)
from warehouse.store.engine import reading, transaction
from warehouse.store.run_lock import RunInProgressError, is_run_at_work, only_queue
from web.desk.acts.act import Act, ActWork, AtTheDesk, Subject
from web.desk.acts.act_form import subject_of
from web.desk.acts.seen import changed_meanwhile, seen_of
from web.desk.acts.table import ACTS
from web.desk.context import DeskContext
from web.desk.messages import NotPermittedError
from web.desk.page import DeskPage
from web.desk.permissions import require_subject

_LOG: Final = logging.getLogger(__name__)
_SECONDS: Final = 5.0
"""Between two looks at what waits; an act waits so long at most after the run has ended."""
_GLANCE: Final = 0.05
"""Seconds between two looks at whether an act has ended."""
_MOST_TOGETHER: Final = 20
"""Most acts that are carried out before what they changed is published."""


@contextmanager
def carrying_out(desk: DeskContext) -> Iterator[None]:
    """Carry out what waits, by looks from time to time, for the length of the block."""
    ended = Event()
    thread = Thread(target=_go_on, args=(desk, ended), name="looks-at-waiting-acts", daemon=True)
    with desk.queue.executor:
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


def _go_on(desk: DeskContext, ended: Event) -> None:
    while not ended.wait(_SECONDS):
        wait([_look(desk)])


def refusal_until(desk: DeskContext, act: WaitingAct, give_up: float) -> str:
    """Have a kept act carried out in its turn, and wait for that; return why it was not, "": it was, or waits.

    Waits until `give_up`, by the monotonic clock, and not for an act that cannot be carried out now, for a run is at
    work.
    """
    looked = _look(desk)
    while True:
        is_over = looked.done() or time.monotonic() >= give_up
        with reading(desk.engine) as session:
            kept = waiting_act(session, act.run_id)
        if is_over or kept is None or kept.ended_at:
            return kept.refusal if kept else ""
        wait([looked], timeout=_GLANCE)


def _look(desk: DeskContext) -> Future[None]:
    return desk.queue.executor.submit(_carry_out_or_say_why, desk)


def _carry_out_or_say_why(desk: DeskContext) -> None:
    try:
        carry_out_waiting(desk)
        desk.queue.fault = None
    except TonghopError as error:
        desk.queue.fault = error
        _LOG.exception("waiting acts could not be carried out or published, and wait on")
    except Exception:  # noqa: BLE001 # looks go on whatever fails: what waits is kept
        _LOG.exception("waiting acts could not be carried out or published, and wait on")


def carry_out_waiting(desk: DeskContext) -> int:
    """Carry out the acts that wait, in their order, as long as no run is at work; return how many wait no longer.

    What they rolled up is published after the last, or after twenty. Only one process does at a time. One that is
    killed leaves an act waiting; whether it was decided by then the chain of decisions says.

    Raises:
        TonghopError: the warehouse or the storage failed; acts wait on, or the next run publishes what they changed.
    """
    if not _waiting(desk) or is_run_at_work(desk.engine):
        return 0
    ended = 0
    with only_queue(desk.engine) as is_ours, suppress(RunInProgressError):
        while is_ours and _waiting(desk):
            with acts_together(desk.open_context(), AtTheDesk()) as context:
                for _ in range(_MOST_TOGETHER):
                    if not (waiting := _waiting(desk)):
                        break
                    with desk.acting:
                        _end(desk, context, waiting[0])
                    ended += 1
    return ended


def _waiting(desk: DeskContext) -> Sequence[WaitingAct]:
    with reading(desk.engine) as session:
        return waiting_acts(session)


def _end(desk: DeskContext, context: AppContext, waiting: WaitingAct) -> None:
    """Carry an act out, or refuse it, and record that it waits no longer; one that was cancelled is left alone."""
    with transaction(desk.engine) as session:
        if not begin_waiting_act(session, waiting, desk.clock()):
            return
    page = _page_of(desk, waiting)
    refusal, seen = None, ""
    try:
        act = _act_of(waiting)
        subject = subject_of(desk, act.subject, waiting.subject)
        _require_permission(desk, page, act, subject)
        refusal = _carry_out(
            ActWork(desk, context, subject, waiting.filled_in, waiting.decision, waiting.run_id, page), act, waiting
        )
        seen = seen_of(desk, subject)
    except TonghopError as error:
        key = "act_refused" if isinstance(error, UsageError) else "act_failed"
        refusal = page.text(key, reason=desk_error_in(page.lang, masked(str(error))))
    except NotPermittedError:
        refusal = page.text("message_not_permitted")
    except HTTPException:
        refusal = page.text("message_not_found")
    except Exception:  # noqa: BLE001 # what waits behind it is not to wait for ever
        _LOG.exception("a waiting act failed: %s", waiting.act)
        refusal = page.text("act_failed", reason=page.text("message_fault"))
    _LOG.info("a waiting act was %s", "refused" if refusal else "carried out", extra={"act": waiting.act})
    with transaction(desk.engine) as session:
        end_waiting(session, waiting, desk.clock(), refusal=refusal, seen="" if refusal else seen)


def _act_of(waiting: WaitingAct) -> Act:
    """Return the act that waits.

    Raises:
        HTTPException: 404, this version knows no such act.
    """
    act = ACTS.get(waiting.act)
    if act is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return act


def _require_permission(desk: DeskContext, page: DeskPage, act: Act, subject: Subject) -> None:
    """Raise unless the officer may do now what was confirmed.

    Raises:
        NotPermittedError: the officer may not.
    """
    if page.user is None or not page.user.may(Permission.DECIDE):
        raise NotPermittedError
    if act.stays_within is None:
        require_subject(desk, page.request, subject)


def _carry_out(work: ActWork, act: Act, waiting: WaitingAct) -> str | None:
    """Carry an act out that rests on what its officer saw; return why not."""
    desk, subject = work.desk, work.subject
    if waiting.seen != seen_of(desk, subject):
        with reading(desk.engine) as session:
            is_done = was_decided(session, waiting)
        return None if is_done else changed_meanwhile(desk, subject, work.page)
    act.carry_out(work)
    return None


def _page_of(desk: DeskContext, waiting: WaitingAct) -> DeskPage:
    """Return a page for the officer of an act, as the user that this is now; None: no user any longer."""
    with reading(desk.engine) as session:
        users = {each.user.name: each for each in user_records(session)}
    record = users.get(waiting.user_name)
    user = record.user if record and record.disabled_at is None else None
    if not users:
        user = User(waiting.user_name, "", Role.ADMINISTRATOR)  # the office shares one password
    scope: dict[str, object] = {
        "type": "http",
        "method": "POST",
        "path": "/acts",
        "query_string": b"",
        "headers": [],
        "user": user,
    }
    return DeskPage(desk.catalog, cast("Lang", waiting.lang), Request(scope))
