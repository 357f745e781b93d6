"""Sentences people read, in Vietnamese and English; texts of others, shown as data; names as officials write them."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

Lang = Literal["vi", "en"]

_OLD_TONE_PLACES = {
    "oà": "òa", "oá": "óa", "oả": "ỏa", "oã": "õa", "oạ": "ọa",
    "oè": "òe", "oé": "óe", "oẻ": "ỏe", "oẽ": "õe", "oẹ": "ọe",
    "uỳ": "ùy", "uý": "úy", "uỷ": "ủy", "uỹ": "ũy", "uỵ": "ụy",
}  # fmt: skip
# After q the u belongs to the consonant ("quý"), and inside a closed syllable ("toàn") there is only one place.
_TONE_PLACE = re.compile("(?<!q)(" + "|".join(_OLD_TONE_PLACES) + r")(?!\w)")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad]")
_APOSTROPHES = re.compile("[\u2018\u2019\u02bc`]")
_WORD = re.compile(r"\w+")
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_REPLACEMENT: Final = "\ufffd"
# Controls (line feed and tab are read), marks that turn the direction of writing, separators, lone surrogates.
_ACTING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_LINE_BREAKS = re.compile("[ \t]*[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]\\s*")
_PLAIN_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
_SHORT: Final = 80
"""Most characters of a text whose comparable form is kept: labels and names recur, sentences do not."""


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence or name in both languages; `{name}` marks are filled by `format`."""

    vi: str
    en: str

    def get(self, lang: Lang) -> str:
        """The sentence in one language."""
        return self.vi if lang == "vi" else self.en

    def format(self, lang: Lang, facts: Mapping[str, object]) -> str:
        """The sentence with its facts filled in; a text among them stays within its line.

        Raises:
            KeyError: the sentence names a fact that was not given.
        """
        return self.get(lang).format_map(_Facts(facts))


def with_decimal_mark(number: str, lang: Lang) -> str:
    """Return a number in plain digits with the decimal mark of a language; any other text as it is."""
    return number.replace(".", ",") if lang == "vi" and _PLAIN_NUMBER.fullmatch(number) else number


class _Facts:
    """Facts of a sentence, in which texts are data: no file name and no cell ends its line or starts another."""

    def __init__(self, facts: Mapping[str, object]) -> None:
        self._facts = facts

    def __getitem__(self, name: str) -> object:
        fact = self._facts[name]
        return one_line(fact) if isinstance(fact, str) else fact


def cut(text: str, most: int) -> str:
    """Return a text cut to at most that many letters; a cut text ends in an ellipsis that counts among them."""
    return text if len(text) <= most else text[: most - 1] + "…"


def visible(text: str) -> str:
    """Return a text in which U+FFFD stands for every character that acts instead of being read.

    Terminals obey control characters, and marks of direction reorder what follows them. Line feeds and tabs stay.
    """
    if text.isprintable():
        return text  # nearly all texts: no acting character is printable
    return _ACTING.sub(_REPLACEMENT, text.replace("\r\n", "\n"))


def visible_value(value: object) -> object:
    """Return a value as templates print it: texts visible; what is markup already (`__html__`) stays as it is."""
    if type(value) is str:  # most values of a page, of which a run writes millions
        return value if value.isprintable() else visible(value)
    return visible(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def one_line(text: str) -> str:
    """Return a text on one line, as `visible` shows it; a tab, which would be wider than it is counted, is a blank."""
    if text.isprintable():
        return text  # nearly all texts: no character that breaks a line or acts is printable
    return visible(_LINE_BREAKS.sub(" ", text).replace("\t", " "))


def escaped(text: str) -> str:
    r"""Return a text in which acting characters are written as JSON does (`\u202e`), so that nothing of it is lost."""
    return _ACTING.sub(_as_escape, text)


def _as_escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def normalise_name(name: str) -> str:
    """Make two spellings of one Vietnamese name equal: form, tone place, case, spaces, dashes, quotes, invisible marks.

    Keeps diacritics: 191 commune names differ between two releases of one public list by tone place or case only,
    while folding to ASCII would make different communes of one district equal.
    """
    return _normalised_short(name) if len(name) <= _SHORT else _normalised(name)


@lru_cache(maxsize=1 << 15)
def _normalised_short(name: str) -> str:
    return _normalised(name)


def _normalised(name: str) -> str:
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", name)).casefold()
    text = _APOSTROPHES.sub("'", _DASHES.sub("-", text))
    return " ".join(_TONE_PLACE.sub(lambda match: _OLD_TONE_PLACES[match.group()], text).split())


def says(text: str, phrases: Iterable[str]) -> bool:
    """Whether a text has one of these normalised phrases among its words."""
    words = f" {' '.join(_WORD.findall(normalise_name(text)))} "
    return any(f" {phrase} " in words for phrase in phrases)


def code_key(code: str) -> str:
    """Make two writings of one code equal: "CT 01" is "ct01", and 1 is "01", as which Excel may show it."""
    key = normalise_name(code).replace(" ", "")
    return key.lstrip("0") if key.isdigit() else key


def ascii_key(name: str) -> str:
    """A name without diacritics, to *suggest* candidates to a person; never to match by."""
    return _ascii_short(name) if len(name) <= _SHORT else _ascii(name)


@lru_cache(maxsize=1 << 14)
def _ascii_short(name: str) -> str:
    return _ascii(name)


def _ascii(name: str) -> str:
    decomposed = unicodedata.normalize("NFD", normalise_name(name))
    return "".join(mark for mark in decomposed if not unicodedata.combining(mark)).replace("đ", "d")
