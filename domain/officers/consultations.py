"""Consultations: units see their figures of a period before it is closed, and agree or object."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class ConsultationAnswerKind(StrEnum):
    """What is written about a unit's figures while they are consulted about."""

    AGREE = "agree"
    OBJECT = "object"
    SETTLE = "settle"
    """An officer decides about an objection."""


class ConsultationOutcome(StrEnum):
    """How a consultation ended: the period was closed, or an officer cancelled it."""

    CLOSED = "closed"
    CANCELLED = "cancelled"


class Position(StrEnum):
    """Where a unit stands."""

    OBJECTED = "objected"
    SILENT = "silent"
    """It has not answered: at the end that counts as agreed."""
    SETTLED = "settled"
    AGREED = "agreed"


@dataclass(frozen=True, slots=True)
class ConsultationAnswer:
    """What a unit answered, or an officer decided about its objection; `at` is in UTC.

    `is_current`: the unit's reports that count are those that it answered about.
    """

    kind: ConsultationAnswerKind
    text: str
    actor: str
    at: datetime
    is_current: bool


@dataclass(frozen=True, slots=True)
class ConsultedUnit:
    """A unit that is consulted, with what was answered for it, in order."""

    code: str
    valid_from: date
    name: str
    answers: tuple[ConsultationAnswer, ...] = ()

    @property
    def position(self) -> Position:
        """Return where the unit stands."""
        return position_of(self.answers)

    @property
    def is_outdated(self) -> bool:
        """Return whether it agreed to figures that are others now, so that it is asked again."""
        return self.position is Position.SILENT and bool(self.answers)


def position_of(answers: Sequence[ConsultationAnswer]) -> Position:
    """Return where answers leave a unit: the last one counts.

    To have agreed holds for the figures that were seen; an objection stands until the unit agrees or an officer settles
    it, whatever comes in meanwhile.
    """
    if not answers:
        return Position.SILENT
    last = answers[-1]
    match last.kind:
        case ConsultationAnswerKind.AGREE:
            return Position.AGREED if last.is_current else Position.SILENT
        case ConsultationAnswerKind.OBJECT:
            return Position.OBJECTED
    return Position.SETTLED
