"""A published row: the figure, what it rests on, and how complete that is."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class RollupStatus(StrEnum):
    """Whether every expected unit is in, some are not, or the figure cannot be compared at all."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    NOT_COMPARABLE = "not_comparable"


class ReportingState(StrEnum):
    """What a unit's report of a period amounts to: accepted, refused and not yet corrected, or missing."""

    ACCEPTED = "accepted"
    QUARANTINED = "quarantined"
    MISSING = "missing"


class Boundary(StrEnum):
    """Boundaries on which a series is published: of the units as they were then, or as they are now."""

    AS_THEN = "as_then"
    AS_NOW = "as_now"


class Finality(StrEnum):
    """Whether figures may still move: they are preliminary while their period is open, and final once it is closed."""

    PRELIMINARY = "preliminary"
    FINAL = "final"


class ChangeKind(StrEnum):
    """What a revision did to the one before.

    There was none, figures moved, some were added, only words changed, or nothing did but that figures became final, or
    preliminary again.
    """

    FIRST = "first"
    FIGURES_MOVED = "figures_moved"
    FIGURES_ADDED = "figures_added"
    WORDS_ONLY = "words_only"
    FINALITY = "finality"


@dataclass(frozen=True, slots=True)
class RollupRow:
    """One published figure; the fields are the published columns, in their order (later ones go at the end).

    `value` is in the indicator's unit, percentages 0 to 100 with two decimals, rounded once, half-up; None when not
    comparable or when no unit gave a figure. `units_accepted` counts the units whose figure entered it.
    `published_at` is in UTC and, like `run_id` and `finality`, belongs to the revision.
    """

    area: str
    period: str
    indicator: str
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    denominator_kind: str
    target: Decimal | None
    target_assumed: bool | None
    attained: bool | None
    units_expected: int
    units_accepted: int
    units_late: int
    units_missing: int
    status: RollupStatus
    boundary: Boundary
    revision: int
    published_at: datetime
    run_id: str
    notes: str
    finality: Finality = Finality.PRELIMINARY


@dataclass(frozen=True, slots=True)
class RollupChange:
    """A figure that a revision moved: which, from what to what, because of which stored file (sha256) if any."""

    indicator: str
    column: str
    before: str
    after: str
    sha256: str | None


_FIGURES = frozenset({"value", "numerator", "denominator"})


def kind_of_changes(number: int, changes: Collection[RollupChange]) -> ChangeKind:
    """Return what the revision of a number did; a figure moved if it was there before, and is another or none now."""
    if number == 1:
        return ChangeKind.FIRST
    if not changes:
        return ChangeKind.FINALITY
    of_figures = [change for change in changes if change.column in _FIGURES]
    if any(change.before for change in of_figures):
        return ChangeKind.FIGURES_MOVED
    return ChangeKind.FIGURES_ADDED if of_figures else ChangeKind.WORDS_ONLY
