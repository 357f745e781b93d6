"""Findings of the rules."""

from dataclasses import dataclass
from decimal import Decimal

from domain.issues import Issue


@dataclass(frozen=True, slots=True)
class Finding:
    """An issue and the submission it belongs to.

    The finding of a shadow rule has severity `info` and the fact `stage` = `shadow`: it is kept for back-tests and
    never shown to a commune.
    """

    submission_id: int
    issue: Issue


def plain_text(value: object) -> str:
    """Format a value from SQL: numbers without exponent or trailing zeros, whatever type the engine returns."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return str(value)
    # str() of a float is its shortest exact form: 76.44 stays 76.44.
    number = Decimal(str(value))
    if not number.is_finite():
        return str(number)
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text
