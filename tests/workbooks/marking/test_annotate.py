"""Marking a commune's own workbook: issues are marked, and everything else stays as it was."""

import io
import re
import zipfile
from collections.abc import Iterable
from contextlib import nullcontext

import openpyxl
import pytest
from openpyxl.cell.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Border, Font, PatternFill, Side
from openpyxl.workbook import Workbook
from openpyxl.workbook.defined_name import DefinedName

from domain.catalog.catalog import Catalog
from domain.issues import Issue, Repair, Severity
from tests.workbooks.container.strict_package import faults_of
from tests.workbooks.workbook_edits import edit_parts, make_handmade, save, template_bytes
from workbooks.cells.cells import Workbook as ReadWorkbook
from workbooks.cells.guards import Limits
from workbooks.marking.annotate import annotate
from workbooks.marking.mark_removal import read_without_marks
from workbooks.marking.package import CannotAnnotateError
from workbooks.marking.palette import is_ours

UNIT, PERIOD = "22813", "2025-05"
RESULT = "Kết quả kiểm tra"
PATCHED = ("[content_types].xml", "workbook.xml", "styles.xml", "custom.xml")


def wrong(sheet: str, *cells: str, severity: Severity = Severity.CRITICAL) -> list[Issue]:
    """Return an issue on each of these cells."""
    return [
        Issue("text_where_number", severity, sheet, cell, "đang cập nhật", "1234", facts={"label": "Chỉ tiêu"})
        for cell in cells
    ]


def sheets_of(book: ReadWorkbook) -> dict[str, object]:
    """Return the contents of each sheet."""
    return {sheet.name: (sheet.state, sheet.contents) for sheet in book.sheets}


def marked(catalog: Catalog, data: bytes, issues: Iterable[Issue], repairs: Iterable[Repair] = ()) -> bytes:
    """Return the marked file after checking it as strictly as Excel does."""
    out = annotate(data, issues, repairs, catalog, "vi")
    assert faults_of(out) == []
    return out


def parts_of(data: bytes) -> dict[str, bytes]:
    """Return the parts of a package, in order."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


@pytest.fixture
def template(catalog: Catalog) -> bytes:
    """Return a commune's template as issued."""
    return template_bytes(catalog, UNIT, PERIOD)


def _looked_at(data: bytes) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def look_of(cell: Cell) -> tuple[str, ...]:
    """Return the formatting of a cell, except its fill."""
    return tuple(map(repr, (cell.number_format, cell.font, cell.border, cell.alignment, cell.protection)))


def test_wrong_cells_are_red_with_a_note(catalog: Catalog, template: bytes) -> None:
    """A cell with a critical issue is red and has a Vietnamese note; number format, font and borders stay."""
    before, after = _looked_at(template), _looked_at(marked(catalog, template, wrong("Biểu 01-T", "E15")))
    was, now = before["Biểu 01-T"]["E15"], after["Biểu 01-T"]["E15"]
    assert is_ours(now.fill.fgColor.rgb)
    assert now.fill.fgColor.rgb.startswith("FFFF80")
    assert "Phải sửa" in now.comment.text
    assert "đang cập nhật" in now.comment.text
    assert look_of(now) == look_of(was)


def test_a_warning_has_a_colour_of_its_own(catalog: Catalog, template: bytes) -> None:
    """A cell with a warning is orange; issues of severity info change no cell."""
    issues = [
        *wrong("Biểu 01-T", "E15", severity=Severity.WARNING),
        *wrong("Biểu 01-T", "E16", severity=Severity.INFO),
    ]
    sheet = _looked_at(marked(catalog, template, issues))["Biểu 01-T"]
    assert sheet["E15"].fill.fgColor.rgb.startswith("FFFFC8")
    assert not is_ours(sheet["E16"].fill.fgColor.rgb)
    assert sheet["E16"].comment is None


def test_what_is_not_patched_keeps_its_bytes(catalog: Catalog, template: bytes) -> None:
    """Parts keep their order, and all but the necessarily changed ones keep their bytes."""
    sheet = read_without_marks(template).sheets[0].name
    before, after = parts_of(template), parts_of(marked(catalog, template, wrong(sheet, "E15")))
    assert list(after)[: len(before)] == list(before)
    changed = {name for name in before if before[name] != after[name]}
    assert {name for name in changed if not name.lower().endswith(PATCHED)} <= {
        "xl/worksheets/sheet1.xml",
        "xl/_rels/workbook.xml.rels",
    }


