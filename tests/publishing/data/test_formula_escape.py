"""Text in a CSV file never becomes a formula."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publishing.data.rollup_csv import escape_formula


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        '=HYPERLINK("x")',
        "+84 903",
        "-5 xã",
        "@SUM(A1)",
        "|calc",
        "%0",
        "  =1",
        "\t=1",
        "\u00a0=1",
        "\u200b=1",
        "＝1+1",
        "\tx",
        "\rx",
        "\nx",
        "\x00=1",
    ],
)
def test_formula_gets_an_apostrophe(text: str) -> None:
    """A text that a spreadsheet could run as a formula is prefixed with an apostrophe."""
    assert escape_formula(text).startswith("'")


@pytest.mark.parametrize("text", ["", "Xã Lâm Sơn", "7/8 xã", "100%", "(=)", "Thiếu: Ma Nới - Hòa Sơn"])
def test_plain_text_is_left_alone(text: str) -> None:
    """Ordinary text is not changed."""
    assert escape_formula(text) == text


@given(st.text())
def test_no_escaped_text_starts_a_formula(text: str) -> None:
    """The first visible character never starts a formula, and neither NUL nor CR is left."""
    escaped = escape_formula(text)
    assert not escaped.lstrip(" \t\r\n\u00a0\u200b\ufeff").startswith(tuple("=+-@|%＝＋－＠｜％"))
    assert "\x00" not in escaped
    assert "\r" not in escaped
