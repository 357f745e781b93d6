"""Indices: points of several figures of one area, made from what those figures are made from."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from domain.aggregation import PERCENT_DECIMALS, Sums, composite_points, rounded
from domain.indicators import Indicator
from warehouse.models.exact import DECIMALS
from warehouse.rollups.contributions import FigureInputs
from warehouse.rollups.coverage import merged_coverage

_NOTHING = Sums(None, None, 0)


def composite_inputs(index: Indicator, figures: Mapping[str, FigureInputs]) -> tuple[FigureInputs, Decimal | None]:
    """Return what an index's row is made from, and its value: the percentage of its points.

    Sums are points and most points. Without the share of a part there are none: the other parts say nothing of it. Nor
    are there any where a part is not comparable. Contributions and warnings are those of the parts' own rows.

    Args:
        index: the composite indicator.
        figures: what the other rows are made from, by indicator; a part that is not due has none.
    """
    parts = {part.indicator: (part.points or Decimal(0), figures.get(part.indicator)) for part in index.parts}
    there = {name: figure for name, (_, figure) in parts.items() if figure is not None}
    coverage = merged_coverage(figure.coverage for figure in there.values())
    is_comparable = all(figure.is_comparable for figure in there.values())
    sums = [(most, figure.sums if figure else _NOTHING) for most, figure in parts.values()]
    points = composite_points(sums)
    most = sum((each for each, _ in sums), Decimal(0))
    crossing = {report.key: report for figure in there.values() for report in figure.crossing}
    inputs = FigureInputs(
        sums=_NOTHING if points is None else Sums(rounded(points, DECIMALS), most, len(coverage.reported)),
        contributions=(),
        coverage=coverage,
        crossing=tuple(crossing[key] for key in sorted(crossing)),
        by_weight=(),
        by_village=(),
        decreasing=(),
        open_warnings=(),
        is_comparable=is_comparable,
        not_summed=next((figure.not_summed for figure in there.values() if figure.not_summed is not None), None),
        missing_parts=tuple(
            part.indicator for part, (_, each) in zip(index.parts, sums, strict=True) if not _has_share(each)
        )
        if is_comparable
        else (),
    )
    return inputs, None if points is None else rounded(100 * points / Fraction(most), PERCENT_DECIMALS)


def _has_share(sums: Sums) -> bool:
    return sums.numerator is not None and bool(sums.denominator)
