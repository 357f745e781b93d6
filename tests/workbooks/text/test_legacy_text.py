"""Texts typed for TCVN3 and VNI fonts: every letter comes back, and only what was typed for the font is converted."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.catalog.catalog import Catalog
from tests.workbooks.text.legacy_typing import LETTERS, to_tcvn3, to_vni
from workbooks.text import tcvn3, vni
from workbooks.text.labels import nearest_labels
from workbooks.text.legacy_text import EncodingKind, LegacyFont, legacy_font, read_legacy, retype, unicode_readings
from workbooks.text.vocabulary import Vocabulary, vocabulary_of

_ONSETS = [
    "b",
    "c",
    "ch",
    "d",
    "đ",
    "g",
    "gh",
    "gi",
    "h",
    "k",
    "kh",
    "l",
    "m",
    "n",
    "ng",
    "ngh",
    "nh",
    "p",
    "ph",
    "qu",
    "r",
    "s",
    "t",
    "th",
    "tr",
    "v",
    "x",
]
_CODAS = ["", "c", "ch", "i", "m", "n", "ng", "nh", "o", "p", "t", "u", "y"]
_SYLLABLES = st.builds(
    "".join,
    st.tuples(st.sampled_from(["", *_ONSETS]), st.sampled_from([*LETTERS, *"aeiouy"]), st.sampled_from(_CODAS)),
)
_TEXTS = st.lists(_SYLLABLES, min_size=1, max_size=8).map(" ".join)
_NOTHING_KNOWN = Vocabulary(frozenset(), frozenset())


def _font(name: str) -> LegacyFont:
    font = legacy_font(name)
    assert font is not None
    return font


def _read(text: str, font: str, vocabulary: Vocabulary = _NOTHING_KNOWN) -> tuple[EncodingKind, str]:
    return read_legacy(text, _font(font), lambda: vocabulary)


@pytest.mark.parametrize("letter", [*LETTERS, *LETTERS.upper()])
def test_every_letter_of_vni_comes_back(letter: str) -> None:
    """Small and capital letters alike are typed and read as themselves."""
    assert vni.decode(to_vni(letter)) == letter


@pytest.mark.parametrize("letter", LETTERS)
def test_every_letter_of_tcvn3_comes_back(letter: str) -> None:
    """Small letters are themselves, and their capitals in a font that shows capitals."""
    assert tcvn3.decode(to_tcvn3(letter)) == letter
    assert _font(".VnTimeH").read(to_tcvn3(letter)) == letter.upper()


@pytest.mark.parametrize("letter", "ĂÂĐÊÔƠƯ")
def test_capitals_of_tcvn3_without_a_tone_come_back(letter: str) -> None:
    """These seven capitals have signs of their own in any font."""
    assert tcvn3.decode(to_tcvn3(letter)) == letter


@given(text=_TEXTS)
def test_texts_come_back(text: str) -> None:
    """Any run of syllables typed for a font reads as it was meant, in composed letters."""
    assert vni.decode(to_vni(text)) == text
    assert vni.decode(to_vni(text.upper())) == text.upper()
    assert tcvn3.decode(to_tcvn3(text)) == text
    assert _font(".VnArialH").read(to_tcvn3(text)) == text.upper()


@given(text=_TEXTS)
def test_the_font_decides_where_words_tell_nothing(text: str) -> None:
    """Whatever was typed for a font is read by it; what is plain in both stays."""
    assert _read(to_tcvn3(text), ".VnTime")[1] == text
    assert _read(to_vni(text), "VNI-Times")[1] == text


@given(text=_TEXTS)
def test_no_letter_is_lost(text: str) -> None:
    """What was typed for a font is converted or left exactly as it was, never something third."""
    for font, typed in ((".VnTime", to_tcvn3(text)), ("VNI-Times", to_vni(text))):
        for given_text in (typed, text, unicodedata.normalize("NFD", text)):
            nature, shown = _read(given_text, font)
            assert shown == (_font(font).read(given_text) if nature is EncodingKind.LEGACY else given_text)


@pytest.mark.parametrize(
    ("font", "typed", "shown"),
    [
        (".VnTime", "hép møt tÕt", "hộp mứt tết"),
        (".VnTime", "TiÕng ViÖt rÊt hay", "Tiếng Việt rất hay"),
        (".VnTime", "B¶o Th¾ng, B¸t X¸t, M\xadêng Kh\xad¬ng", "Bảo Thắng, Bát Xát, Mường Khương"),
        (".VnTimeH", "céng hßa x· héi chñ nghÜa viÖt nam", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        (".vntimeh", "®éc lËp", "ĐỘC LẬP"),
        ("VNI-Times", "Tieáng Vieät raát hay", "Tiếng Việt rất hay"),
        ("VNI-Helve", "Xaõ Ma Nôùi, ÑAÊK LAÊK, Aùi", "Xã Ma Nới, ĐĂK LĂK, Ái"),
    ],
)
def test_known_texts(font: str, typed: str, shown: str) -> None:
    """Texts as they stand in documents of the time read as they were meant."""
    assert _read(typed, font) == (EncodingKind.LEGACY, shown)


@pytest.mark.parametrize("name", ["Times New Roman", "Arial", "", "Vni", "VnTime", "Vineta BT", "Calibri"])
def test_other_fonts_are_of_unicode(name: str) -> None:
    """Only the names of the two families stand for an encoding."""
    assert legacy_font(name) is None


@pytest.mark.parametrize("font", [".VnTime", ".VnTimeH", "VNI-Times"])
@pytest.mark.parametrize(
    "text",
    [
        "Xã Ma Nới",
        "Tỷ lệ hộ nghèo",
        unicodedata.normalize("NFD", "Số hộ"),
        "Bao cao",
        "12",
        "3=2/1×100",
        "2 × 3",
        "5 m²",
    ],
)
def test_text_of_unicode_is_left_alone(font: str, text: str) -> None:
    """Letters that the font has no sign for were pasted; digits, plain letters and factors mean themselves."""
    assert _read(text, font) == (EncodingKind.UNICODE, text)


@pytest.mark.parametrize(
    ("font", "text", "nature", "shown"),
    [
        (".VnTime", "Có", EncodingKind.UNICODE, "Có"),
        (".VnTime", "Tháng 5/2025", EncodingKind.UNICODE, "Tháng 5/2025"),
        (".VnTime", "Sè hé", EncodingKind.LEGACY, "Số hộ"),
        (".VnTime", "hé", EncodingKind.LEGACY, "hộ"),
        ("VNI-Times", "không", EncodingKind.UNICODE, "không"),
        ("VNI-Times", "khoâng", EncodingKind.LEGACY, "không"),
        (".VnTime", "xyzé", EncodingKind.LEGACY, "xyzộ"),
        (".VnTime", "Ba Tô", EncodingKind.UNICODE, "Ba Tô"),
        (".VnTime", "Dòng Phong", EncodingKind.LEGACY, "Dũng Phong"),
        (".VnTime", "An QuÝ", EncodingKind.LEGACY, "An Quí"),
        ("VNI-Times", "Hoà Bình", EncodingKind.UNICODE, "Hoà Bình"),
        ("VNI-Times", "Hoá Nai", EncodingKind.LEGACY, "Hố Nai"),
    ],
)
def test_letters_of_both_follow_words_then_the_font(
    catalog: Catalog, font: str, text: str, nature: EncodingKind, shown: str
) -> None:
    """A choice from the form's list stays what it is; where words tell nothing, the font decides."""
    assert _read(text, font, vocabulary_of(catalog)) == (nature, shown)