def test_a_sheet_changes_at_its_wrong_cells_alone(catalog: Catalog, template: bytes) -> None:
    """A sheet changes only in the style index of marked cells and in its pointer to the notes."""
    after = parts_of(marked(catalog, template, wrong("Biểu 01-T", "E15")))["xl/worksheets/sheet1.xml"]
    before = parts_of(template)["xl/worksheets/sheet1.xml"]
    begin = next(at for at, (item, other) in enumerate(zip(before, after, strict=False)) if item != other)
    assert before[:begin].endswith(b'<c r="E15" s="')
    assert after.replace(b"\n", b"").count(b"<c ") == before.replace(b"\n", b"").count(b"<c ")


def test_reading_it_again_finds_the_original(catalog: Catalog, template: bytes) -> None:
    """Reading a returned file ignores result sheet, fills and notes."""
    data = marked(catalog, template, wrong("Biểu 01-T", "E15", "E16"))
    assert sheets_of(read_without_marks(data)) == sheets_of(read_without_marks(template))
    assert read_without_marks(data).properties == read_without_marks(template).properties


def test_the_list_names_all_and_links_to_the_cells(catalog: Catalog, template: bytes) -> None:
    """Every issue and repair has a line, gravest first, with a link to its cell if it has one."""
    issues = [
        *wrong("Biểu 01-T", "E16", severity=Severity.WARNING),
        *wrong("Biểu 01-T", "E15"),
        Issue("sheet_missing", Severity.CRITICAL, facts={"label": "x"}),
    ]
    repairs = [Repair("thousands_dot", "Biểu 01-T", "E17", "2.450", "2450")]
    sheet = _looked_at(marked(catalog, template, issues, repairs))[RESULT]
    rows = [[str(cell.value or "") for cell in row] for row in sheet.iter_rows()]
    results = [row for row in rows if row[0].isdigit()]
    assert [(row[2], row[3]) for row in results] == [
        ("E15", "Phải sửa"),
        ("", "Phải sửa"),
        ("E16", "Cần xem lại"),
        ("E17", ""),
    ]
    assert results[-1][5:7] == ["2.450", "2450"]
    assert {link.location for link in (cell.hyperlink for row in sheet.iter_rows() for cell in row) if link} == {
        f"'Biểu 01-T'!{cell}" for cell in ("E15", "E16", "E17")
    }


def test_findings_of_shadow_rules_are_not_marked(catalog: Catalog, template: bytes) -> None:
    """An issue of a shadow rule leaves no trace in a returned file."""
    issue = Issue("stated_percent", Severity.INFO, "Biểu 01-T", "E15", "bóng", facts={"stage": "shadow"})
    data = marked(catalog, template, [issue])
    assert all("bóng".encode() not in part for part in parts_of(data).values())


