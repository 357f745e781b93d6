"""Describe the changes of a revision: column names and values in the report's language."""

from decimal import Decimal

from domain.indicators import Measure
from domain.rollups import RollupChange, RollupStatus
from publishing.editions import SECOND_EDITION
from publishing.figures.formatter import ReportFormatter
from publishing.figures.formatting import format_number, format_percent
from publishing.figures.report import ChangeLine
from warehouse.queries import Revision

_NUMBERS = frozenset(
    {"value", "target", "numerator", "denominator", "units_expected", "units_accepted", "units_late", "units_missing"}
)
_IN_UNIT_OF_INDICATOR = frozenset({"value", "target"})


def describe_change(
    change: RollupChange, name: str, revision: Revision, formatter: ReportFormatter, edition: int
) -> ChangeLine:
    """Describe the change of one column of a figure, and the file that caused it; a verdict in the edition's words."""
    if change.column == "attained" and edition > SECOND_EDITION:
        column = formatter.text("attainment")
        before, after = (_verdict(value, formatter) for value in (change.before, change.after))
    else:
        column = formatter.text(f"column_{change.column}")
        before, after = (changed_value(change, value, formatter) for value in (change.before, change.after))
    return ChangeLine(
        indicator=change.indicator,
        name=name,
        column=change.column,
        column_name=column,
        before=before,
        after=after,
        file_name=revision.file_names.get(change.sha256 or ""),
        sha256=change.sha256,
    )


def _verdict(value: str, formatter: ReportFormatter) -> str:
    return formatter.text({"true": "attained", "false": "not_attained"}.get(value, "empty"))


def changed_value(change: RollupChange, value: str, formatter: ReportFormatter) -> str:
    """Format a value of a changed column."""
    match change.column, value:
        case _, "":
            return formatter.text("empty")
        case _, "true" | "false":
            return formatter.text("yes" if value == "true" else "no")
        case "status", _:
            return formatter.status(RollupStatus(value))
        case "denominator_kind", _:
            return formatter.denominator_kind(value)
        case column, _ if column in _NUMBERS:
            return _format_number(change, Decimal(value), formatter)
    return value


def _format_number(change: RollupChange, number: Decimal, formatter: ReportFormatter) -> str:
    indicator = formatter.catalog.indicators.get(change.indicator)
    is_percent = indicator is not None and indicator.measure is Measure.RATIO
    if is_percent and change.column in _IN_UNIT_OF_INDICATOR:
        return format_percent(number, formatter.lang)
    return format_number(number, formatter.lang)
