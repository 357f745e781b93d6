"""State of a unit's report of a period as an officer acts on it, derived from plain facts."""

from datetime import date
from enum import IntFlag, StrEnum, auto
from typing import Final


class DeskState(StrEnum):
    """What a report needs of a person, or that it needs nothing; the first ones need a call."""

    NOT_SENT = "not_sent"
    """Owed, past its deadline, and no placeable file came."""
    RETURNED = "returned"
    """The newest version was returned, and none counts."""
    WITHDRAWN = "withdrawn"
    """A person withdrew the version that counted, and none counts since."""
    HELD = "held"
    """A version waits for a person's decision, whether another one counts or not."""
    WARNINGS = "warnings"
    """Accepted, with warnings that no answer covers."""
    AWAITING_REOPENING = "awaiting_reopening"
    """Accepted after the figures were closed: they move only when a person reopens them."""
    CHECKING = "checking"
    """Received, and not judged yet: the next run does it."""
    LATE = "late"
    """Accepted; the first file came after the deadline."""
    ON_TIME = "on_time"
    """Accepted; the first file came by the deadline."""
    NOT_DUE = "not_due"
    """Owed, not sent, and the deadline has not passed."""
    NOT_OWED = "not_owed"
    """The unit owes no report of the period, or did not exist, and none came."""


OUTSTANDING: Final = frozenset({DeskState.NOT_SENT, DeskState.RETURNED, DeskState.WITHDRAWN})
"""States in which the unit has to send something."""
OPEN_QUESTIONS: Final = frozenset({DeskState.HELD, DeskState.WARNINGS, DeskState.AWAITING_REOPENING})
"""States in which a person has to decide something."""


class ReportFacts(IntFlag):
    """What decides the state of a report, as flags that a database can add up."""

    OWED = auto()
    """The unit owes the report."""
    PAST_DEADLINE = auto()
    """The deadline has passed."""
    ACCEPTED = auto()
    """A version counts."""
    LATE = auto()
    """The first placeable file came after the deadline."""
    OPEN_WARNINGS = auto()
    """The version that counts has warnings that no answer covers."""
    AWAITS_REOPENING = auto()
    """The version that counts was accepted after the figures were closed."""
    HELD = auto()
    """A version waits for a decision."""
    PENDING = auto()
    """A version waits for the next run."""
    RETURNED = auto()
    """A version was returned, and no later one counts."""
    WITHDRAWN = auto()
    """A version was withdrawn, and no later one was returned or counts."""


def desk_state(facts: ReportFacts) -> DeskState:
    """Derive the state of a report; one that was corrected after it was returned counts as accepted."""
    if ReportFacts.HELD in facts:
        return DeskState.HELD
    if ReportFacts.ACCEPTED in facts:
        return next(state for fact, state in _ACCEPTED if fact in facts)
    return next(state for fact, state in _NOT_ACCEPTED if fact in facts)


_ACCEPTED: Final = (
    (ReportFacts.AWAITS_REOPENING, DeskState.AWAITING_REOPENING),
    (ReportFacts.OPEN_WARNINGS, DeskState.WARNINGS),
    (ReportFacts.LATE, DeskState.LATE),
    (ReportFacts.ACCEPTED, DeskState.ON_TIME),
)
_NOT_ACCEPTED: Final = (
    (ReportFacts.PENDING, DeskState.CHECKING),
    (ReportFacts.WITHDRAWN, DeskState.WITHDRAWN),
    (ReportFacts.RETURNED, DeskState.RETURNED),
    (ReportFacts.OWED | ReportFacts.PAST_DEADLINE, DeskState.NOT_SENT),
    (ReportFacts.OWED, DeskState.NOT_DUE),
    (ReportFacts(0), DeskState.NOT_OWED),
)
"""The first fact that holds decides."""


def days_late(state: DeskState, deadline: date, first_received: date | None, today: date) -> int:
    """Return by how many days the first file was late, or the unit is by today while nothing of it counts."""
    if state in OUTSTANDING:
        return max(0, (today - deadline).days)
    return max(0, (first_received - deadline).days) if first_received else 0
