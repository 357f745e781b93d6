"""Acts that were confirmed while a run was at work: carried out after it, unless what they rest on changed."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import Final, cast

from starlette.exceptions import HTTPException
from starlette.requests import Request

from domain.catalog.help_texts import desk_error_in
from domain.errors import TonghopError, UsageError
from domain.officers.users import Permission, Role, User
from domain.texts import Lang
from flows.support.masking import masked
from warehouse.officers.users import user_records
from warehouse.officers.waiting_acts import WaitingAct, end_waiting, waiting_acts, was_decided
from warehouse.store.engine import reading, transaction
from warehouse.store.run_lock import RunInProgressError, is_run_at_work, only_queue
from web.desk.acts.act import Act, ActWork, Subject
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


@contextmanager
def carrying_out(desk: DeskContext) -> Iterator[None]:
    """Carry out what waits, in a thread, for the length of the block."""
    ended = Event()
    thread = Thread(target=_go_on, args=(desk, ended), name="waiting-acts", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _go_on(desk: DeskContext, ended: Event) -> None:
    while not ended.wait(_SECONDS):
        try:
            carry_out_waiting(desk)
        except Exception:  # noqa: BLE001 # the thread outlives whatever fails: what waits is kept
            _LOG.exception("waiting acts could not be carried out, and wait on")


def carry_out_waiting(desk: DeskContext) -> int:
    """Carry out the acts that wait, in their order, as long as no run is at work; return how many wait no longer.

    Only one process does at a time. One that is killed leaves an act waiting; whether it was decided by then the chain
    of decisions says.
    """
    if not _waiting(desk) or is_run_at_work(desk.engine):
        return 0
    ended = 0
    with only_queue(desk.engine) as is_ours, suppress(RunInProgressError):
        while is_ours and (waiting := _waiting(desk)):
            with desk.acting:
                _end(desk, waiting[0])
            ended += 1
    return ended


def _waiting(desk: DeskContext) -> Sequence[WaitingAct]:
    with reading(desk.engine) as session:
        return waiting_acts(session)


def _end(desk: DeskContext, waiting: WaitingAct) -> None:
    """Carry an act out, or refuse it, and record that it waits no longer."""
    page = _page_of(desk, waiting)
    refusal, seen = None, ""
    try:
        act = ACTS[waiting.act]
        subject = subject_of(desk, act.subject, waiting.subject)
        _require_permission(desk, page, act, subject)
        refusal = _carry_out(desk, page, act, subject, waiting)
        seen = seen_of(desk, subject)
    except RunInProgressError:
        raise
    except TonghopError as error:
        key = "act_refused" if isinstance(error, UsageError) else "act_failed"
        refusal = page.text(key, reason=desk_error_in(page.lang, masked(str(error))))
    except NotPermittedError:
        refusal = page.text("message_not_permitted")
    except (HTTPException, KeyError):
        refusal = page.text("message_not_found")
    except Exception:  # noqa: BLE001 # what waits behind it is not to wait for ever
        _LOG.exception("a waiting act failed: %s", waiting.act)
        refusal = page.text("act_failed", reason=page.text("message_fault"))
    _LOG.info("a waiting act was %s", "refused" if refusal else "carried out", extra={"act": waiting.act})
    with transaction(desk.engine) as session:
        end_waiting(session, waiting, desk.clock(), refusal=refusal, seen="" if refusal else seen)


def _require_permission(desk: DeskContext, page: DeskPage, act: Act, subject: Subject) -> None:
    """Raise unless the officer may do now what was confirmed.

    Raises:
        NotPermittedError: the officer may not.
    """
    if page.user is None or not page.user.may(Permission.DECIDE):
        raise NotPermittedError
    if act.stays_within is None:
        require_subject(desk, page.request, subject)


def _carry_out(desk: DeskContext, page: DeskPage, act: Act, subject: Subject, waiting: WaitingAct) -> str | None:
    """Carry an act out that rests on what its officer saw; return why not."""
    if waiting.seen != seen_of(desk, subject):
        with reading(desk.engine) as session:
            is_done = was_decided(session, waiting)
        return None if is_done else changed_meanwhile(desk, subject, page)
    context = desk.open_context()
    act.carry_out(ActWork(desk, context, subject, waiting.filled_in, waiting.decision, waiting.run_id, page))
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
