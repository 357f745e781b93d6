"""The kind of a commune in other writing: "TT. Tân Sơn", "X. Lâm Sơn", "Xã: Lâm Sơn", "XA LAM SON"."""

import re
from collections.abc import Collection, Iterator, Mapping

from domain.texts import ascii_key
from workbooks.text.alternatives import any_of

_BEGINS, _SPACE, _SPACE_IN_NAME = r"(?<![^\W_])", r"\s+", r"[\s_]+"


class KindWriting:
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


def _writings(communes: Collection[str], short: Mapping[str, str]) -> Iterator[tuple[re.Pattern[str], str]]:
    for kind in sorted(communes):
        ways = [rf"{re.escape(text)}{_gap(text, _SPACE)}" for text in short if short[text] == kind]
        ways += [rf"{re.escape(ascii_key(kind))}\s+", rf"{re.escape(kind)}\s*:\s*"]
        yield re.compile("|".join(ways)), f"{kind} "


def _gap(short: str, space: str) -> str:
    """What parts a short kind from the name: behind a single letter a dot, or it would be any letter."""
    return r"\.\s*" if len(short) == 1 else rf"(?:\.\s*|{space})"
