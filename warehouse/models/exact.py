"""Column types that lose nothing: exact decimals, moments in UTC, any text, and plain numbers for the rules."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Numeric, Text
from sqlalchemy.dialects.sqlite import REAL
from sqlalchemy.types import TypeDecorator, TypeEngine

from domain.errors import TerminalError

DECIMALS = 6
LARGEST_FIGURE = Decimal(10) ** 12
"""A single figure has to stay below this, and so has a report's sum over villages: SQLite sums 64-bit integers."""

_LARGEST_SUM = Decimal(10) ** 18
_LARGEST_SCALED = 2**63
BEYOND_INTEGERS = "~"
"""What a sum of many communes begins with where SQLite keeps it as text: no integer of its holds it."""


class UnstorableNumberError(TerminalError):
    """A number does not fit the warehouse's exact columns; it is refused rather than rounded."""

    def __init__(self, number: Decimal) -> None:
        """Keep the number and say what would fit."""
        self.number = number
        super().__init__(f"{number} cannot be kept exactly: at most {DECIMALS} decimals and 18 digits before them")


def has_room_for(number: Decimal) -> bool:
    """Whether a figure can be kept exactly on every engine."""
    return number.is_finite() and abs(number) < LARGEST_FIGURE and _decimals(number) <= DECIMALS


def canonical(number: Decimal) -> Decimal:
    """The same number in one spelling (`100`, `8.5`), whatever engine it came from."""
    whole = number.to_integral_value()
    return whole.quantize(Decimal(1)) if number == whole else number.normalize()


def _decimals(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else DECIMALS + 1


class ExactNumber(TypeDecorator[Decimal]):
    """A decimal with six places: NUMERIC(24,6) on PostgreSQL, an integer of millionths on SQLite. Sums are exact.

    What no 64-bit integer holds, the sum of many large figures, is text on SQLite: it is read, and summed by nobody.
    """

    impl = Numeric(24, DECIMALS)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """SQLite has no exact decimals of its own: it gets integers."""
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else Numeric(24, DECIMALS))

    def process_bind_param(self, value: Decimal | int | None, dialect: Dialect) -> Decimal | int | str | None:
        """Refuse what would be rounded.

        Raises:
            UnstorableNumberError: too many decimals, or too large.
        """
        if value is None:
            return None
        number = Decimal(value)
        if not number.is_finite() or _decimals(number) > DECIMALS or abs(number) >= _LARGEST_SUM:
            raise UnstorableNumberError(number)
        if dialect.name != "sqlite":
            return number
        scaled = int(number.scaleb(DECIMALS))
        return scaled if abs(scaled) < _LARGEST_SCALED else f"{BEYOND_INTEGERS}{number:f}"

    def process_result_value(self, value: Decimal | int | str | None, dialect: Dialect) -> Decimal | None:
        """Give back a Decimal in its canonical spelling."""
        if value is None:
            return None
        if isinstance(value, str):
            return canonical(Decimal(value.removeprefix(BEYOND_INTEGERS)))
        return canonical(Decimal(value).scaleb(-DECIMALS) if dialect.name == "sqlite" else Decimal(value))


class RuleNumber(TypeDecorator[Decimal]):
    """A number that any rule's SQL can compare and divide: NUMERIC on PostgreSQL, REAL on SQLite. Staging only."""

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """REAL on SQLite, where dividing two integers would cut the decimals off."""
        return dialect.type_descriptor(REAL() if dialect.name == "sqlite" else Numeric())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Decimal | float | None:
        """SQLite's driver takes floats."""
        return float(value) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Decimal | float | None, dialect: Dialect) -> Decimal | None:
        """Give back the shortest decimal that means the same number."""
        if value is None:
            return None
        return canonical(Decimal(repr(value)) if dialect.name == "sqlite" else Decimal(value))


class UtcMoment(TypeDecorator[datetime]):
    """A moment, kept and given back in UTC on both engines."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a time that does not say where it was read.

        Raises:
            TypeError: the datetime has no timezone.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError(f"{value} has no timezone: the warehouse keeps moments in UTC")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Attach UTC where the engine forgot it."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text from outside: what no database can keep (NUL, half a character in a file's name) is written as an escape."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 # SQLAlchemy's
        """Escape the few characters that would stop a night, on both engines alike."""
        if value is None:
            return None
        return value.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")
