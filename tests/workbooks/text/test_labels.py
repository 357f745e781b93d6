"""Labels in every writing people use are one label; what merely looks alike is only ever suggested."""

import unicodedata
from collections.abc import Callable

import pytest

from domain.catalog.catalog import Catalog
from workbooks.text.labels import nearest_labels, normalise_label

_WRITINGS: dict[str, Callable[[str], str]] = {
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


@pytest.mark.parametrize("writing", _WRITINGS.values(), ids=_WRITINGS.keys())
def test_writings_of_a_label_are_one(catalog: Catalog, writing: Callable[[str], str]) -> None:
    """Every label of every layout normalises to the same text in every writing."""
    labels = [line.label for layout in catalog.layouts for line in layout.lines if line.indicator]
    assert [normalise_label(writing(label)) for label in labels] == [normalise_label(label) for label in labels]


def test_labels_of_a_layout_stay_apart(catalog: Catalog) -> None:
    """Normalising makes no two lines of a layout one."""
    for layout in catalog.layouts:
        labels = [normalise_label(line.label) for line in layout.lines if line.indicator]
        assert len(set(labels)) == len(labels)


@pytest.mark.parametrize(
    ("label", "other"),
    [("khám đủ 3 lần", "khám đủ 4 lần"), ("trẻ 15 tuổi", "tuổi"), ("Hòa Sơn", "Hoa Sơn"), ("Số hộ", "Sổ hộ")],
)
def test_labels_that_only_look_alike_differ(label: str, other: str) -> None:
    """A digit or a diacritic apart is another label."""
    assert normalise_label(label) != normalise_label(other)


def test_nearest_suggests_what_diacritics_hide() -> None:
    """A label without diacritics has its own with diacritics as the nearest."""
    assert nearest_labels("Ty le ho ngheo", ["Tỷ lệ hộ nghèo", "Số vụ việc"]) == ("Tỷ lệ hộ nghèo",)


def test_nothing_near_suggests_nothing() -> None:
    """A label like none is answered with none."""
    assert nearest_labels("Số camera", ["Tỷ lệ hộ nghèo"]) == ()
