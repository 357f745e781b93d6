"""Tests of label normalisation: all spellings of a label are equal, similar labels are only suggested."""

import unicodedata
from collections.abc import Callable

import pytest

from domain.catalog.forms import Forms
from workbooks.text.labels import nearest_labels, normalise_label

_SPELLINGS: dict[str, Callable[[str], str]] = {
    "decomposed": lambda label: unicodedata.normalize("NFD", label),
    "capitals": str.upper,
    "odd spaces": lambda label: "  " + label.replace(" ", "  ", 2) + "\u00a0",
    "zero width": lambda label: label[:5] + "\u200b" + label[5:],
    "line break": lambda label: label.replace(" ", "\n", 1),
    "numbered": lambda label: "1.2. " + label,
    "numbered without a final dot": lambda label: "1.2 " + label,
    "lettered": lambda label: "a) " + label,
    "bullet": lambda label: "- " + label,
    "colon": lambda label: label + ":",
    "old tone places": lambda label: label.replace("óa", "oá").replace("ỏe", "oẻ"),
    "spaces around marks": lambda label: label.replace(", ", " , ").replace("/", " / "),
}


@pytest.mark.parametrize("spelling", _SPELLINGS.values(), ids=_SPELLINGS.keys())
def test_spellings_of_a_label_are_equal(forms: Forms, spelling: Callable[[str], str]) -> None:
    """Every label of every layout normalises to the same text in every spelling."""
    labels = [line.label for layout in forms.layouts for line in layout.lines if line.indicator]
    assert [normalise_label(spelling(label)) for label in labels] == [normalise_label(label) for label in labels]


def test_labels_of_a_layout_stay_apart(forms: Forms) -> None:
    """No two lines of a layout become equal by normalisation."""
    for layout in forms.layouts:
        labels = [normalise_label(line.label) for line in layout.lines if line.indicator]
        assert len(set(labels)) == len(labels)


@pytest.mark.parametrize(
    ("label", "other"),
    [("khám đủ 3 lần", "khám đủ 4 lần"), ("trẻ 15 tuổi", "tuổi"), ("Hòa Sơn", "Hoa Sơn"), ("Số hộ", "Sổ hộ")],
)
def test_labels_that_only_look_alike_differ(label: str, other: str) -> None:
    """Labels that differ in a digit or a diacritic stay different."""
    assert normalise_label(label) != normalise_label(other)


def test_label_without_diacritics_is_suggested_with_them() -> None:
    """For a label typed without diacritics the same label with diacritics is the nearest."""
    assert nearest_labels("Ty le ho ngheo", ["Tỷ lệ hộ nghèo", "Số vụ việc"]) == ("Tỷ lệ hộ nghèo",)


def test_no_suggestion_for_an_unlike_label() -> None:
    """A label that resembles no known one has no suggestions."""
    assert nearest_labels("Số camera", ["Tỷ lệ hộ nghèo"]) == ()