def test_a_cell_that_is_not_there_is_made_in_its_place(catalog: Catalog) -> None:
    """A missing cell is created in order, with the style of its row or column."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet["B2"], sheet["E2"], sheet["A7"] = 1, 2, 3
    cells = ("A2", "C2", "F2", "B4", "C7", "A1", "D9", "E4")
    out = marked(catalog, save(book), wrong("Sheet", *cells))
    marks = _looked_at(out)["Sheet"]
    assert [cell for cell in cells if not is_ours(marks[cell].fill.fgColor.rgb)] == []
    assert sheets_of(read_without_marks(out)) == sheets_of(read_without_marks(save(book)))


def test_a_made_cell_looks_like_its_column_or_row(catalog: Catalog) -> None:
    """A created cell has the formatting of its row or column."""
    replaced = {
        "<sheetData": '<cols><col min="3" max="3" style="1"/></cols><sheetData',
        '<row r="2"': '<row s="1" customFormat="1" r="2"',
    }
    parts = [{"part": "xl/worksheets/sheet1.xml", "replace": pair} for pair in replaced.items()]
    book = Workbook()
    sheet = book.worksheets[0]
    sheet["A1"].number_format = "0.00%"
    sheet["A1"], sheet["A2"] = 1, 2
    out = marked(catalog, edit_parts(save(book), parts), wrong("Sheet", "C1", "B2", "C9"))
    marks = _looked_at(out)["Sheet"]
    assert [marks[cell].number_format for cell in ("C1", "B2", "C9")] == ["0.00%"] * 3


def test_joined_cells_are_marked_where_they_show(catalog: Catalog) -> None:
    """An issue in a merged range marks the top left cell, the only one displayed."""
    book = Workbook()
    book.worksheets[0]["B2"] = 1
    book.worksheets[0].merge_cells("B2:D4")
    sheet = _looked_at(marked(catalog, save(book), wrong("Sheet", "C3")))["Sheet"]
    assert is_ours(sheet["B2"].fill.fgColor.rgb)
    assert sheet["B2"].comment is not None


def test_the_communes_own_note_stays(catalog: Catalog, template: bytes) -> None:
    """An existing note keeps its text, followed by the pipeline's block; notes on other cells are unchanged."""
    book = _looked_at(template)
    book["Biểu 01-T"]["E15"].comment = Comment("Số của công an xã", "Nguyễn Văn A")
    book["Biểu 01-T"]["G20"].comment = Comment("Hỏi lại y tế", "Nguyễn Văn A")
    data = save(book)
    out = marked(catalog, data, wrong("Biểu 01-T", "E15", "E16"))
    sheet = _looked_at(out)["Biểu 01-T"]
    assert sheet["E15"].comment.text.startswith("Số của công an xã")
    assert "▼ Tổng hợp" in sheet["E15"].comment.text
    assert sheet["E15"].comment.author == "Nguyễn Văn A"
    assert "Phải sửa" in sheet["E16"].comment.text
    assert sheet["G20"].comment.text == "Hỏi lại y tế"
    assert sheets_of(read_without_marks(out)) == sheets_of(read_without_marks(data))


def test_names_and_print_areas_keep_their_sheets(catalog: Catalog, template: bytes) -> None:
    """Defined names, print areas and the active tab are unchanged."""
    book = _looked_at(template)
    book.active = 1
    book["Thôn, khu phố"].print_area = "A1:C5"
    book["Hướng dẫn"].defined_names["RIENG"] = DefinedName("RIENG", attr_text="'Hướng dẫn'!$A$1")
    data = save(book)
    out = _looked_at(marked(catalog, data, wrong("Biểu 01-T", "E15")))
    before = _looked_at(data)
    assert {name: item.value for name, item in out.defined_names.items()} == {
        name: entry.value for name, entry in before.defined_names.items()
    }
    for name in before.sheetnames:
        assert out[name].print_area == before[name].print_area
        assert out[name].print_title_rows == before[name].print_title_rows
        assert set(out[name].defined_names) == set(before[name].defined_names)
    assert out.active.title == before.active.title
    assert out.sheetnames == [*before.sheetnames, RESULT]


def test_the_name_of_our_sheet_may_be_taken(catalog: Catalog) -> None:
    """A commune's own sheet with the name of the result sheet keeps it and is read as usual."""
    book = Workbook()
    book.worksheets[0].title = RESULT
    book.worksheets[0]["A1"] = "của xã"
    out = marked(catalog, save(book), wrong(RESULT, "A1"))
    assert _looked_at(out).sheetnames == [RESULT, f"{RESULT} (2)"]
    assert sheets_of(read_without_marks(out)) == sheets_of(read_without_marks(save(book)))


@pytest.mark.parametrize("border", [None, "thin"])
@pytest.mark.parametrize("fill", [None, "FF00FF00", "FFFF8058"])
def test_fills_come_back_as_they_were(catalog: Catalog, fill: str | None, border: str | None) -> None:
    """After return and resubmission a cell has its original fill, even one equal to a mark's."""
    book = Workbook()
    cell = book.worksheets[0]["B2"]
    cell.value = 5
    cell.font = Font(name="Arial", bold=True)
    cell.border = Border(left=Side(style=border))
    book.worksheets[0]["D4"].fill = PatternFill("solid", fgColor="FFDDEEFF")
    if fill:
        cell.fill = PatternFill("solid", fgColor=fill)
    out = marked(catalog, save(book), wrong("Sheet", "B2", "D4"))
    again = marked(catalog, out, wrong("Sheet", "C3"))
    was, now = (_looked_at(data)["Sheet"]["B2"] for data in (save(book), again))
    assert (now.fill.patternType, now.fill.fgColor.rgb) == (was.fill.patternType, was.fill.fgColor.rgb)
    assert (look_of(now), now.comment) == (look_of(was), None)


