"""Decoder for VNI Windows (VNI-Times, VNI-Helve …): a plain vowel followed by a sign for its hat and tone.

Follows the table of VNI Software. Signs of small letters after capitals were typed as well and are decoded.
"""

import re
import unicodedata
from collections.abc import Iterator

_ACUTE, _GRAVE, _HOOK, _TILDE, _DOT = "\u0301", "\u0300", "\u0309", "\u0303", "\u0323"
_HAT, _BREVE = "\u0302", "\u0306"
_TONES = {"ù": _ACUTE, "ø": _GRAVE, "û": _HOOK, "õ": _TILDE, "ï": _DOT}
_HATS = {"â": "", "á": _ACUTE, "à": _GRAVE, "å": _HOOK, "ã": _TILDE, "ä": _DOT}
_BREVES = {"ê": "", "é": _ACUTE, "è": _GRAVE, "ú": _HOOK, "ü": _TILDE, "ë": _DOT}
_HORNED = {"ô": "ơ", "ö": "ư"}
_ALONE = {**_HORNED, "ñ": "đ", "ì": "ì", "í": "í", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}


def _marks_of(vowel: str) -> Iterator[tuple[str, str]]:
    """Yield the signs that may follow a vowel, with their combining marks."""
    yield from _TONES.items()
    if vowel in "aeo":
        yield from ((sign, _HAT + tone) for sign, tone in _HATS.items())
    if vowel == "a":
        yield from ((sign, _BREVE + tone) for sign, tone in _BREVES.items())


def _pairs() -> Iterator[tuple[str, str]]:
    for vowel in "aeouyôö":
        for sign, marks in _marks_of(vowel):
            letter = unicodedata.normalize("NFC", _HORNED.get(vowel, vowel) + marks)
            yield vowel + sign, letter
            yield (vowel + sign).upper(), letter.upper()
            yield vowel.upper() + sign, letter.upper()


TABLE = {**dict(_pairs()), **_ALONE, **{sign.upper(): letter.upper() for sign, letter in _ALONE.items()}}
"""Vietnamese letter by sign, or by vowel and sign."""

_SIGN = re.compile("|".join(sorted(map(re.escape, TABLE), key=len, reverse=True)))


def decode(text: str) -> str:
    """Return the text that a font of this encoding displays."""
    return _SIGN.sub(lambda match: TABLE[match[0]], text)


def leftover(text: str) -> str:
    """Return the characters of a text that are no signs of this encoding, signs without a vowel included."""
    return _SIGN.sub("", text)
