"""What people see of a number: its digits as a number format shows them, with the marks and words it prints around."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from workbooks.numbers.format_sections import FormatMark, FormatSection, section_for, sections_of


@dataclass(frozen=True, slots=True)
class DisplayedNumber:
    """How a number looks in its cell.

    `text` is what stands there, decimals behind a comma, thousands unmarked; `digits` the same without a sign and
    without what the format prints around. `rounded` is the number these digits show, `scale` by which power of ten the
    cell's number is larger ("#,##0,": 3). Of dates and fractions only the kind is told.
    """

    text: str
    digits: str
    rounded: Decimal
    scale: int = 0
    is_date: bool = False
    is_percent: bool = False
    is_fraction: bool = False


def display_number(number: Decimal, number_format: str) -> DisplayedNumber:
    """How a number looks under a format (ECMA-376 part 1, 18.8.31), in a column wide enough."""
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
    """How a text looks under a format: its last section may hide it or print words around it."""
    sections = sections_of(number_format)
    section = sections[3] if len(sections) > 3 else sections[-1]
    if len(sections) < 4 and not section.has("text"):
        return text
    return _printed(section, text)


def _plain(size: Decimal) -> str:
    text = f"{size:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")


def _printed(section: FormatSection, content: str) -> str:
    """What a section without places for digits prints around its content."""
    return "".join(
        mark.text if mark.kind in {"literal", "percent", "point", "slash"} else content
        for mark in section.marks
        if mark.kind in {"literal", "percent", "point", "slash", "general", "text"}
    )


def _in_digits(section: FormatSection, number: Decimal, sign: str) -> DisplayedNumber:
    places = [place for place, mark in enumerate(section.marks) if mark.kind == "digit"]
    point = next((place for place, mark in enumerate(section.marks) if mark.kind == "point"), len(section.marks))
    scale = 3 * sum(mark.kind == "thousandth" for mark in section.marks)
    percents = 2 * sum(mark.kind == "percent" for mark in section.marks)
    decimals = sum(place > point for place in places)
    size = _round(abs(number).scaleb(percents - scale), decimals)
    whole, _, fraction = f"{size:.{decimals}f}".partition(".")
    before, after = section.marks[:point], section.marks[point:]
    text = sign + _whole_part(before, whole) + _decimal_part(after, fraction)
    digits = _whole_part(_bare(before), whole) + _decimal_part(_bare(after), fraction)
    return DisplayedNumber(text, digits, size if number >= 0 else -size, scale, is_percent=percents > 0)


def _round(size: Decimal, decimals: int) -> Decimal:
    return size.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def _bare(marks: Sequence[FormatMark]) -> list[FormatMark]:
    return [mark for mark in marks if mark.kind not in {"literal", "percent"}]


def _whole_part(marks: Sequence[FormatMark], whole: str) -> str:
    """Whole digits in their places from the right; the first place takes all that are left."""
    places = [place for place, mark in enumerate(marks) if mark.kind == "digit"]
    first_zero = next((number for number, place in enumerate(places) if marks[place].text == "0"), len(places))
    left = whole.lstrip("0").zfill(len(places) - first_zero)
    pieces: list[str] = []
    for place in range(len(marks) - 1, -1, -1):
        if marks[place].kind == "digit":
            is_first = place == places[0]
            pieces.append(left if is_first else left[-1:])
            left = left[:-1]
        elif marks[place].kind in {"literal", "percent"}:
            pieces.append(marks[place].text)
    return "".join(reversed(pieces))


def _decimal_part(marks: Sequence[FormatMark], fraction: str) -> str:
    """Decimals in their places from the left; zeros that need not be shown are left out."""
    kept = [mark.text for mark in marks if mark.kind == "digit"]
    while kept and kept[-1] != "0" and fraction.endswith("0"):
        kept.pop()
        fraction = fraction[:-1]
    pieces = [","] if fraction else []
    for mark in marks:
        if mark.kind == "digit":
            pieces.append(fraction[:1])
            fraction = fraction[1:]
        elif mark.kind in {"literal", "percent"}:
            pieces.append(mark.text)
    return "".join(pieces)


def _scientific(section: FormatSection, number: Decimal) -> DisplayedNumber:
    """A number with a power of ten, given as the number it stands for: "1,23E+06" is 1230000."""
    power = next(place for place, mark in enumerate(section.marks) if mark.kind == "power")
    marks = section.marks[:power]
    point = next((place for place, mark in enumerate(marks) if mark.kind == "point"), len(marks))
    step = sum(mark.kind == "digit" for mark in marks[:point]) or 1
    decimals = sum(mark.kind == "digit" for mark in marks[point:])
    exponent = number.adjusted() // step * step if number else 0
    size = _round(abs(number).scaleb(-exponent), decimals).scaleb(exponent)
    digits = _plain(size)
    return DisplayedNumber(("-" if number < 0 else "") + digits, digits, size if number >= 0 else -size)
