"""Lifecycle of a submission, and the content parsed from one workbook."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from domain.errors import TerminalError
from domain.issues import Issue, Repair, Severity
from domain.observations import Observation
from domain.periods import Period
from domain.units import OrgUnit

REST: Final = ""
"""The part of a workbook of many units that is of none of them."""
UNIT_NOT_IN_TABLE: Final = "unit_not_in_table"


class SubmissionState(StrEnum):
    """State of a submission; published figures include accepted ones only."""

    RECEIVED = "received"
    PARSED = "parsed"
    CHECKED = "checked"
    ACCEPTED = "accepted"
    QUARANTINED = "quarantined"
    HELD = "held"
    REPLACED_BEFORE_CHECK = "replaced_before_check"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class Judgement(StrEnum):
    """Result of judging a submission; warnings of an accepted one wait for a person's answer."""

    ACCEPTED = "accepted"
    ACCEPTED_WITH_WARNINGS = "accepted_with_warnings"
    HELD = "held"
    QUARANTINED = "quarantined"


def judgement_of(severities: Iterable[Severity]) -> Judgement:
    """Return the judgement that follows from the severities of all issues."""
    results = set(severities)
    if Severity.CRITICAL in results:
        return Judgement.QUARANTINED
    if Severity.HOLD in results:
        return Judgement.HELD
    return Judgement.ACCEPTED_WITH_WARNINGS if Severity.WARNING in results else Judgement.ACCEPTED


PENDING_STATES = (SubmissionState.RECEIVED, SubmissionState.PARSED, SubmissionState.CHECKED)
"""States that only an interrupted run leaves a submission in; the next run resumes it."""

MOVES: dict[SubmissionState, frozenset[SubmissionState]] = {
    SubmissionState.RECEIVED: frozenset({SubmissionState.PARSED, SubmissionState.QUARANTINED}),
    SubmissionState.PARSED: frozenset(
        {SubmissionState.CHECKED, SubmissionState.QUARANTINED, SubmissionState.REPLACED_BEFORE_CHECK}
    ),
    SubmissionState.CHECKED: frozenset({SubmissionState.ACCEPTED, SubmissionState.QUARANTINED, SubmissionState.HELD}),
    SubmissionState.HELD: frozenset(
        {SubmissionState.CHECKED, SubmissionState.QUARANTINED, SubmissionState.REPLACED_BEFORE_CHECK}
    ),
    SubmissionState.ACCEPTED: frozenset({SubmissionState.SUPERSEDED, SubmissionState.WITHDRAWN}),
    SubmissionState.QUARANTINED: frozenset({SubmissionState.CHECKED}),
    SubmissionState.REPLACED_BEFORE_CHECK: frozenset({SubmissionState.CHECKED}),
    SubmissionState.SUPERSEDED: frozenset({SubmissionState.ACCEPTED}),
    SubmissionState.WITHDRAWN: frozenset({SubmissionState.ACCEPTED}),
}
"""Every legal transition. Superseded becomes accepted only when the version after it is withdrawn, withdrawn only when
a person restores it: no run ever does. Held leads on when a person releases or refuses it, or when a later version is
accepted."""


