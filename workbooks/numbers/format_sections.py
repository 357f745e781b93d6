"""Parser for number formats: their sections, and the digit places, literals and divisors of each."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

_TOKENS = re.compile(
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


class FormatToken(NamedTuple):
    """A token of a section.

    `kind` is digit, point, group (thousands), thousandth (divides by a thousand), percent, power, slash, date, general,
    text (placeholder of a text) or literal; `text` is the token's source, for a literal what it prints.
    """

    kind: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class FormatSection:
    """The tokens of one section, and the condition on numbers if the section states one ("[>100]")."""

    tokens: tuple[FormatToken, ...]
    condition: tuple[str, Decimal] | None = None

    def has(self, kind: str) -> bool:
        """Return whether the section has a token of that kind."""
        return any(token.kind == kind for token in self.tokens)

    def meets(self, number: Decimal) -> bool:
        """Return whether a number meets the section's condition, or there is none."""
        return self.condition is None or _TESTS[self.condition[0]](number, self.condition[1])


@lru_cache(maxsize=1024)
def sections_of(number_format: str) -> tuple[FormatSection, ...]:
    """Return the sections of a format; a format of nothing but a colour displays numbers like General."""
    gathered: list[list[FormatToken]] = [[]]
    conditions: dict[int, tuple[str, Decimal]] = {}
    for match in _TOKENS.finditer(number_format):
        kind = match.lastgroup or ""
        if kind == "other" and match[0] == ";":
            gathered.append([])
        elif kind == "bracket":
            if condition := _CONDITION.fullmatch(match["bracket"]):
                conditions[len(gathered) - 1] = condition[1], Decimal(condition[2])
            gathered[-1].extend(_bracketed(match["bracket"]))
        else:
            gathered[-1].append(_token(kind, match))
    if gathered == [[]]:
        return (FormatSection((FormatToken("general"),)),)
    return tuple(FormatSection(_resolved(tokens), conditions.get(index)) for index, tokens in enumerate(gathered))


def section_for(number: Decimal, number_format: str) -> tuple[FormatSection, bool]:
    """Return the section that displays a number, and whether it displays the minus sign."""
    sections = sections_of(number_format)
    if any(section.condition for section in sections):
        fallback = sections[2] if len(sections) > 2 else FormatSection(())
        return next((section for section in sections[:2] if section.meets(number)), fallback), True
    if number < 0 and len(sections) > 1:
        return sections[1], False
    if not number and len(sections) > 2:
        return sections[2], False
    return sections[0], True


def _bracketed(text: str) -> Sequence[FormatToken]:
    """Return the tokens of a bracket: a currency sign ("[$₫-42A]"), or a date for elapsed time, else none."""
    if text.startswith("$"):
        sign = text[1:].partition("-")[0]
        return [FormatToken("literal", sign)] if sign else []
    return [FormatToken("date")] if _ELAPSED.fullmatch(text) else []


def _token(kind: str, match: re.Match[str]) -> FormatToken:
    match kind:
        case "quoted" | "escaped" | "fill":
            return FormatToken("literal", match[kind])
        case "space":
            return FormatToken("literal", " ")
        case "other":
            return FormatToken(_NAMED.get(match[0], "literal"), match[0])
        case _:
            return FormatToken(kind, match[0])


def _resolved(tokens: Sequence[FormatToken]) -> tuple[FormatToken, ...]:
    """Resolve commas, slashes and points by position: a comma between digits groups, after them it divides by 1,000."""
    digits = [index for index, token in enumerate(tokens) if token.kind == "digit"]
    point = next((index for index, token in enumerate(tokens) if token.kind == "point"), len(tokens))
    whole = [index for index in digits if index < point]
    resolved: list[FormatToken] = []
    for index, token in enumerate(tokens):
        if token.kind == "comma" and not (digits and index > digits[0]):
            resolved.append(FormatToken("literal", ","))
        elif token.kind == "comma":
            is_behind = index > (whole[-1] if index < point and whole else digits[-1])
            resolved.append(FormatToken("thousandth" if is_behind else "group"))
        elif token.kind == "slash" and not (digits and digits[0] < index):
            resolved.append(FormatToken("literal", "/"))
        elif token.kind == "point" and index != point:
            resolved.append(FormatToken("literal", "."))
        else:
            resolved.append(token)
    return tuple(resolved)
