"""Record what people decided in a chain of hashes, and examine it: a decision that is changed or removed shows.

A `RecordingSession` records by itself: each row of `_AUDITED` that a transaction adds or changes, before it commits.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Final

from sqlalchemy import event, insert, inspect, select, text, update
from sqlalchemy.orm import Session, UOWTransaction

from warehouse.models import (
    AuditRow,
    AuthorisationRow,
    Base,
    ClosingRow,
    ConsultationAnswerRow,
    ConsultationRow,
    IdentityRow,
    NoteRow,
    SubmissionEventRow,
    UnitContactRow,
    UploadLinkRow,
    UserRow,
    WaitingActRow,
    WaiverRow,
)
from warehouse.store.bulk import in_chunks

_CHAIN_LOCK: Final = 585_2025_07
_PENDING: Final = "tonghop_audit"
_TO_ERASE: Final = "tonghop_erasures"
_ERASED: Final = '{"erased":true}'
"""Facts of the record that says that earlier facts of its subject were removed."""
_FIRST: Final = "0" * 64
_AUDITED: Final[tuple[type[Base], ...]] = (
    AuthorisationRow,
    ClosingRow,
    ConsultationAnswerRow,
    ConsultationRow,
    IdentityRow,
    NoteRow,
    SubmissionEventRow,
    UnitContactRow,
    UploadLinkRow,
    UserRow,
    WaitingActRow,
    WaiverRow,
)
"""The tables that hold decisions of persons; a move of a submission without an actor is a run's."""
_SECRET: Final = frozenset({"password_hash", "token_sha256", "totp_secret", "totp_used"})
_AT_ONCE: Final = 1000


class AuditFault(StrEnum):
    """What does not agree with the record."""

    BROKEN = "broken"
    """A record was changed, or one before it was removed."""
    CHANGED = "changed"
    """A decision differs from its last record."""
    REMOVED = "removed"
    """A decision that was recorded is not there."""
    UNRECORDED = "unrecorded"
    """A decision was never recorded: it did not come through the program."""
    SHORTENED = "shortened"
    """A record that was noted elsewhere is not in the chain: its end was removed, or all of it replaced."""


@dataclass(frozen=True, slots=True)
class AuditReport:
    """The number of records, the sha256 of the last one (its head), and faults with the row or number of each."""

    records: int
    head: str
    faults: tuple[tuple[AuditFault, str], ...]


class RecordingSession(Session):
    """A session that records the decisions which it writes."""


@event.listens_for(RecordingSession, "after_flush")
def _note(session: Session, _: UOWTransaction) -> None:
    """Note the decisions that a flush wrote."""
    rows = [row for row in [*session.new, *session.dirty] if isinstance(row, _AUDITED) and _is_decision(row)]
    if rows:
        session.info.setdefault(_PENDING, {}).update({_subject(row): row for row in rows})


def erase(session: Session, rows: Iterable[Base]) -> None:
    """Empty the facts that were recorded of rows, and record that: their people may not be named any longer.

    A row that stays is recorded anew, as it is when the transaction commits. Records made before version 0.2.0 keep
    their facts: the chain was made from these themselves.
    """
    session.info.setdefault(_TO_ERASE, []).extend(_subject(row) for row in rows)


@event.listens_for(RecordingSession, "before_commit")
def _record(session: Session) -> None:
    """Record the decisions of the transaction."""
    session.flush()
    pending, erased = session.info.pop(_PENDING, {}), session.info.pop(_TO_ERASE, [])
    if not pending and not erased:
        return
    # One writer at a time: each record has the hash of the one before. Nothing is waited for after this.
    if session.connection().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CHAIN_LOCK})
    last = session.execute(select(AuditRow.number, AuditRow.sha256).order_by(AuditRow.number.desc()).limit(1)).first()
    number, previous = last or (0, _FIRST)
    at, records = datetime.now(UTC), []
    to_record = _to_record(session, pending, erased, is_first=not last)
    for number, (subject, facts) in enumerate(to_record, number + 1):  # noqa: B020 # goes on from the last number
        facts_sha256 = sha256(facts.encode()).hexdigest()
        previous = _digest(previous, number, at, subject, facts_sha256)
        records.append(
            {
                "number": number,
                "at": at,
                "subject": subject,
                "facts": facts,
                "facts_sha256": facts_sha256,
                "sha256": previous,
            }
        )
    for subjects in in_chunks(erased):
        named = AuditRow.subject.in_(subjects), AuditRow.facts_sha256.is_not(None)
        session.execute(update(AuditRow).where(*named).values(facts=""))
    session.execute(insert(AuditRow), records)


