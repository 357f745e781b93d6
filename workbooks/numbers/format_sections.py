"""Number formats taken apart: sections, and in each the places of digits, what is printed around them, what divides."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

_MARKS = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_(?P<space>.)|\*(?P<fill>.)|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<general>general)|(?P<power>e[+-])|(?P<date>am/pm|a/p|[dmhys])|(?P<digit>[0#?])|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?[0-9]+(?:\.[0-9]+)?)")
_ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)
_TESTS = {
    "<": Decimal.__lt__,
    "<=": Decimal.__le__,
    ">": Decimal.__gt__,
    ">=": Decimal.__ge__,
    "=": Decimal.__eq__,
    "<>": Decimal.__ne__,
}
_NAMED = {"%": "percent", "@": "text", ".": "point", ",": "comma", "/": "slash"}


class FormatMark(NamedTuple):
    """One mark of a section.

    `kind` is digit, point, group (thousands), thousandth (divides by a thousand), percent, power, slash, date, general,
    text (the place of a text) or literal; `text` what it is written with, for a literal what it prints.
    """

    kind: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class FormatSection:
    """The marks of one section, and for which numbers it is meant where it says so itself ("[>100]")."""

    marks: tuple[FormatMark, ...]
    condition: tuple[str, Decimal] | None = None

    def has(self, kind: str) -> bool:
        """Whether one of its marks is of that kind."""
        return any(mark.kind == kind for mark in self.marks)

    def meets(self, number: Decimal) -> bool:
        """Whether a number meets its condition; without one every number does."""
        return self.condition is None or _TESTS[self.condition[0]](number, self.condition[1])


@lru_cache(maxsize=1024)
def sections_of(number_format: str) -> tuple[FormatSection, ...]:
    """The sections of a format; one that says nothing but a colour shows numbers as General does."""
    gathered: list[list[FormatMark]] = [[]]
    conditions: dict[int, tuple[str, Decimal]] = {}
    for match in _MARKS.finditer(number_format):
        kind = match.lastgroup or ""
        if kind == "other" and match[0] == ";":
            gathered.append([])
        elif kind == "bracket":
            if condition := _CONDITION.fullmatch(match["bracket"]):
                conditions[len(gathered) - 1] = condition[1], Decimal(condition[2])
            gathered[-1].extend(_bracketed(match["bracket"]))
        else:
            gathered[-1].append(_mark(kind, match))
    if gathered == [[]]:
        return (FormatSection((FormatMark("general"),)),)
    return tuple(FormatSection(_placed(marks), conditions.get(place)) for place, marks in enumerate(gathered))


def section_for(number: Decimal, number_format: str) -> tuple[FormatSection, bool]:
    """The section a number is shown by, and whether its minus sign is shown too."""
    sections = sections_of(number_format)
    if any(section.condition for section in sections):
        fallback = sections[2] if len(sections) > 2 else FormatSection(())
        return next((section for section in sections[:2] if section.meets(number)), fallback), True
    if number < 0 and len(sections) > 1:
        return sections[1], False
    if not number and len(sections) > 2:
        return sections[2], False
    return sections[0], True


def _bracketed(text: str) -> Sequence[FormatMark]:
    """A currency prints its sign ("[$₫-42A]"); elapsed time is a date; colours and conditions print nothing."""
    if text.startswith("$"):
        sign = text[1:].partition("-")[0]
        return [FormatMark("literal", sign)] if sign else []
    return [FormatMark("date")] if _ELAPSED.fullmatch(text) else []


def _mark(kind: str, match: re.Match[str]) -> FormatMark:
    match kind:
        case "quoted" | "escaped" | "fill":
            return FormatMark("literal", match[kind])
        case "space":
            return FormatMark("literal", " ")
        case "other":
            return FormatMark(_NAMED.get(match[0], "literal"), match[0])
        case _:
            return FormatMark(kind, match[0])


def _placed(marks: Sequence[FormatMark]) -> tuple[FormatMark, ...]:
    """The same marks, each comma told by its place: thousands between digits, a division by a thousand behind them."""
    digits = [place for place, mark in enumerate(marks) if mark.kind == "digit"]
    point = next((place for place, mark in enumerate(marks) if mark.kind == "point"), len(marks))
    whole = [place for place in digits if place < point]
    placed: list[FormatMark] = []
    for place, mark in enumerate(marks):
        if mark.kind == "comma" and not (digits and place > digits[0]):
            placed.append(FormatMark("literal", ","))
        elif mark.kind == "comma":
            is_behind = place > (whole[-1] if place < point and whole else digits[-1])
            placed.append(FormatMark("thousandth" if is_behind else "group"))
        elif mark.kind == "slash" and not (digits and digits[0] < place):
            placed.append(FormatMark("literal", "/"))
        elif mark.kind == "point" and place != point:
            placed.append(FormatMark("literal", "."))
        else:
            placed.append(mark)
    return tuple(placed)
