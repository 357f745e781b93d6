"""Numbers, moments and texts come back exactly as they went in, on both engines."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, func, insert, select
from sqlalchemy.exc import StatementError

from warehouse.models.exact import LARGEST_FIGURE, ExactNumber, UtcMoment, Words, as_read, canonical, has_room_for
from warehouse.store.engine import Engine, reading, transaction

TABLE = Table(
    "sample",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("number", ExactNumber()),
    Column("moment", UtcMoment()),
    Column("words", Words()),
)


@pytest.fixture
def table(engine: Engine) -> Engine:
    """A database with one table of our types."""
    TABLE.metadata.create_all(engine)
    return engine


def keep(engine: Engine, *rows: dict[str, object]) -> None:
    """Keep some rows."""
    with transaction(engine) as session:
        session.execute(insert(TABLE), list(rows))


def test_sum_of_tenths_is_exact(table: Engine) -> None:
    """Ten times a tenth is one, which floating point would miss."""
    keep(table, *[{"number": Decimal("0.1")}] * 10)
    with reading(table) as session:
        assert str(session.scalar(select(func.sum(TABLE.c.number)))) == "1"


def test_sum_of_large_and_small_loses_nothing(table: Engine) -> None:
    """A millionth beside hundreds of billions survives."""
    keep(table, {"number": Decimal("999999999999.999999")}, {"number": Decimal("0.000001")})
    with reading(table) as session:
        assert session.scalar(select(func.sum(TABLE.c.number))) == Decimal(10) ** 12


@pytest.mark.parametrize(
    "number",
    ["0", "-3", "8.5", "100", "0.000001", "123456789012.654321", "-123456789012345678.654321", "9223372036854.775808"],
)
def test_number_comes_back_in_one_spelling(table: Engine, number: str) -> None:
    """Stored numbers are read back in canonical form."""
    keep(table, {"number": Decimal(number)})
    with reading(table) as session:
        assert str(session.scalar(select(TABLE.c.number))) == number


@pytest.mark.parametrize("number", ["7", "1.0", "0.50", "1E+2", "0.000"])
def test_number_is_known_as_it_will_be_read(table: Engine, number: str) -> None:
    """A number that was computed is spelt as the stored one."""
    keep(table, {"number": Decimal(number)})
    with reading(table) as session:
        assert str(as_read(Decimal(number))) == str(session.scalar(select(TABLE.c.number)))


@pytest.mark.parametrize("number", ["0.0000001", "1E+18", "NaN", "Infinity"])
def test_number_that_would_be_rounded_is_refused(table: Engine, number: str) -> None:
    """Too fine, too large or no number at all: nothing is kept."""
    with pytest.raises(StatementError, match="cannot be kept exactly"):
        keep(table, {"number": Decimal(number)})


def test_comparison_in_sql_meets_the_same_number(table: Engine) -> None:
    """A number in a query finds the number that was kept."""
    keep(table, {"number": Decimal("8.5")}, {"number": Decimal(9)})
    with reading(table) as session:
        assert session.scalars(select(TABLE.c.id).where(TABLE.c.number > Decimal("8.5"))).all() == [2]


def test_moment_comes_back_in_utc(table: Engine) -> None:
    """A moment in Vietnam is the same moment in UTC."""
    vietnam = timezone(timedelta(hours=7))
    keep(table, {"moment": datetime(2025, 5, 15, 7, 30, 1, 5, tzinfo=vietnam)})
    with reading(table) as session:
        row = session.scalar(select(TABLE.c.moment))
    assert row == datetime(2025, 5, 15, 0, 30, 1, 5, tzinfo=UTC)
    assert row.tzinfo is UTC


def test_moment_without_timezone_is_refused(table: Engine) -> None:
    """A time that could be anywhere is not kept."""
    with pytest.raises(StatementError, match="timezone"):
        keep(table, {"moment": datetime(2025, 5, 15, 7, 30)})  # noqa: DTZ001 # the very thing to refuse


@pytest.mark.parametrize("text", ["Xã Hòa Sơn", "", "𝔘 🙂", "a\\b"])
def test_text_comes_back_as_it_was(table: Engine, text: str) -> None:
    """Vietnamese, nothing, and what lies beyond the basic plane."""
    keep(table, {"words": text})
    with reading(table) as session:
        assert session.scalar(select(TABLE.c.words)) == text


@pytest.mark.parametrize(("text", "kept"), [("a\0b", "a\\x00b"), ("b\udce1o.xlsx", "b\\udce1o.xlsx")])
def test_text_no_database_can_hold_is_escaped(table: Engine, text: str, kept: str) -> None:
    """A NUL or a lone surrogate in a file's name does not fail a nightly run."""
    keep(table, {"words": text})
    with reading(table) as session:
        assert session.scalar(select(TABLE.c.words)) == kept


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, max_value=10**12 - 1, min_value=-(10**12) + 1))
def test_every_figure_in_range_is_stored(number: Decimal) -> None:
    """Up to twelve digits and six decimals nothing is refused, and the spelling does not change the number."""
    assert has_room_for(number)
    assert canonical(number) == number


def test_figure_at_the_limit_is_refused() -> None:
    """The limit itself is refused."""
    assert not has_room_for(LARGEST_FIGURE)
