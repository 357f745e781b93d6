"""Months spelt out ("tháng Mười hai năm 2025"), written with their numbers so that they are read like any other."""

import re
from collections.abc import Mapping

from workbooks.text.alternatives import any_of

# "năm" is five and year: "tháng năm 2025" is a form whose month was left out, "tháng năm năm 2025" is May.
_FIFTH = re.compile(r"(?<![^\W_])(tháng[\s_]+)năm(?=[\s_]+năm[\s_]*\d)")


class MonthWords:
    """The words for months and their numbers."""

    def __init__(self, months: Mapping[str, int]) -> None:
        """Take them normalised."""
        self._months = months
        names = any_of(months).replace(r"\ ", r"[\s_]+")
        self._spelt = re.compile(rf"(?<![^\W_])(?P<kind>tháng[\s_]+)(?P<name>{names})(?![^\W_])")

    def numbered(self, text: str) -> str:
        """A normalised text whose months are numbers: "tháng tư năm 2025" is "tháng 4 năm 2025"."""
        numbered = self._spelt.sub(lambda match: f"{match['kind']}{self._months[_squeezed(match['name'])]}", text)
        return _FIFTH.sub(r"\g<1>5", numbered)


def _squeezed(name: str) -> str:
    return " ".join(name.replace("_", " ").split())
