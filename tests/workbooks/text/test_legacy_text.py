"""Tests of decoding TCVN3 and VNI: every letter is restored, and only texts typed for the font are converted."""

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
def test_every_vni_letter_is_restored(letter: str) -> None:
    """Small and capital letters survive encoding and decoding."""
    assert vni.decode(to_vni(letter)) == letter


@pytest.mark.parametrize("letter", LETTERS)
def test_every_tcvn3_letter_is_restored(letter: str) -> None:
    """Small letters are restored, and read as capitals in a font that displays capitals."""
    assert tcvn3.decode(to_tcvn3(letter)) == letter
    assert _font(".VnTimeH").read(to_tcvn3(letter)) == letter.upper()


@pytest.mark.parametrize("letter", "ĂÂĐÊÔƠƯ")
def test_tcvn3_capitals_without_a_tone_are_restored(letter: str) -> None:
    """These seven capitals have their own signs in every font."""
    assert tcvn3.decode(to_tcvn3(letter)) == letter


@given(text=_TEXTS)
def test_texts_are_restored(text: str) -> None:
    """Any sequence of syllables survives encoding and decoding, in composed letters."""
    assert vni.decode(to_vni(text)) == text
    assert vni.decode(to_vni(text.upper())) == text.upper()
    assert tcvn3.decode(to_tcvn3(text)) == text
    assert _font(".VnArialH").read(to_tcvn3(text)) == text.upper()


@given(text=_TEXTS)
def test_font_decides_without_known_words(text: str) -> None:
    """A text typed for a font is decoded by it; a text equal in both encodings stays."""
    assert _read(to_tcvn3(text), ".VnTime")[1] == text
    assert _read(to_vni(text), "VNI-Times")[1] == text


@given(text=_TEXTS)
def test_text_is_converted_or_unchanged(text: str) -> None:
    """A text is either decoded by its font or returned unchanged."""
    for font, typed in ((".VnTime", to_tcvn3(text)), ("VNI-Times", to_vni(text))):
        for value in (typed, text, unicodedata.normalize("NFD", text)):
            nature, shown = _read(value, font)
            assert shown == (_font(font).read(value) if nature is EncodingKind.LEGACY else value)


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
    """Texts from documents of the time are decoded correctly."""
    assert _read(typed, font) == (EncodingKind.LEGACY, shown)


@pytest.mark.parametrize("name", ["Times New Roman", "Arial", "", "Vni", "VnTime", "Vineta BT", "Calibri"])
def test_other_fonts_are_unicode(name: str) -> None:
    """Only the names of the two font families denote an encoding."""
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
def test_unicode_text_is_unchanged(font: str, text: str) -> None:
    """Letters missing from the font were pasted; digits, plain letters and multiplication signs are themselves."""
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
def test_ambiguous_letters_follow_words_then_the_font(
    catalog: Catalog, font: str, text: str, nature: EncodingKind, shown: str
) -> None:
    """Known words decide, such as a choice from the form's list; without them the font decides."""
    assert _read(text, font, vocabulary_of(catalog)) == (nature, shown)


@pytest.mark.parametrize(("font", "text"), [(".VnTime", "X· Ma Nới"), ("VNI-Times", "Xaõ Ma Nới")])
def test_mixture_is_unchanged(font: str, text: str) -> None:
    """Signs of the font next to letters it does not have cannot be separated."""
    assert _read(text, font) == (EncodingKind.MIXED, text)


@pytest.mark.parametrize("text", ["Tỷ lệ hộ", "Xã Ma Nới", "Tổng số", "Thị trấn Tân Sơn", "Số lượng", "Đơn vị tính"])
def test_signs_in_the_vietnamese_code_page_are_decoded(catalog: Catalog, text: str) -> None:
    """A machine set to Vietnamese stores the bytes as other letters; words known to the catalogue reveal them."""
    typed = to_tcvn3(text).encode("cp1252").decode("cp1258")
    nature, shown = _read(typed, ".VnTime", vocabulary_of(catalog))
    assert (nature, shown.casefold()) == (EncodingKind.LEGACY, text.casefold())


def test_retype_keeps_text_outside_the_code_page() -> None:
    """A text that the code page cannot encode is unchanged, and so is any text of an unknown code page."""
    assert retype("ế", "cp1258") == "ế"
    assert retype("Ð", "cp9999") == "Ð"


def test_lost_font_gives_suggestions_only() -> None:
    """A text outside its font is not converted, but its reading is among the suggestions."""
    assert "Xã Ma Nới" in unicode_readings("X· Ma Níi")
    assert "Xã Ma Nới" in unicode_readings("Xaõ Ma Nôùi")
    assert list(unicode_readings("Xã Ma Nới, toà nhà, hoá đơn, 3=2/1×100, § 5, © 2025")) == []
    assert nearest_labels("Tû lÖ hé nghÌo", ["Tỷ lệ hộ nghèo", "Số thôn"]) == ("Tỷ lệ hộ nghèo",)
