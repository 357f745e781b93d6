"""Notes of rows in the reader's language; the sentences as they are kept: `tests/warehouse/rollups/test_notes.py`."""

from dataclasses import replace

import pytest

from domain.catalog.catalog import Catalog
from domain.texts import Text
from publishing.figures.row_notes import RowNotes

CROSSING = (
    "Không so sánh được, vì địa giới thay đổi và không có số liệu theo thôn hay tỷ trọng được công bố: 22822 Xã Mỹ Sơn"
    " chỉ thuộc địa bàn một phần [22822 Xã Mỹ Sơn → 22810 Xã Ninh Sơn; 22822 Xã Mỹ Sơn → 22813 Xã Lâm Sơn] theo"
    " 1667/NQ-UBTVQH15; 22825 Xã Quảng Sơn chỉ thuộc địa bàn một phần [22825 Xã Quảng Sơn → 22810 Xã Ninh Sơn] theo"
    " 1667/NQ-UBTVQH15, và 2 đơn vị khác."
)
CROSSING_IN_ENGLISH = (
    "Not comparable, because a line moved and there is neither village detail nor a stated weight: 22822 Xã Mỹ Sơn"
    " lies in the area in part only [22822 Xã Mỹ Sơn → 22810 Xã Ninh Sơn; 22822 Xã Mỹ Sơn → 22813 Xã Lâm Sơn] by"
    " 1667/NQ-UBTVQH15; 22825 Xã Quảng Sơn lies in the area in part only [22825 Xã Quảng Sơn → 22810 Xã Ninh Sơn] by"
    " 1667/NQ-UBTVQH15, and 2 more."
)
BOUNDED = f"{CROSSING} Số liệu nằm trong khoảng từ 44,13% đến 72,01%, tùy phần thuộc địa bàn của các đơn vị đó."
BOUNDED_IN_ENGLISH = (
    f"{CROSSING_IN_ENGLISH} The figure lies between 44.13% and 72.01%, depending on how much of these units lies"
    " inside."
)
WARNINGS = (
    "Cảnh báo đã được giải trình: 22813 Xã Lâm Sơn – Tăng: “Chưa có báo cáo: A. Bão.” (An, 01/06/2025, có giá trị đến"
    " hết 02/06/2025)."
)


@pytest.mark.parametrize(
    ("notes", "shown"),
    [
        ("", ""),
        (CROSSING, CROSSING_IN_ENGLISH),
        ("Chưa có báo cáo: 22813 Xã Lâm Sơn (2025-04).", "No report yet: 22813 Xã Lâm Sơn (2025-04)."),
        (
            "Gửi báo cáo sau thời hạn: A Xã A. Tổng mẫu số bằng 0 nên không tính được tỷ lệ.",
            "Reported after the deadline: A Xã A. The denominators sum to zero, so there is no percentage.",
        ),
        (
            "Chỉ tính các thôn, khu phố thuộc địa bàn: A Xã A (2 thôn), B Xã B. C (3 thôn).",
            "Only villages inside the area are counted: A Xã A (2 villages), B Xã B. C (3 villages).",
        ),
        (BOUNDED, BOUNDED_IN_ENGLISH),
        (
            "Không cộng được, vì trong kỳ chỉ tiêu đổi cách tính: từ 01/6/2025.",
            "Not summed, because the indicator counts something else since a day of the period: từ 01/6/2025.",
        ),
        (f"Chưa có báo cáo: A Xã A. {WARNINGS}", "No report yet: A Xã A."),
        ("Một câu của phiên bản khác.", "Một câu của phiên bản khác."),
    ],
)
def test_sentences_are_worded_in_english(catalog: Catalog, notes: str, shown: str) -> None:
    """Names, codes and legal texts stay; warnings, which pages list, are left out; an unknown sentence stays."""
    assert RowNotes(catalog.texts, "en").shown(notes) == shown


def test_reasons_are_what_keeps_a_figure_from_comparing(catalog: Catalog) -> None:
    """Of a note with late reports as well, only the units whose boundaries moved are named, in either language."""
    notes = f"{CROSSING} Gửi báo cáo sau thời hạn: A Xã A."
    assert RowNotes(catalog.texts, "vi").reasons(notes) == CROSSING
    assert RowNotes(catalog.texts, "en").reasons(notes) == CROSSING_IN_ENGLISH


def test_reason_of_a_break_is_worded(catalog: Catalog) -> None:
    """It is the catalogue's, in the reader's language; a row without a break has none."""
    (reason, *_) = (each.reason for each in catalog.indicators["hddt_hkd"].breaks)
    sentence = catalog.texts.text("warehouse.redefined_since", "vi", units=reason.vi)
    notes = RowNotes.of(catalog, "en")
    expected = catalog.texts.text("warehouse.redefined_since", "en", units=reason.en)
    assert notes.redefinition(f"{sentence} Gửi báo cáo sau thời hạn: A Xã A.") == expected
    assert notes.redefinition("Gửi báo cáo sau thời hạn: A Xã A.") == ""


def test_bounds_are_read_in_either_language(catalog: Catalog) -> None:
    """They are numbers of the language; equal ones come once, and a note without them has none."""
    equal = BOUNDED.replace("44,13", "72,01")
    results = [RowNotes(catalog.texts, "en").bounds(notes) for notes in (BOUNDED, equal, CROSSING)]
    assert results == ["44.13%–72.01%", "72.01%", ""]
    assert RowNotes(catalog.texts, "vi").bounds(BOUNDED) == "44,13%–72,01%"


def test_texts_of_ones_own_are_read(catalog: Catalog) -> None:
    """A catalogue may name units twice, or put the marks of a phrase in another order in each language."""
    own = {
        "warehouse.late": Text("Muộn: {units} ({units}).", "Late: {units}."),
        "warehouse.villages_inside": Text("{count} thôn của {unit}", "{unit}: {count} villages"),
    }
    notes = RowNotes(replace(catalog.texts, by_key={**catalog.texts.by_key, **own}), "en")
    assert notes.shown("Muộn: 2 thôn của A (2 thôn của A).") == "Late: 2 thôn của A."
