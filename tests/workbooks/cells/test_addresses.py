"""A1 addresses and references."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbooks.cells.addresses import CellRange, cell_address, parse_range, parse_reference, split_address


@given(st.integers(1, 1_048_576), st.integers(1, 16_384))
def test_addresses_come_back(row: int, column: int) -> None:
    """Addresses and positions convert into each other."""
    assert split_address(cell_address(row, column)) == (row, column)


@pytest.mark.parametrize("address", ["", "A0", "A1048577", "XFE1", "1A", "A", "AAAA1", "A1:B2", "Ａ１"])
def test_what_is_no_address(address: str) -> None:
    """Positions beyond the sheet and texts that resemble addresses are rejected."""
    assert split_address(address) is None


def test_ranges() -> None:
    """A range is the same rectangle from any pair of opposite corners."""
    assert parse_range("D5:B2") == parse_range("B2:D5") == CellRange(2, 2, 5, 4)
    assert parse_range("B2") == CellRange(2, 2, 2, 2)
    assert parse_range("B2:") == CellRange(2, 2, 2, 2)
    assert parse_range("B2:#REF!") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("'Biểu 01-T'!$E$12", ("Biểu 01-T", 12, 5)),
        ("Sheet1!E12", ("Sheet1", 12, 5)),
        ("'Biểu ''số'' 1'!$A$1", ("Biểu 'số' 1", 1, 1)),
        ("'Biểu 01-T'!#REF!", None),
        ("'Biểu 01-T'!$E$12:$E$13", None),
        ("#REF!$E$12", None),
        ("'[1]Biểu'!$A$1", ("[1]Biểu", 1, 1)),
    ],
)
def test_references(text: str, expected: tuple[str, int, int] | None) -> None:
    """A reference resolves to a cell of a named sheet, or to None."""
    assert parse_reference(text) == expected
