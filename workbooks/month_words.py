"""Months spelt out ("tháng Mười hai năm 2025"), written with their numbers so that they are read like any other."""

import re

_MONTHS = {
    "một": 1, "hai": 2, "ba": 3, "tư": 4, "sáu": 6, "bảy": 7, "bẩy": 7, "tám": 8, "chín": 9,
    "mười một": 11, "mười hai": 12, "mười": 10,
}  # fmt: skip
_NAMES = "|".join(sorted(_MONTHS, key=len, reverse=True)).replace(" ", r"[\s_]+")
_SPELT = re.compile(rf"(?<![^\W_])(?P<kind>tháng[\s_]+)(?P<name>{_NAMES})(?![^\W_])")
# "năm" is five and year: "tháng năm 2025" is a form whose month was left out, "tháng năm năm 2025" is May.
_FIFTH = re.compile(r"(?<![^\W_])(tháng[\s_]+)năm(?=[\s_]+năm[\s_]*\d)")


def with_month_numbers(text: str) -> str:
    """A normalised text whose months are numbers: "tháng tư năm 2025" is "tháng 4 năm 2025"."""
    numbered = _SPELT.sub(lambda found: f"{found['kind']}{_MONTHS[_squeezed(found['name'])]}", text)
    return _FIFTH.sub(r"\g<1>5", numbered)


def _squeezed(name: str) -> str:
    return " ".join(name.replace("_", " ").split())
