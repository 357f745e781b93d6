"""Names as officials write them: which spellings are one name, and which are two."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.texts import Text, ascii_key, cut, normalise_name


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Hòa Sơn", "Hoà Sơn"),
        ("Thủy Nguyên", "Thuỷ Nguyên"),
        ("Khánh Hòa", "KHÁNH HOÀ"),
        ("Sông Lũy", "Sông Luỹ"),
        ("Bà Rịa - Vũng Tàu", "Bà Rịa – Vũng Tàu"),
        ("Xã Bắc Sơn", "xã Bắc Sơn"),
        ("Xã Lâm Sơn", "  Xã\u00a0Lâm   Sơn "),
        ("Lâm Sơn", "Lâm\u200b Sơn"),
        ("Lâm Sơn", unicodedata.normalize("NFD", "Lâm Sơn")),
        ("Xã D'Ran", "Xã D’Ran"),
    ],
)
def test_spellings_of_one_name_are_equal(name: str, other: str) -> None:
    """Tone place, case, spaces, dashes, quotes and Unicode form make no other name."""
    assert normalise_name(name) == normalise_name(other)


@pytest.mark.parametrize(
    ("name", "other"),
    [("Thành Hải", "Thanh Hải"), ("Hoằng Phụ", "Hoằng Phú"), ("Ninh Sơn", "Ninh Sờn"), ("Đa", "Da")],
)
def test_names_that_differ_in_a_tone_or_letter_stay_two(name: str, other: str) -> None:
    """Thành Hải and Thanh Hải are two communes of one province."""
    assert normalise_name(name) != normalise_name(other)


@pytest.mark.parametrize("name", ["quý", "quỳ", "toàn", "hoàng", "thuyền", "loại"])
def test_syllables_with_only_one_tone_place_are_left_alone(name: str) -> None:
    """After q the u belongs to the consonant, and in a closed syllable there is nothing to choose."""
    assert normalise_name(name) == name


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing_more(name: str) -> None:
    """A normalised name is its own normal form."""
    assert normalise_name(normalise_name(name)) == normalise_name(name)


def test_folding_to_ascii_makes_two_communes_one() -> None:
    """Which is why it may suggest, and never match."""
    assert ascii_key("Thành Hải") == ascii_key("Thanh Hải") == "thanh hai"
    assert ascii_key("Đô Vinh") == "do vinh"


def test_text_is_filled_in_the_requested_language() -> None:
    """A text is filled in the requested language."""
    text = Text(vi="Ô {cell}", en="Cell {cell}")
    assert (text.format("vi", {"cell": "D12"}), text.format("en", {"cell": "D12"})) == ("Ô D12", "Cell D12")


def test_a_text_of_ours_without_its_fact_is_a_defect() -> None:
    """A fact that was not given raises."""
    with pytest.raises(KeyError):
        Text(vi="{cell}", en="{cell}").format("vi", {})


@pytest.mark.parametrize(("text", "shown"), [("", ""), ("Ninh", "Ninh"), ("Ninh Sơn", "Nin…")])
def test_a_cut_text_says_so(text: str, shown: str) -> None:
    """A text of just as many letters is whole; a longer one ends in a mark that counts among them."""
    assert cut(text, 4) == shown
