"""Lossless column types: exact decimals, moments in UTC, any text; and plain numbers for the rules."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Numeric, Text
from sqlalchemy.dialects.sqlite import REAL
from sqlalchemy.types import TypeDecorator, TypeEngine

from domain.errors import TerminalError

DECIMALS = 6
_MILLION = 10**DECIMALS
_UNITS = Decimal(1)
LARGEST_FIGURE = Decimal(10) ** 12
"""A single figure has to stay below this, and so has a report's sum over villages: SQLite sums 64-bit integers."""

_LARGEST_SUM = Decimal(10) ** 18
_LARGEST_SCALED = 2**63
BEYOND_INTEGERS = "~"
"""What a sum of many communes begins with where SQLite keeps it as text: no integer of its holds it."""


class UnstorableNumberError(TerminalError):
    """A number does not fit the warehouse's exact columns; it is refused rather than rounded."""

    def __init__(self, number: Decimal) -> None:
        """Keep the number and describe the limits."""
        self.number = number
        super().__init__(f"{number} cannot be kept exactly: at most {DECIMALS} decimals and 18 digits before them")


def has_room_for(number: Decimal) -> bool:
    """Return whether a figure can be stored exactly on every engine."""
    return number.is_finite() and abs(number) < LARGEST_FIGURE and _decimals(number) <= DECIMALS


def canonical(number: Decimal) -> Decimal:
    """Return a number in canonical form (`100`, `8.5`), whatever engine it was read from."""
    whole = number.to_integral_value()
    return whole.quantize(Decimal(1)) if number == whole else number.normalize()


def as_read(number: Decimal | None) -> Decimal | None:
    """Return a number that can be stored as it will be read."""
    return number if number is None or number.same_quantum(_UNITS) else canonical(number)


def _decimals(number: Decimal) -> int:
    if number.same_quantum(_UNITS):
        return 0  # as of nearly all: counts
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else DECIMALS + 1


class ExactNumber(TypeDecorator[Decimal]):
    """A decimal with six places: NUMERIC(24,6) on PostgreSQL, an integer of millionths on SQLite. Sums are exact.

    A sum of many large figures, beyond 64 bits, is text on SQLite: it can be read but not summed by SQL.
    """

    impl = Numeric(24, DECIMALS)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Use integers on SQLite, which has no exact decimals."""
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else Numeric(24, DECIMALS))

    def process_bind_param(self, value: Decimal | int | None, dialect: Dialect) -> Decimal | int | str | None:
        """Raise where the number would be rounded.

        Raises:
            UnstorableNumberError: too many decimals, or too large.
        """
        if value is None or dialect.name == "sqlite":
            return _in_millionths(value)
        return _exact(Decimal(value))

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        """Return the conversion itself on SQLite: a run binds a hundred numbers for each report."""
        return _in_millionths if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        """Return the conversion itself on SQLite: of a country, a revision has a hundred thousand numbers."""
        return _read_from_sqlite if dialect.name == "sqlite" else super().result_processor(dialect, coltype)

    def process_result_value(self, value: Decimal | int | str | None, dialect: Dialect) -> Decimal | None:
        """Return a Decimal in canonical form."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return _read_from_sqlite(value)
        return canonical(Decimal(value))


def _read_from_sqlite(value: Decimal | int | str | None) -> Decimal | None:
    """Return a number that SQLite keeps, in canonical form."""
    if value is None:
        return None
    if isinstance(value, int):
        return _of_millionths(value)
    return canonical(Decimal(value.removeprefix(BEYOND_INTEGERS) if isinstance(value, str) else value))


@lru_cache(maxsize=4096)
def _of_millionths(value: int) -> Decimal:
    """Return a number in canonical form; integers are faster than decimals, and a trend reads hundreds."""
    if value % _MILLION == 0:
        return Decimal(value // _MILLION)  # nearly all: counts
    exponent = -DECIMALS
    while value % 10 == 0:
        value, exponent = value // 10, exponent + 1
    return Decimal(value).scaleb(exponent)


def _in_millionths(value: Decimal | int | None) -> int | str | None:
    """Return a number as SQLite keeps it; see `ExactNumber`."""
    if value is None:
        return None
    number = Decimal(value)
    # Nearly all are counts, which need no shifting of decimals.
    scaled = int(number) * _MILLION if number.same_quantum(_UNITS) else int(_exact(number).scaleb(DECIMALS))
    return scaled if abs(scaled) < _LARGEST_SCALED else f"{BEYOND_INTEGERS}{_exact(number):f}"


def _exact(number: Decimal) -> Decimal:
    """Return the number; raise where it would be rounded."""
    if not number.is_finite() or _decimals(number) > DECIMALS or abs(number) >= _LARGEST_SUM:
        raise UnstorableNumberError(number)
    return number


class RuleNumber(TypeDecorator[Decimal]):
    """A number that rules' SQL can compare and divide: NUMERIC on PostgreSQL, REAL on SQLite. Staging only."""

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Use REAL on SQLite, where dividing integers truncates."""
        return dialect.type_descriptor(REAL() if dialect.name == "sqlite" else Numeric())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Decimal | float | None:
        """Convert to float for SQLite's driver."""
        return _as_float(value) if dialect.name == "sqlite" else value

    def bind_processor(self, dialect: Dialect) -> Callable[[Decimal | None], Any] | None:
        """Return the conversion itself on SQLite; see `ExactNumber`."""
        return _as_float if dialect.name == "sqlite" else super().bind_processor(dialect)

    def process_result_value(self, value: Decimal | float | None, dialect: Dialect) -> Decimal | None:
        """Return the shortest decimal of the same value."""
        if value is None:
            return None
        return canonical(Decimal(repr(value)) if dialect.name == "sqlite" else Decimal(value))


def _as_float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


class UtcMoment(TypeDecorator[datetime]):
    """A moment, stored and returned in UTC on both engines."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Raise unless the time has a timezone.

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
        """Attach UTC where the engine dropped it."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text from outside: characters that no database stores (NUL, lone surrogates of file names) are escaped."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 # SQLAlchemy's
        """Escape the characters that would fail a nightly run, on both engines alike."""
        return storable_text(value)

    def bind_processor(self, dialect: Dialect) -> Callable[[str | None], str | None]:  # noqa: ARG002 # SQLAlchemy's
        """Return the conversion itself: a run binds a thousand texts for each report."""
        return storable_text


def storable_text(value: str | None) -> str | None:
    """Return a text in which characters that a database does not store are escaped."""
    if value is None or value.isprintable():
        return value  # nearly all texts: none of these characters is printable
    return value.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")
