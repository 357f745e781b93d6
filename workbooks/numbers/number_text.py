"""Grammar of numbers typed as text: the one or two numbers a text can mean, and the tolerances applied."""

import re
from dataclasses import dataclass
from decimal import Decimal

# Marks that reverse the writing direction are not included: after U+202E "12" is displayed as 21.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u180e\u200b-\u200e\u202a\u202c\u202d\u2060-\u2064\u2066\u2068\u2069\ufe00-\ufe0f\ufeff]"
)
# No line breaks: two numbers on two lines of a cell are not one number.
_SPACES = re.compile("[ \u00a0\u2000-\u200a\u202f\u205f\u3000]")
_FULL_WIDTH = {
    **{0xFF10 + digit: str(digit) for digit in range(10)},
    0xFF0C: ",",
    0xFF0E: ".",
    0xFF05: "%",
    0xFF0F: "/",
}
_MINUS = {0x2212: "-", 0xFF0D: "-", 0x2010: "-", 0x2011: "-", 0x2012: "-", 0x2013: "-"}

_PLAIN = re.compile(r"[0-9]+")
_DOT_GROUPS = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+")
_COMMA_GROUPS = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+")
_SPACE_GROUPS = re.compile(r"([1-9][0-9]{0,2}(?: [0-9]{3})+)(?:,([0-9]+))?")
_DOT_GROUPS_COMMA = re.compile(r"([1-9][0-9]{0,2}(?:\.[0-9]{3})+),([0-9]+)")
_COMMA_GROUPS_DOT = re.compile(r"([1-9][0-9]{0,2}(?:,[0-9]{3})+)\.([0-9]+)")
_ONE_MARK = re.compile(r"([0-9]+)([.,])([0-9]+)")
_GROUP = 3
"""Digits between two thousands separators."""


@dataclass(frozen=True, slots=True)
class NumberText:
    """Numbers that a text can mean.

    `readings` holds one number, or two if the text is ambiguous. `rules` are the tolerances applied, `decimals` is the
    number of typed decimals. `is_percent`: a percent sign follows the number (which is not divided by 100).
    """

    readings: tuple[Decimal, ...]
    rules: tuple[str, ...]
    decimals: int
    is_percent: bool

    @property
    def is_ambiguous(self) -> bool:
        """Return whether the text can mean two numbers."""
        return len(self.readings) > 1


def read_number_text(text: str, *, is_count: bool) -> NumberText | None:
    """Return the number that a text means, None if it is no number.

    In a count a dot before three digits separates thousands ("2.450" is 2450); elsewhere it is ambiguous. A comma
    before three digits ("1,234") is ambiguous everywhere, and so is a mark before three digits if thousands are not
    separated throughout ("1000.000", in a count also "1.000,000"). A mark before fewer than three digits is decimal.
    """
    cleaned, rules = clean_text(text)
    body = cleaned.removesuffix("%").rstrip()
    is_percent = body != cleaned
    negative = body.startswith("-")
    body = body[1:] if negative else body
    result = _read_body(body, is_count=is_count)
    if result is None:
        return None
    readings, body_rules, decimals = result
    if is_percent:
        rules.append("trailing_percent")
    rules.extend(body_rules)
    sign = -1 if negative else 1
    return NumberText(
        tuple(sign * reading for reading in readings), tuple(rules) or ("number_as_text",), decimals, is_percent
    )


def clean_text(text: str) -> tuple[str, list[str]]:
    """Return a text in plain digits, marks and spaces, and the rules of the characters replaced for that.

    Only these are replaced, since general compatibility folding would turn "5²" into 52.
    """
    rules: list[str] = []
    seen = _INVISIBLE.sub("", text)
    spaced = _SPACES.sub(" ", seen).strip()
    if seen != text or spaced != seen.strip():
        rules.append("invisible_marks")
    plain = spaced.translate(_FULL_WIDTH)
    if plain != spaced:
        rules.append("full_width_digits")
    return plain.translate(_MINUS), rules


_Body = tuple[tuple[Decimal, ...], tuple[str, ...], int]
"""Readings, rules and number of typed decimals of an unsigned number."""


def _read_body(body: str, *, is_count: bool) -> _Body | None:
    if _PLAIN.fullmatch(body):
        return (Decimal(body),), (), 0
    if _DOT_GROUPS.fullmatch(body):
        return _read_dot_groups(body, is_count=is_count)
    if _COMMA_GROUPS.fullmatch(body):
        return _read_comma_groups(body)
    if match := _ONE_MARK.fullmatch(body):
        return _read_one_mark(match)
    return _read_grouped(body, is_count=is_count)


def _read_grouped(body: str, *, is_count: bool) -> _Body | None:
    """Read thousands separated by one mark or spaces, and decimals after the other; in a count three are ambiguous."""
    for pattern, rule in (
        (_SPACE_GROUPS, "thousands_space"),
        (_DOT_GROUPS_COMMA, "thousands_dot"),
        (_COMMA_GROUPS_DOT, "thousands_comma"),
    ):
        if match := pattern.fullmatch(body):
            whole, decimals = re.sub(r"[ .,]", "", match[1]), match[2] or ""
            if is_count and len(decimals) == _GROUP:
                return (Decimal(f"{whole}.{decimals}"), Decimal(whole + decimals)), (), _GROUP
            return (Decimal(f"{whole}.{decimals or 0}"),), (rule,), len(decimals)
    return None


def _read_comma_groups(body: str) -> _Body:
    thousands = Decimal(body.replace(",", ""))
    if body.count(",") > 1:
        return (thousands,), ("thousands_comma",), 0
    return (Decimal(body.replace(",", ".")), thousands), (), 3


def _read_dot_groups(body: str, *, is_count: bool) -> _Body:
    thousands = Decimal(body.replace(".", ""))
    if is_count or body.count(".") > 1:
        return (thousands,), ("thousands_dot",), 0
    return (thousands, Decimal(body)), (), 3


def _read_one_mark(match: re.Match[str]) -> _Body | None:
    """Read a number with one mark: "94,23", "0,125"; ambiguous before three digits ("1000.000")."""
    whole, mark, decimals = match.groups()
    if len(whole) > 1 and whole.startswith("0"):
        return None
    if len(decimals) == _GROUP and whole != "0":
        return (Decimal(f"{whole}.{decimals}"), Decimal(whole + decimals)), (), _GROUP
    rule = "decimal_comma" if mark == "," else "decimal_point"
    return (Decimal(f"{whole}.{decimals}"),), (rule,), len(decimals)
