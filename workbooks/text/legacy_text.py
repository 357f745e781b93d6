"""Detection and decoding of texts typed for fonts of other encodings than Unicode (TCVN3, VNI)."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

from workbooks.text import tcvn3, vni
from workbooks.text.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class FontEncoding:
    """An encoding used by legacy fonts: its repair rule, its decoder, and how to recognise it.

    `leftover` returns the characters of a text that the encoding does not have; `own` matches sequences that never
    occur in Vietnamese written in Unicode.
    """

    repair: str
    decode: Callable[[str], str]
    leftover: Callable[[str], str]
    own: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class LegacyFont:
    """A font of such an encoding; some display typed small letters as capitals."""

    encoding: FontEncoding
    is_capital: bool

    def read(self, text: str) -> str:
        """Return in Unicode the text that the font displays."""
        shown = unicodedata.normalize("NFC", self.encoding.decode(text))
        return shown.upper() if self.is_capital else shown


class EncodingKind(Enum):
    """Encoding of a text in a legacy font: the font's own, Unicode, or an inseparable mixture."""

    LEGACY = auto()
    UNICODE = auto()
    MIXED = auto()


_VIETNAMESE = "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵ"
_LETTER = "[a-zA-Z]"
_UNICODE_ONLY = re.compile(f"[{_VIETNAMESE}{_VIETNAMESE.upper()}\u0300\u0301\u0303\u0309\u0323]")
# Signs that are no Vietnamese letters, next to a letter (a lone "×" or "§" is itself), and capitals in mid-word.
_TCVN3_SIGNS = re.escape("".join(sign for sign in tcvn3.TABLE if sign not in _VIETNAMESE + _VIETNAMESE.upper()))
_CAPITALS = "".join(sign for sign in tcvn3.TABLE if sign in _VIETNAMESE.upper())
_TCVN3_OWN = re.compile(
    f"(?<={_LETTER})[{_TCVN3_SIGNS}]|[{_TCVN3_SIGNS}](?={_LETTER})|(?<=[a-z])[{_CAPITALS}]|(?<=[A-Z])[{_CAPITALS}](?=[a-z])"
)
# Two vowels that are never adjacent in Unicode ("aõ", "eä"), or a letter foreign to Vietnamese. "oá" and "oà" occur.
_VNI_OWN = re.compile(
    "[aAeE][âáàåãäÂÁÀÅÃÄ]|[aA][êéèúüëÊÉÈÚÜË]|[oO][âÂåÅäÄ]|[aeouyAEOUYôÔ][ùøûõïÙØÛÕÏ]|[a-zA-Z][öñÖÑæÆîÎ]|[öñÖÑ][a-zA-Z]"
)

TCVN3 = FontEncoding("tcvn3_font", tcvn3.decode, tcvn3.leftover, _TCVN3_OWN)
VNI = FontEncoding("vni_font", vni.decode, vni.leftover, _VNI_OWN)
_SUSPECT = re.compile(f"{_TCVN3_OWN.pattern}|{_VNI_OWN.pattern}")


@lru_cache(maxsize=512)
def legacy_font(name: str) -> LegacyFont | None:
    """Return the legacy font of a name, None for Unicode fonts. ".VnTimeH" displays the capitals of ".VnTime"."""
    plain = name.strip().casefold()
    if plain.startswith(".vn"):
        return LegacyFont(TCVN3, plain.endswith("h"))
    return LegacyFont(VNI, is_capital=False) if plain.startswith(("vni-", "vni ")) else None


def read_legacy(text: str, font: LegacyFont, vocabulary: Callable[[], Vocabulary]) -> tuple[EncodingKind, str]:
    """Return the encoding of a text in a legacy font, and the text in Unicode, unchanged if not converted.

    The font decides. Letters it does not have were pasted from Unicode; where every letter could be either, words
    of the catalogue tell a choice from the form's own list ("Có") from what the font would display ("Cú").
    """
    encoding = font.encoding
    shown = font.read(text)
    if shown.casefold() == text.casefold():
        return EncodingKind.UNICODE, text
    is_own = encoding.own.search(text) is not None
    if not _UNICODE_ONLY.search(encoding.leftover(text)):
        if not is_own and vocabulary().prefers(text, shown):
            return EncodingKind.UNICODE, text
        return EncodingKind.LEGACY, shown
    if not is_own:
        return EncodingKind.UNICODE, text
    # A machine set to Vietnamese stores some signs as letters of its own code page: "õ" as "ơ", "Ì" as a lone tone.
    retyped = retype(text, "cp1258")
    if not _UNICODE_ONLY.search(encoding.leftover(retyped)) and vocabulary().knows(font.read(retyped)):
        return EncodingKind.LEGACY, font.read(retyped)
    return EncodingKind.MIXED, text


def retype(text: str, code_page: str) -> str:
    """Re-decode a text of a code page as Windows-1252; return it unchanged where that is impossible."""
    try:
        return text.encode(code_page).decode("cp1252")
    except (LookupError, UnicodeError):
        return text


def unicode_readings(text: str) -> Iterator[str]:
    """Yield what a text would say in legacy fonts, if it looks typed for one; for suggestions, never for parsing."""
    if _SUSPECT.search(text):
        for encoding in (VNI, TCVN3):
            if encoding.own.search(text) and not _UNICODE_ONLY.search(encoding.leftover(text)):
                yield unicodedata.normalize("NFC", encoding.decode(text))
