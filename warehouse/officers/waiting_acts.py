"""Keep acts that were confirmed until they are carried out, refused or cancelled."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from warehouse.models import AuditRow, RunRow, WaitingActRow
from warehouse.store.engine import Session, serialise
from warehouse.submissions.lifecycle import DecisionReason


@dataclass(frozen=True, slots=True)
class WaitingAct:
    """An act as it was confirmed; see `WaitingActRow`. `refusal` is empty unless it was not carried out.

    `cancelled_by` is empty unless it was cancelled.
    """

    run_id: str
    act: str
    subject: Mapping[str, str]
    filled_in: Mapping[str, str]
    decision: DecisionReason
    user_name: str
    lang: str
    seen: str
    confirmed_at: datetime
    ended_at: datetime | None = None
    refusal: str = ""
    begun_at: datetime | None = None
    cancelled_by: str = ""

    @property
    def is_cancellable(self) -> bool:
        """Whether it waits and was not begun."""
        return self.ended_at is None and self.begun_at is None


def let_wait(session: Session, act: WaitingAct, behind: str) -> bool:
    """Keep an act until it can be carried out; one that waits already, known by its run, is kept once.

    Returns:
        Whether it is kept: not where others about the same wait than the officer saw, of which `behind` is the last.
    """
    serialise(session)
    if waiting_act(session, act.run_id) is not None:
        return True
    waiting = waiting_about(session, act.subject) if act.subject else ()
    if (waiting[-1].run_id if waiting else "") != behind:
        return False
    session.add(
        WaitingActRow(
            run_id=act.run_id,
            act=act.act,
            subject=dict(act.subject),
            filled_in=dict(act.filled_in),
            reason=act.decision.note,
            actor=act.decision.actor,
            user_name=act.user_name,
            lang=act.lang,
            seen=act.seen,
            confirmed_at=act.confirmed_at,
        )
    )
    return True


def waiting_act(session: Session, run_id: str) -> WaitingAct | None:
    """Return the act that a run makes, whether it waits or has ended; None: it did not wait."""
    row = session.scalar(select(WaitingActRow).where(WaitingActRow.run_id == run_id))
    return _act(row) if row else None


def waiting_acts(session: Session) -> tuple[WaitingAct, ...]:
    """Return the acts that wait, in the order in which they were confirmed."""
    row = WaitingActRow
    return tuple(map(_act, session.scalars(select(row).where(row.ended_at.is_(None)).order_by(row.id))))


def waiting_about(session: Session, subject: Mapping[str, str]) -> tuple[WaitingAct, ...]:
    """Return the acts that wait and are about the same."""
    return tuple(each for each in waiting_acts(session) if each.subject == subject)


def refused_acts(session: Session, since: datetime) -> tuple[WaitingAct, ...]:
    """Return the acts that waited and were refused or cancelled since a moment (UTC), the last one first."""
    row = WaitingActRow
    is_refused = row.refusal.is_not(None) | row.cancelled_by.is_not(None), row.ended_at >= since
    return tuple(map(_act, session.scalars(select(row).where(*is_refused).order_by(row.id.desc()))))


def begin_waiting_act(session: Session, act: WaitingAct, at: datetime) -> bool:
    """Record that an act is begun, and return whether it still waits; from now on it is not cancelled."""
    row = _waiting_row(session, act.run_id)
    if row is None:
        return False
    row.begun_at = row.begun_at or at
    return True


def cancel_waiting_act(session: Session, run_id: str, by: str, at: datetime) -> bool:
    """Cancel an act, and return whether that was possible: it waited and was not begun."""
    row = _waiting_row(session, run_id)
    if row is None or row.begun_at is not None:
        return False
    row.ended_at, row.cancelled_by = at, by
    return True


def _waiting_row(session: Session, run_id: str) -> WaitingActRow | None:
    """Return an act that waits, and let no other process change it before the transaction ends."""
    row = WaitingActRow
    return session.scalar(select(row).where(row.run_id == run_id, row.ended_at.is_(None)).with_for_update())


def end_waiting(session: Session, act: WaitingAct, at: datetime, *, refusal: str | None = None, seen: str = "") -> None:
    """Record that an act waits no longer.

    With `seen`, the state that it left: acts about the same that were confirmed later, with this one on the page and
    from the same state, rest on that from now on.
    """
    row = session.scalars(select(WaitingActRow).where(WaitingActRow.run_id == act.run_id)).one()
    row.ended_at, row.refusal = at, refusal
    if not seen:
        return
    later = select(WaitingActRow).where(
        WaitingActRow.ended_at.is_(None), WaitingActRow.id > row.id, WaitingActRow.seen == row.seen
    )
    for each in session.scalars(later):
        if each.subject == row.subject:
            each.seen = seen


def was_decided(session: Session, act: WaitingAct) -> bool:
    """Return whether the run of an act began, and a decision of this officer with this reason was recorded since.

    A process that was killed between the decision and the end of waiting left such a one.
    """
    run = session.get(RunRow, act.run_id)
    if run is None:
        return False
    others = AuditRow.subject.not_like(f"{WaitingActRow.__tablename__}:%")
    since = select(AuditRow.facts).where(AuditRow.at >= run.started_at, others)
    return any(_is_of(facts, act.decision) for facts in session.scalars(since))


def _is_of(facts: str, decision: DecisionReason) -> bool:
    words = [each for each in json.loads(facts or "{}").values() if isinstance(each, str)]
    return decision.actor in words and any(decision.note.strip() in each for each in words)


def _act(row: WaitingActRow) -> WaitingAct:
    return WaitingAct(
        row.run_id,
        row.act,
        row.subject,
        row.filled_in,
        DecisionReason(row.reason, row.actor),
        row.user_name,
        row.lang,
        row.seen,
        row.confirmed_at,
        row.ended_at,
        row.refusal or "",
        row.begun_at,
        row.cancelled_by or "",
    )
