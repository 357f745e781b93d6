"""Figures over time as plain values: trend points, breaks between them, and comparisons with earlier periods."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from domain.periods import Period
from domain.rollups import Boundary, RollupStatus
from warehouse.queries import EarlierFigure


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One period of a trend; `period_name` is in the report's language.

    Without a published figure it is a gap: `status` is None and the numbers are None or 0. `value` is None in a gap,
    and where the figure is not comparable: then `notes` say why and which unit, in Vietnamese, else they are "".
    `revision` is the number of that period's revision.
    """

    period: Period
    period_name: str
    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    denominator_kind: str = ""
    status: RollupStatus | None = None
    units_accepted: int = 0
    units_expected: int = 0
    revision: int | None = None
    notes: str = ""

    @property
    def is_not_comparable(self) -> bool:
        """Whether there is a published row without a figure, since the boundaries do not allow one."""
        return self.status is RollupStatus.NOT_COMPARABLE


class BreakKind(StrEnum):
    """What is different after a break: the area itself, its units, or what the figure counts."""

    AREA = "area"
    UNITS = "units"
    DEFINITION = "definition"


@dataclass(frozen=True, slots=True)
class TrendBreak:
    """A break in a trend before the point of `period`; `day` is None for a definition. `text` is the sentence shown."""

    period: Period
    kind: BreakKind
    day: date | None
    text: str


@dataclass(frozen=True, slots=True)
class FigureComparison:
    """Comparison of a figure with the same figure of an earlier period, as known when the revision was made.

    `value` is the earlier one. `change` is what is shown: the difference of the two published values, for percentages
    in percentage points; None where a value is missing, not comparable, or of another kind of denominator. `text` is
    the change formatted with its sign, or why there is none. `is_partial`: units are missing from one of the two.
    `breaks` lie between them.
    """

    period: Period
    period_name: str
    value: Decimal | None
    change: Decimal | None
    text: str
    is_partial: bool
    breaks: tuple[TrendBreak, ...]


@dataclass(frozen=True, slots=True)
class FigureTrend:
    """A figure over time, up to the report's own period, which is the last point.

    `points` are on the report's boundaries (`boundary`), `other_points` on the other ones, for the same periods; both
    begin with the first period for which either has a figure, and are at most 25. `other_points` is empty where the
    other boundaries have no figure at all. `breaks` are those of `points`, in order of period.

    `periods` are the periods with their names, `figures` and `other_figures` what is known of each of them.
    """

    boundary: Boundary
    periods: Sequence[tuple[Period, str]]
    figures: Sequence[EarlierFigure | None]
    other_figures: Sequence[EarlierFigure | None]
    breaks: tuple[TrendBreak, ...]
    last: FigureComparison | None
    last_year: FigureComparison | None

    @property
    def points(self) -> tuple[TrendPoint, ...]:
        """Return the points on the report's boundaries."""
        return self._points(self.figures)

    @property
    def other_points(self) -> tuple[TrendPoint, ...]:
        """Return the points on the other boundaries."""
        return self._points(self.other_figures) if any(self.other_figures) else ()

    def _points(self, figures: Sequence[EarlierFigure | None]) -> tuple[TrendPoint, ...]:
        # Made when they are asked for: most figures of a report are shown without their trend.
        return tuple(_point(*period, figure) for period, figure in zip(self.periods, figures, strict=True))


def _point(period: Period, name: str, figure: EarlierFigure | None) -> TrendPoint:
    if figure is None:
        return TrendPoint(period, name)
    return TrendPoint(
        period=period,
        period_name=name,
        value=figure.value,
        numerator=figure.numerator,
        denominator=figure.denominator,
        denominator_kind=figure.denominator_kind,
        status=figure.status,
        units_accepted=figure.units_accepted,
        units_expected=figure.units_expected,
        revision=figure.revision,
        notes=figure.notes,
    )
