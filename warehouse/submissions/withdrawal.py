"""Withdraw an accepted report without deleting it, and restore it, as a person decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.errors import UsageError
from domain.submissions import MoveReason, SubmissionState
from warehouse.models import SubmissionRow
from warehouse.store.engine import Session, serialise
from warehouse.submissions.lifecycle import DecisionReason, age_of, move
from warehouse.submissions.report_keys import ReportKey, versions_of


@dataclass(frozen=True, slots=True)
class VersionRef:
    """One version of a unit's report, by its number and its file's name."""

    submission_id: int
    version: int
    file_name: str


@dataclass(frozen=True, slots=True)
class VersionChange:
    """Result of a decision: the version accepted no longer, and the one accepted now, if any.

    `others` are the states of further versions, by number, to explain why none is accepted.
    """

    out: VersionRef | None
    counted: VersionRef | None
    others: dict[int, SubmissionState]


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's decision: reason and author, when, and in which run it is carried out."""

    reason: DecisionReason
    at: datetime
    run_id: str | None = None


def withdraw(session: Session, key: ReportKey, decision: Decision, version: int | None = None) -> VersionChange:
    """Withdraw the accepted version and reinstate the one it superseded last, in the same transaction.

    Nothing is deleted: file, figures and findings of the withdrawn version stay as they are. `version` names the one to
    withdraw, so that a repeated command does not withdraw the version before it as well.

    Raises:
        UsageError: no reason is given; nothing is accepted; the version named is not the accepted one.
    """
    serialise(session)
    _require_reason(decision)
    versions = versions_of(session, key)
    accepted = next((row for row in versions if row.state is SubmissionState.ACCEPTED), None)
    chosen = _find_version(key, versions, version) if version is not None else accepted
    if chosen is None or accepted is None:
        raise UsageError(f"nothing is accepted of {_label(key)}, so nothing can be withdrawn: {_described(versions)}")
    if chosen is not accepted:
        raise UsageError(
            f"version {version} of {_label(key)} is {chosen.state} and cannot be withdrawn; "
            f"the one that counts is version {accepted.version}"
        )
    accepted.superseded_by = None
    _move(session, accepted, SubmissionState.WITHDRAWN, decision, MoveReason.WITHDRAWN_BY_PERSON)
    before = [row for row in versions if row.state is SubmissionState.SUPERSEDED and row.superseded_by == accepted.id]
    reinstated = max(before, key=age_of, default=None)
    if reinstated is not None:
        for row in before:
            row.superseded_by = reinstated.id if row is not reinstated else None
        _move(session, reinstated, SubmissionState.ACCEPTED, decision, MoveReason.LATER_VERSION_WITHDRAWN)
    return _changed(versions, accepted, reinstated)


def restore(session: Session, key: ReportKey, decision: Decision, version: int | None = None) -> VersionChange:
    """Take a withdrawal back: accept the withdrawn version again and supersede the one accepted now.

    `version` names it; it may be left out where only one is withdrawn.

    Raises:
        UsageError: no reason is given; nothing is withdrawn; several are and none was named; the one named is not.
    """
    serialise(session)
    _require_reason(decision)
    versions = versions_of(session, key)
    withdrawn = [row for row in versions if row.state is SubmissionState.WITHDRAWN]
    if not withdrawn:
        raise UsageError(f"nothing is withdrawn of {_label(key)}, so nothing can be restored: {_described(versions)}")
    if version is None and len(withdrawn) > 1:
        raise UsageError(f"several versions of {_label(key)} are withdrawn; name one: {_described(withdrawn)}")
    chosen = withdrawn[0] if version is None else _find_version(key, versions, version)
    if chosen.state is not SubmissionState.WITHDRAWN:
        raise UsageError(f"version {version} of {_label(key)} is {chosen.state}, so it cannot be restored")
    accepted = next((row for row in versions if row.state is SubmissionState.ACCEPTED), None)
    if accepted is not None:
        accepted.superseded_by = chosen.id
        _move(session, accepted, SubmissionState.SUPERSEDED, decision, MoveReason.OTHER_VERSION_RESTORED)
    _move(session, chosen, SubmissionState.ACCEPTED, decision, MoveReason.RESTORED_BY_PERSON)
    return _changed(versions, accepted, chosen)


def _find_version(key: ReportKey, versions: Sequence[SubmissionRow], version: int) -> SubmissionRow:
    result = next((row for row in versions if row.version == version), None)
    if result is None:
        raise UsageError(f"there is no version {version} of {_label(key)}: {_described(versions)}")
    return result


def _move(
    session: Session, row: SubmissionRow, wanted: SubmissionState, decision: Decision, reason: MoveReason
) -> None:
    move(session, row, wanted, decision.at, decision.run_id, reason=reason, decision=decision.reason)


def _changed(
    versions: Sequence[SubmissionRow], out: SubmissionRow | None, counted: SubmissionRow | None
) -> VersionChange:
    others = {row.version or 0: row.state for row in versions if row not in (out, counted)}
    return VersionChange(_ref(out) if out else None, _ref(counted) if counted else None, others)


def _ref(row: SubmissionRow) -> VersionRef:
    return VersionRef(row.id, row.version or 0, row.file_name)


def _require_reason(decision: Decision) -> None:
    if not decision.reason.note.strip():
        raise UsageError("say why, in a sentence: it is kept with the report")


def _label(key: ReportKey) -> str:
    return f"{key.unit.code}, form {key.form}, {key.period}"


def _described(versions: Sequence[SubmissionRow]) -> str:
    if not versions:
        return "no file was received for it"
    return ", ".join(f"version {row.version} is {row.state}" for row in versions)
