"""One short text for all figures of a report, to see that two reports say the same."""

from collections.abc import Iterable
from decimal import Decimal
from hashlib import sha256


def digest_of(figures: Iterable[tuple[str, Decimal | None, Decimal | None]]) -> str:
    """sha256 over indicators with their numerators and denominators, whatever their order and spelling.

    What has no number at all is left out: a line that was left blank equals a line that is not there.
    """
    results = (figure for figure in figures if figure[1] is not None or figure[2] is not None)
    lines = sorted(
        f"{indicator} {_plain(numerator)} {_plain(denominator)}" for indicator, numerator, denominator in results
    )
    return sha256("\n".join(lines).encode()).hexdigest()


def _plain(number: Decimal | None) -> str:
    if number is None:
        return "-"
    return format(number.normalize(), "f") if number else "0"
