"""Take an accepted report back without deleting it, and take that back again: what only a person decides."""

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
    """What a person's decision did: the version that no longer counts and the one that counts now, where there is one.

    `others` are the states of further versions, by number, for the sentence that says why none counts.
    """

    out: VersionRef | None
    counted: VersionRef | None
    others: dict[int, SubmissionState]


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's decision: what they said and who they are, when, and in which run it is carried out."""

    said: DecisionReason
    at: datetime
    run_id: str | None = None


def withdraw(session: Session, place: ReportKey, decision: Decision, version: int | None = None) -> VersionChange:
    """Withdraw the version that counts; the one it had superseded last counts again, in the same transaction.

    Nothing is deleted: file, figures and findings of the withdrawn version stay as they are. `version` says which one
    is meant, so that the command given twice does not withdraw the version before it as well.

    Raises:
        UsageError: no reason is given; nothing is accepted; the version meant is not the one that counts.
    """
    serialise(session)
    _require_reason(decision)
    versions = versions_of(session, place)
    standing = next((row for row in versions if row.state is SubmissionState.ACCEPTED), None)
    meant = _meant(place, versions, version) if version is not None else standing
    if meant is None or standing is None:
        raise UsageError(f"nothing is accepted of {_named(place)}, so nothing can be withdrawn: {_described(versions)}")
    if meant is not standing:
        raise UsageError(
            f"version {version} of {_named(place)} is {meant.state} and cannot be withdrawn; "
            f"the one that counts is version {standing.version}"
        )
    standing.superseded_by = None
    _move(session, standing, SubmissionState.WITHDRAWN, decision, MoveReason.WITHDRAWN_BY_PERSON)
    before = [row for row in versions if row.state is SubmissionState.SUPERSEDED and row.superseded_by == standing.id]
    lives_again = max(before, key=age_of, default=None)
    if lives_again is not None:
        for row in before:
            row.superseded_by = lives_again.id if row is not lives_again else None
        _move(session, lives_again, SubmissionState.ACCEPTED, decision, MoveReason.LATER_VERSION_WITHDRAWN)
    return _changed(versions, standing, lives_again)


def restore(session: Session, place: ReportKey, decision: Decision, version: int | None = None) -> VersionChange:
    """Take a withdrawal back: the withdrawn version counts again and supersedes whichever counts now.

    `version` says which one; it may be left out where only one is withdrawn.

    Raises:
        UsageError: no reason is given; nothing is withdrawn; several are and none was named; the one named is not.
    """
    serialise(session)
    _require_reason(decision)
    versions = versions_of(session, place)
    withdrawn = [row for row in versions if row.state is SubmissionState.WITHDRAWN]
    if not withdrawn:
        raise UsageError(f"nothing is withdrawn of {_named(place)}, so nothing can be restored: {_described(versions)}")
    if version is None and len(withdrawn) > 1:
        raise UsageError(f"several versions of {_named(place)} are withdrawn; name one: {_described(withdrawn)}")
    meant = withdrawn[0] if version is None else _meant(place, versions, version)
    if meant.state is not SubmissionState.WITHDRAWN:
        raise UsageError(f"version {version} of {_named(place)} is {meant.state}, so it cannot be restored")
    standing = next((row for row in versions if row.state is SubmissionState.ACCEPTED), None)
    if standing is not None:
        standing.superseded_by = meant.id
        _move(session, standing, SubmissionState.SUPERSEDED, decision, MoveReason.OTHER_VERSION_RESTORED)
    _move(session, meant, SubmissionState.ACCEPTED, decision, MoveReason.RESTORED_BY_PERSON)
    return _changed(versions, standing, meant)


def _meant(place: ReportKey, versions: Sequence[SubmissionRow], version: int) -> SubmissionRow:
    result = next((row for row in versions if row.version == version), None)
    if result is None:
        raise UsageError(f"there is no version {version} of {_named(place)}: {_described(versions)}")
    return result


def _move(
    session: Session, row: SubmissionRow, wanted: SubmissionState, decision: Decision, reason: MoveReason
) -> None:
    move(session, row, wanted, decision.at, decision.run_id, reason=reason, decision=decision.said)


def _changed(
    versions: Sequence[SubmissionRow], out: SubmissionRow | None, counted: SubmissionRow | None
) -> VersionChange:
    others = {row.version or 0: row.state for row in versions if row not in (out, counted)}
    return VersionChange(_ref(out) if out else None, _ref(counted) if counted else None, others)


def _ref(row: SubmissionRow) -> VersionRef:
    return VersionRef(row.id, row.version or 0, row.file_name)


def _require_reason(decision: Decision) -> None:
    if not decision.said.note.strip():
        raise UsageError("say why, in a sentence: it is kept with the report")


def _named(place: ReportKey) -> str:
    return f"{place.unit.code}, form {place.form}, {place.period}"


def _described(versions: Sequence[SubmissionRow]) -> str:
    if not versions:
        return "no file was received for it"
    return ", ".join(f"version {row.version} is {row.state}" for row in versions)
