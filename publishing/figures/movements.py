"""Why a figure moved and what the missing units could make of it, as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.comparisons.change_factors import ChangeFactor
from domain.comparisons.missing_bounds import ShareBounds
from domain.periods import Period


@dataclass(frozen=True, slots=True)
class ChangePart:
    """The part of one factor in a change, as shown: `part` in the figure's unit (percentage points), `text` with sign.

    `name` names the factor in the report's language.
    """

    factor: ChangeFactor
    name: str
    part: Decimal
    text: str


@dataclass(frozen=True, slots=True)
class FigureMovement:
    """Why a figure moved from the preceding period to the report's own (`domain.comparisons.change_factors`).

    `start` is the preceding period's value as it was when the present period began to be published, `corrected` as it
    was known when this revision was made, `end` the report's own. `parts`, in the fixed order of factors, add up to
    `change`, which is `end` - `start`; the change against `corrected`, which `FigureComparison` shows, is `change`
    less the part of the corrections, up to the last decimal. Parts of zero are among them. `method` is the text that
    explains how they are computed.
    """

    period: Period
    period_name: str
    start: Decimal
    corrected: Decimal | None
    end: Decimal
    change: Decimal
    text: str
    parts: Sequence[ChangePart]
    method: str


@dataclass(frozen=True, slots=True)
class FigureBounds:
    """What the missing units could make of a partial share (`domain.comparisons.missing_bounds`).

    `bounds` is None where that cannot be told; then `unknown` names the missing units without a last known figure, if
    that is the reason. `units` counts the missing, `periods` are those that their last known figures are of, oldest
    first. `text` is the sentence to show, apart from the figure.
    """

    bounds: ShareBounds | None
    units: int
    periods: tuple[Period, ...]
    unknown: tuple[str, ...]
    text: str
