"""The kind of a commune in other writing: "TT. Tân Sơn", "X. Lâm Sơn", "Xã: Lâm Sơn", "XA LAM SON"."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from domain.texts import ascii_key

_BEGINS, _SPACE, _SPACE_IN_NAME = r"(?<![^\W_])", r"\s+", r"[\s_]+"
# "năm" is five and year: "tháng năm 2025" is a form whose month was left out, "tháng năm năm 2025" is May.
_FIFTH = re.compile(r"(?<![^\W_])(tháng[\s_]+)năm(?=[\s_]+năm[\s_]*\d)")


def any_of(texts: Iterable[str]) -> str:
    """A group that matches any of these texts, the longest that fits; of no texts it matches nothing."""
    longest_first = sorted(texts, key=lambda text: (-len(text), text))
    return f"(?:{'|'.join(map(re.escape, longest_first)) or '(?!)'})"


class UnitKindPatterns:
    """How kinds of communes are written; `communes` and `above` match one, of communes or of the units above them."""

    def __init__(self, communes: Collection[str], above: Collection[str], short: Mapping[str, str]) -> None:
        """Take the kinds in full and what is short for some of them, all normalised."""
        self.communes = any_of(communes)
        self.above = "|".join([any_of(above), *(rf"{re.escape(text)}\.?" for text in short if short[text] in above)])
        self._at_start = tuple(_writings(communes, short))
        self._in_names = tuple(
            (re.compile(rf"{_BEGINS}{re.escape(text)}{_gap(text, _SPACE_IN_NAME)}(?=[^\W\d_])"), f"{kind} ")
            for text, kind in short.items()
            if kind in communes
        )

    def in_names(self, name: str) -> str:
        """A normalised file's or folder's name whose short kinds are written out, wherever they stand."""
        for writing, kind in self._in_names:
            name = writing.sub(kind, name)
        return name

    def at_start(self, name: str) -> str:
        """A normalised name that begins with a commune's kind as the register writes it, where it begins with one."""
        for writing, kind in self._at_start:
            if match := writing.match(name):
                return kind + name[match.end() :]
        return name


class MonthNames:
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


def _writings(communes: Collection[str], short: Mapping[str, str]) -> Iterator[tuple[re.Pattern[str], str]]:
    for kind in sorted(communes):
        ways = [rf"{re.escape(text)}{_gap(text, _SPACE)}" for text in short if short[text] == kind]
        ways += [rf"{re.escape(ascii_key(kind))}\s+", rf"{re.escape(kind)}\s*:\s*"]
        yield re.compile("|".join(ways)), f"{kind} "


def _gap(short: str, space: str) -> str:
    """What parts a short kind from the name: behind a single letter a dot, or it would be any letter."""
    return r"\.\s*" if len(short) == 1 else rf"(?:\.\s*|{space})"


def _squeezed(name: str) -> str:
    return " ".join(name.replace("_", " ").split())