def test_every_other_round_is_the_same(catalog: Catalog, template: bytes) -> None:
    """However often a file is returned, it has one result sheet and one note for each cell."""
    data = template
    for _ in range(4):
        data = marked(catalog, data, wrong("Biểu 01-T", "E15"))
    book = _looked_at(data)
    assert book.sheetnames.count(RESULT) == 1
    assert book["Biểu 01-T"]["E15"].comment.text.count("▼") == 1
    assert len(data) < len(template) + 16_000
    assert sheets_of(read_without_marks(data)) == sheets_of(read_without_marks(template))


def test_the_same_answer_is_the_same_bytes(catalog: Catalog, template: bytes) -> None:
    """Equal input gives equal bytes: no clock and no randomness is involved."""
    issues = wrong("Biểu 01-T", "E15")
    assert annotate(template, issues, (), catalog, "vi") == annotate(template, issues, (), catalog, "vi")


def test_made_by_hand(catalog: Catalog) -> None:
    """A form without a stamp is marked like any other."""
    data = save(make_handmade(catalog, UNIT, PERIOD))
    sheet = read_without_marks(data).sheets[0].name
    assert sheets_of(read_without_marks(marked(catalog, data, wrong(sheet, "D12")))) == sheets_of(
        read_without_marks(data)
    )


@pytest.mark.parametrize(
    "data", [b"", b"MST,1,2", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"W\0o\0r\0k\0b\0o\0o\0k\0\0\0"]
)
def test_unmarkable_file_is_refused(catalog: Catalog, data: bytes) -> None:
    """A file that is no .xlsx raises instead of being marked."""
    with pytest.raises(CannotAnnotateError):
        annotate(data, (), (), catalog, "vi")


def test_a_workbook_at_its_limits_is_not_pushed_over_them(catalog: Catalog) -> None:
    """A file is not marked if the result sheet would exceed the limits on resubmission."""
    book = Workbook()
    for _ in range(39):
        book.create_sheet()
    with pytest.raises(CannotAnnotateError):
        annotate(save(book), wrong("Sheet", "A1"), (), catalog, "vi", limits=Limits(sheets=40))


@pytest.mark.parametrize(
    ("cell", "can_be_marked"),
    [
        ('<x:c xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" r="A1"><x:v>5</x:v></x:c>', False),
        ('<c xmlns="urn:other" r="A1"><v>5</v></c>', False),
        ('<c r="A1" t="inlineStr"><is><t>a word like xmlns="x"</t></is></c>', True),
    ],
)
def test_cells_in_a_vocabulary_of_their_own_are_not_patched(catalog: Catalog, cell: str, can_be_marked: bool) -> None:
    """A cell that redeclares namespaces raises, since a search for tags could miss or confuse it."""
    book = Workbook()
    book.worksheets[0]["A1"] = 7
    sheet = "xl/worksheets/sheet1.xml"
    written = re.search(rb'<c r="A1"[^>]*><v>7</v></c>', parts_of(save(book))[sheet])
    assert written is not None
    data = edit_parts(save(book), [{"part": sheet, "replace": [written[0].decode(), cell]}])
    with nullcontext() if can_be_marked else pytest.raises(CannotAnnotateError):
        marked(catalog, data, wrong("Sheet", "A1"))


@pytest.mark.parametrize("spoiled", [b"\xff" * 8, b"\x00" * 8, b"\x5a\xa5" * 40])
def test_a_part_that_cannot_be_unpacked_is_no_failure_of_ours(
    catalog: Catalog, template: bytes, spoiled: bytes
) -> None:
    """Reading may have passed over a damaged part that marks need: the workbook goes back as a list of results."""
    with zipfile.ZipFile(io.BytesIO(template)) as archive:
        styles = archive.getinfo("xl/styles.xml")
    middle = styles.header_offset + 30 + len(styles.filename) + styles.compress_size // 2
    damaged = template[:middle] + spoiled + template[middle + len(spoiled) :]
    with pytest.raises(CannotAnnotateError):
        annotate(damaged, wrong("Biểu 01", "D10"), (), catalog, "vi")