class MoveReason(StrEnum):
    """Reason for a transition, where the states do not imply it; each has a sentence, `flows.move_<value>`.

    A person's own words are kept beside the code, never in its place.
    """

    NOT_JUDGEABLE = "not_judgeable"
    """Refused: no rule can be evaluated, for it cannot be read or identified."""
    RULES_REFUSED = "rules_refused"
    """Refused: it has a critical issue."""
    TWO_DELIVERIES_NO_ORDER = "two_deliveries_no_order"
    """Refused: another workbook came at the same moment, and neither is known to be the later."""
    REPLACED_BY_LATER_DELIVERY = "replaced_by_later_delivery"
    """Not judged: a later workbook of the same unit, form and period came with it."""
    HELD_FOR_DECISION = "held_for_decision"
    """Held: it does not count until a person decides."""
    RELEASED_BY_PERSON = "released_by_person"
    """Checked again: a person released it, so that it counts if nothing else refuses it."""
    REFUSED_BY_PERSON = "refused_by_person"
    """Refused: a person decided that a held one must not count."""
    LATER_SUBMISSION_ACCEPTED = "later_submission_accepted"
    """Superseded: a later version was accepted."""
    LATER_SUBMISSION_STANDS = "later_submission_stands"
    """Superseded at once: it was judged when a later version had been accepted already."""
    WITHDRAWN_BY_PERSON = "withdrawn_by_person"
    """Withdrawn: a person excluded it."""
    LATER_VERSION_WITHDRAWN = "later_version_withdrawn"
    """Accepted again: the version that had superseded it was withdrawn."""
    RESTORED_BY_PERSON = "restored_by_person"
    """Accepted again: a person revoked the withdrawal."""
    EARLIER_REPORT_CHANGED = "earlier_report_changed"
    """Accepted as before: judged again, beside an earlier or a neighbour's report that came or was withdrawn later."""
    FINDINGS_UNCHANGED = "findings_unchanged"
    """Accepted as before: judged again in the same way, with the same findings; no further judgement is recorded."""
    OTHER_VERSION_RESTORED = "other_version_restored"
    """Superseded: a person revoked the withdrawal of another version."""


class IllegalMoveError(TerminalError):
    """A submission was to change to a state that its own does not lead to."""

    def __init__(self, current: SubmissionState, wanted: SubmissionState) -> None:
        """Keep both states and the legal transitions."""
        self.current = current
        self.wanted = wanted
        lawful = ", ".join(sorted(MOVES[current])) or "nothing"
        super().__init__(f"a submission that is {current} cannot become {wanted}; it may become: {lawful}")


def check_move(current: SubmissionState, wanted: SubmissionState) -> None:
    """Raise unless a transition is legal.

    Raises:
        IllegalMoveError: the move is not in `MOVES`.
    """
    if wanted not in MOVES[current]:
        raise IllegalMoveError(current, wanted)


@dataclass(frozen=True, slots=True)
class ParsedReport:
    """Content of one workbook: unit, period, form, observations, repairs and issues.

    `unit`, `period` and `form` are None where they could not be identified; then `issues` has the reason. A workbook of
    many units has a report of each as `parts`, and is without a unit itself: its issues are of no unit alone.
    """

    unit: OrgUnit | None
    period: Period | None
    form: str | None
    layout_version: str | None
    observations: Sequence[Observation] = ()
    repairs: tuple[Repair, ...] = ()
    issues: tuple[Issue, ...] = field(default=())
    parts: tuple["ParsedReport", ...] = ()

    @property
    def whole(self) -> tuple["ParsedReport", ...]:
        """Return the reports that submissions are made of: itself, or one of each unit.

        Of a workbook of many units itself comes first, where it has issues of its own.
        """
        if not self.parts:
            return (self,)
        rest = replace(self, parts=())
        return (rest, *self.parts) if self.issues else self.parts

    @property
    def part(self) -> str:
        """Return what tells it from the other parts of its workbook: the unit's code, REST for what is of no unit."""
        return self.unit.code if self.unit is not None else REST

    def of_part(self, part: str | None) -> "ParsedReport":
        """Return the report that a submission is made of, by its part; None: the whole workbook.

        A part that is no longer in the workbook as it is read today has that as its issue.
        """
        if part is None:
            return self
        missing = Issue(UNIT_NOT_IN_TABLE, Severity.CRITICAL, found=part)
        without = replace(self, parts=(), observations=(), issues=(*self.issues, missing))
        return next((report for report in self.whole if self.parts and report.part == part), without)

    @property
    def is_placeable(self) -> bool:
        """Return whether unit, period and form are known, so that rules can judge it."""
        return self.unit is not None and self.period is not None and self.form is not None

    @property
    def has_critical(self) -> bool:
        """Return whether an issue of the parser already refuses it."""
        return any(issue.severity is Severity.CRITICAL for issue in self.issues)
