"""Display of numbers under a number format: the digits, and the literals printed around them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from workbooks.numbers.format_sections import FormatSection, FormatToken, section_for, sections_of


@dataclass(frozen=True, slots=True)
class DisplayedNumber:
    """A number as displayed in its cell.

    `text` is the whole display, with a decimal comma and no thousands separators; `digits` is `text` without sign and
    literals. `rounded` is the number these digits show, `scale` the power of ten by which the stored number is larger
    ("#,##0,": 3). For dates and fractions only the kind is set.
    """

    text: str
    digits: str
    rounded: Decimal
    scale: int = 0
    is_date: bool = False
    is_percent: bool = False
    is_fraction: bool = False


def display_number(number: Decimal, number_format: str) -> DisplayedNumber:
    """Return the display of a number under a format (ECMA-376 part 1, 18.8.31), in a column wide enough."""
    section, shows_sign = section_for(number, number_format)
    sign = "-" if number < 0 and shows_sign else ""
    if section.has("date"):
        return DisplayedNumber("", "", number, is_date=True)
    if section.has("power"):
        return _scientific(section, number)
    if section.has("digit"):
        is_fraction = section.has("slash")
        return DisplayedNumber("", "", number, is_fraction=True) if is_fraction else _in_digits(section, number, sign)
    digits = _plain(abs(number)) if section.has("general") or section.has("text") else ""
    text = _printed(section, digits)
    return DisplayedNumber(sign + text if digits else text, digits, number, is_percent=section.has("percent"))


def display_text(text: str, number_format: str) -> str:
    """Return the display of a text under a format, whose last section may hide it or print literals around it."""
    sections = sections_of(number_format)
    section = sections[3] if len(sections) > 3 else sections[-1]
    if len(sections) < 4 and not section.has("text"):
        return text
    return _printed(section, text)


def _plain(size: Decimal) -> str:
    text = f"{size:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")


def _printed(section: FormatSection, content: str) -> str:
    """Return the content and literals of a section without digit places."""
    return "".join(
        token.text if token.kind in {"literal", "percent", "point", "slash"} else content
        for token in section.tokens
        if token.kind in {"literal", "percent", "point", "slash", "general", "text"}
    )


def _in_digits(section: FormatSection, number: Decimal, sign: str) -> DisplayedNumber:
    indices = [index for index, token in enumerate(section.tokens) if token.kind == "digit"]
    point = next((index for index, token in enumerate(section.tokens) if token.kind == "point"), len(section.tokens))
    scale = 3 * sum(token.kind == "thousandth" for token in section.tokens)
    percents = 2 * sum(token.kind == "percent" for token in section.tokens)
    decimals = sum(index > point for index in indices)
    size = _round(abs(number).scaleb(percents - scale), decimals)
    whole, _, fraction = f"{size:.{decimals}f}".partition(".")
    before, after = section.tokens[:point], section.tokens[point:]
    text = sign + _whole_part(before, whole) + _decimal_part(after, fraction)
    digits = _whole_part(_without_literals(before), whole) + _decimal_part(_without_literals(after), fraction)
    return DisplayedNumber(text, digits, size if number >= 0 else -size, scale, is_percent=percents > 0)


def _round(size: Decimal, decimals: int) -> Decimal:
    return size.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def _without_literals(tokens: Sequence[FormatToken]) -> list[FormatToken]:
    return [token for token in tokens if token.kind not in {"literal", "percent"}]


def _whole_part(tokens: Sequence[FormatToken], whole: str) -> str:
    """Fill whole digits into their places from the right; the first place takes all remaining digits."""
    indices = [index for index, token in enumerate(tokens) if token.kind == "digit"]
    first_zero = next((number for number, index in enumerate(indices) if tokens[index].text == "0"), len(indices))
    left = whole.lstrip("0").zfill(len(indices) - first_zero)
    output: list[str] = []
    for index in range(len(tokens) - 1, -1, -1):
        if tokens[index].kind == "digit":
            is_first = index == indices[0]
            output.append(left if is_first else left[-1:])
            left = left[:-1]
        elif tokens[index].kind in {"literal", "percent"}:
            output.append(tokens[index].text)
    return "".join(reversed(output))


def _decimal_part(tokens: Sequence[FormatToken], fraction: str) -> str:
    """Fill decimals into their places from the left, without optional trailing zeros."""
    kept = [token.text for token in tokens if token.kind == "digit"]
    while kept and kept[-1] != "0" and fraction.endswith("0"):
        kept.pop()
        fraction = fraction[:-1]
    output = [","] if fraction else []
    for token in tokens:
        if token.kind == "digit":
            output.append(fraction[:1])
            fraction = fraction[1:]
        elif token.kind in {"literal", "percent"}:
            output.append(token.text)
    return "".join(output)


def _scientific(section: FormatSection, number: Decimal) -> DisplayedNumber:
    """Return the display in scientific notation, written out: "1,23E+06" as 1230000."""
    power = next(index for index, token in enumerate(section.tokens) if token.kind == "power")
    tokens = section.tokens[:power]
    point = next((index for index, token in enumerate(tokens) if token.kind == "point"), len(tokens))
    step = sum(token.kind == "digit" for token in tokens[:point]) or 1
    decimals = sum(token.kind == "digit" for token in tokens[point:])
    exponent = number.adjusted() // step * step if number else 0
    size = _round(abs(number).scaleb(-exponent), decimals).scaleb(exponent)
    digits = _plain(size)
    return DisplayedNumber(("-" if number < 0 else "") + digits, digits, size if number >= 0 else -size)