@pytest.mark.parametrize(("font", "text"), [(".VnTime", "X· Ma Nới"), ("VNI-Times", "Xaõ Ma Nới")])
def test_a_mixture_is_left_alone(font: str, text: str) -> None:
    """Signs of the font beside letters it does not have: nobody can tell which are which."""
    assert _read(text, font) == (EncodingKind.MIXED, text)


@pytest.mark.parametrize("text", ["Tỷ lệ hộ", "Xã Ma Nới", "Tổng số", "Thị trấn Tân Sơn", "Số lượng", "Đơn vị tính"])
def test_signs_in_the_vietnamese_code_page_are_read(catalog: Catalog, text: str) -> None:
    """A machine set to Vietnamese keeps the bytes under other letters; words the catalogue knows tell them."""
    typed = to_tcvn3(text).encode("cp1252").decode("cp1258")
    nature, shown = _read(typed, ".VnTime", vocabulary_of(catalog))
    assert (nature, shown.casefold()) == (EncodingKind.LEGACY, text.casefold())


def test_retyping_keeps_what_no_code_page_holds() -> None:
    """A text that cannot come from a code page stays, as does one of a page nobody knows."""
    assert retype("ế", "cp1258") == "ế"
    assert retype("Ð", "cp9999") == "Ð"


def test_a_lost_font_gives_suggestions_only() -> None:
    """Outside its font a text is not converted, but what it would say is among the suggestions."""
    assert "Xã Ma Nới" in unicode_readings("X· Ma Níi")
    assert "Xã Ma Nới" in unicode_readings("Xaõ Ma Nôùi")
    assert list(unicode_readings("Xã Ma Nới, toà nhà, hoá đơn, 3=2/1×100, § 5, © 2025")) == []
    assert nearest_labels("Tû lÖ hé nghÌo", ["Tỷ lệ hộ nghèo", "Số thôn"]) == ("Tỷ lệ hộ nghèo",)