def _to_record(
    session: Session, pending: Mapping[str, Base], erased: Sequence[str], *, is_first: bool
) -> Iterator[tuple[str, str]]:
    """Yield subject and facts of what a transaction decided; the first record takes up what was decided before."""
    yield from ((subject, _ERASED) for subject in dict.fromkeys(erased))
    for row in _decisions(session) if is_first else pending.values():
        session.refresh(row)  # as the database has it, which takes no text as it is
        yield _subject(row), _facts(row)


@event.listens_for(RecordingSession, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop(_PENDING, None)
    session.info.pop(_TO_ERASE, None)


def examine(session: Session, noted_head: str = "") -> AuditReport:
    """Examine the chain, and compare all decisions with it; `noted_head` is a head that was noted elsewhere."""
    faults: list[tuple[AuditFault, str]] = []
    number, previous, is_noted, is_whole = 0, _FIRST, not noted_head, True
    newest: dict[str, str] = {}
    emptied: dict[str, int] = {}
    for row in session.scalars(select(AuditRow).order_by(AuditRow.number).execution_options(yield_per=_AT_ONCE)):
        number += 1
        expected = _digest(previous, row.number, row.at, row.subject, row.facts_sha256 or row.facts)
        if row.facts == "":
            emptied[row.subject] = number
        elif row.facts == _ERASED:
            emptied.pop(row.subject, None)
        is_hidden = row.facts and row.facts_sha256 not in {None, sha256(row.facts.encode()).hexdigest()}
        if is_whole and (row.number != number or row.sha256 != expected or is_hidden):
            faults.append((AuditFault.BROKEN, str(number)))
            is_whole = False  # what follows was made from what is not there any more
        previous, is_noted = row.sha256, is_noted or row.sha256 == noted_head
        newest[row.subject] = row.facts
    faults += ((AuditFault.BROKEN, str(each)) for each in emptied.values())
    if not is_noted:
        faults.append((AuditFault.SHORTENED, noted_head))
    if number:
        faults += _compared(session, {subject: facts for subject, facts in newest.items() if facts != _ERASED})
    return AuditReport(number, previous, tuple(faults))


def _compared(session: Session, newest: dict[str, str]) -> Iterator[tuple[AuditFault, str]]:
    for row in _decisions(session):
        recorded = newest.pop(_subject(row), None)
        if recorded is None:
            yield AuditFault.UNRECORDED, _subject(row)
        elif not _agrees(recorded, _facts(row)):
            yield AuditFault.CHANGED, _subject(row)
    yield from ((AuditFault.REMOVED, subject) for subject in newest)


def _agrees(recorded: str, facts: str) -> bool:
    """Return whether a row is as it was recorded; columns that a later version added were not."""
    if recorded == facts or not recorded:
        return recorded == facts
    try:
        known = json.loads(recorded)
    except ValueError:
        return False  # a record that was changed
    return isinstance(known, dict) and bool(known) and known.items() <= json.loads(facts).items()


def _decisions(session: Session) -> Iterator[Base]:
    """Yield all decisions, by table and key."""
    for model in _AUDITED:
        keys = inspect(model).primary_key
        rows: Iterable[Base] = session.scalars(select(model).order_by(*keys).execution_options(yield_per=_AT_ONCE))
        yield from filter(_is_decision, rows)


def _is_decision(row: Base) -> bool:
    return getattr(row, "actor", "") is not None


def _subject(row: Base) -> str:
    mapper = inspect(type(row))
    return f"{mapper.class_.__tablename__}:{','.join(map(str, mapper.primary_key_from_instance(row)))}"


def _facts(row: Base) -> str:
    """Return the columns of a row, without secrets, as JSON that depends on their values alone."""
    columns = {each.key: getattr(row, each.key) for each in inspect(type(row)).column_attrs if each.key not in _SECRET}
    return json.dumps(columns, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _digest(previous: str, number: int, at: datetime, subject: str, facts: str) -> str:
    """Return the sha256 of a record; `facts` are those of earlier versions, or the sha256 of those of this one."""
    joined = "\n".join((previous, str(number), at.astimezone(UTC).isoformat(), subject, facts))
    return sha256(joined.encode()).hexdigest()
