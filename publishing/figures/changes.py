"""What a revision moved, in words: the columns' names and values as people of the report's language write them."""

from decimal import Decimal

from domain.indicators import Measure
from domain.rollups import RollupChange, RollupStatus
from publishing.figures.formatter import ReportFormatter
from publishing.figures.formatting import format_number, format_percent
from publishing.figures.report import ChangeLine
from warehouse.queries import Revision

_NUMBERS = frozenset(
    {"value", "target", "numerator", "denominator", "units_expected", "units_accepted", "units_late", "units_missing"}
)
_IN_UNIT_OF_INDICATOR = frozenset({"value", "target"})


def describe_change(change: RollupChange, name: str, revision: Revision, words: ReportFormatter) -> ChangeLine:
    """One moved column of a figure, and the file that moved it."""
    return ChangeLine(
        indicator=change.indicator,
        name=name,
        column=change.column,
        column_name=words.text(f"column_{change.column}"),
        before=_show(change, change.before, words),
        after=_show(change, change.after, words),
        file_name=revision.file_names.get(change.sha256 or ""),
        sha256=change.sha256,
    )


def _show(change: RollupChange, value: str, words: ReportFormatter) -> str:
    match change.column, value:
        case _, "":
            return words.text("empty")
        case _, "true" | "false":
            return words.text("yes" if value == "true" else "no")
        case "status", _:
            return words.status(RollupStatus(value))
        case "denominator_kind", _:
            return words.denominator_kind(value)
        case column, _ if column in _NUMBERS:
            return _show_number(change, Decimal(value), words)
    return value


def _show_number(change: RollupChange, number: Decimal, words: ReportFormatter) -> str:
    indicator = words.catalog.indicators.get(change.indicator)
    is_percent = indicator is not None and indicator.measure is Measure.RATIO
    if is_percent and change.column in _IN_UNIT_OF_INDICATOR:
        return format_percent(number, words.lang)
    return format_number(number, words.lang)
