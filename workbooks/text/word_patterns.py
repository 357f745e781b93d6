"""Regular expressions built from word lists: kinds of units in all spellings, and names of months."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from domain.texts import ascii_key

_BEGINS, _SPACE, _SPACE_IN_NAME = r"(?<![^\W_])", r"\s+", r"[\s_]+"
# "năm" means both five and year: in "tháng năm 2025" the month was left blank, "tháng năm năm 2025" is May.
_FIFTH = re.compile(r"(?<![^\W_])(tháng[\s_]+)năm(?=[\s_]+năm[\s_]*\d)")

_IN_ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_REST_IN_ENGLISH = "uary|ruary|ch|il|e|y|ust|t|tember|ober|ember"
# What Excel makes of "6/2025" where its language is English: "Jun-25".
_ENGLISH = re.compile(
    rf"(?<![^\W_])(?P<name>{'|'.join(_IN_ENGLISH)})(?:{_REST_IN_ENGLISH})?"
    r"[\s._/-]*(?P<year>20\d{2}|[2-4]\d)(?![^\W_]|[/.-]\d)"
)


def any_of(texts: Iterable[str]) -> str:
    """Return a group that matches the longest of the texts that fits, or nothing if there are no texts."""
    longest_first = sorted(texts, key=lambda text: (-len(text), text))
    return f"(?:{'|'.join(map(re.escape, longest_first)) or '(?!)'})"


class UnitKindPatterns:
    """Patterns for kinds of units: "TT. Tân Sơn", "X. Lâm Sơn", "Xã: Lâm Sơn", "XA LAM SON".

    `communes` and `above` match the kind of a commune and of the units above communes.
    """

    def __init__(self, communes: Collection[str], above: Collection[str], short: Mapping[str, str]) -> None:
        """Compile the patterns from the full kinds and their abbreviations, all normalised."""
        self.communes = any_of(communes)
        self.above = "|".join([any_of(above), *(rf"{re.escape(text)}\.?" for text in short if short[text] in above)])
        self._at_start = tuple(_spellings(communes, short))
        self._in_names = tuple(
            (re.compile(rf"{_BEGINS}{re.escape(text)}{_gap(text, _SPACE_IN_NAME)}(?=[^\W\d_])"), f"{kind} ")
            for text, kind in short.items()
            if kind in communes
        )

    def in_names(self, name: str) -> str:
        """Expand abbreviated kinds anywhere in the normalised name of a file or folder."""
        for pattern, kind in self._in_names:
            name = pattern.sub(kind, name)
        return name

    def at_start(self, name: str) -> str:
        """Rewrite the kind at the start of a normalised name as the register spells it, if there is one."""
        for pattern, kind in self._at_start:
            if match := pattern.match(name):
                return kind + name[match.end() :]
        return name


class MonthNames:
    """Names of months, to be replaced by their numbers."""

    def __init__(self, months: Mapping[str, int]) -> None:
        """Compile a pattern from normalised names and their numbers."""
        self._months = months
        names = any_of(months).replace(r"\ ", r"[\s_]+")
        self._spelt = re.compile(rf"(?<![^\W_])(?P<kind>tháng[\s_]+)(?P<name>{names})(?![^\W_])")

    def numbered(self, text: str) -> str:
        """Replace months in words by numbers in a normalised text: "tháng tư năm 2025" → "tháng 4 năm 2025"."""
        numbered = self._spelt.sub(lambda match: f"{match['kind']}{self._months[_squeezed(match['name'])]}", text)
        return _ENGLISH.sub(_english_month, _FIFTH.sub(r"\g<1>5", numbered))


def _english_month(match: re.Match[str]) -> str:
    return f"tháng {_IN_ENGLISH.index(match['name']) + 1}/20{match['year'][-2:]}"


def _spellings(communes: Collection[str], short: Mapping[str, str]) -> Iterator[tuple[re.Pattern[str], str]]:
    for kind in sorted(communes):
        spellings = [rf"{re.escape(text)}{_gap(text, _SPACE)}" for text in short if short[text] == kind]
        spellings += [rf"{re.escape(ascii_key(kind))}\s+", rf"{re.escape(kind)}\s*:\s*"]
        yield re.compile("|".join(spellings)), f"{kind} "


def _gap(short: str, space: str) -> str:
    """Return the separator required after an abbreviation; a single letter needs a dot, or any initial would match."""
    return r"\.\s*" if len(short) == 1 else rf"(?:\.\s*|{space})"


def _squeezed(name: str) -> str:
    return " ".join(name.replace("_", " ").split())
