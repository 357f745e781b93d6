"""The written report, read back with python-docx: what it tells, that it is the same again, that texts stay texts."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import docx
import pytest

from domain.catalog.catalog import Catalog
from domain.rollups import ReportingState, RollupStatus
from publishing.document.report_document import write_document
from publishing.figures.assemble import assemble
from publishing.figures.formatter import ReportFormatter
from tests.publishing.figures.test_trends import APRIL, knowing
from tests.publishing.revisions import build_revision, correction, with_row
from warehouse.queries import Revision

Write = Callable[..., bytes]


@pytest.fixture
def written(catalog: Catalog) -> Write:
    """Return a function that writes the document of a revision, in Vietnamese by default."""

    def write(revision: Revision, lang: str = "vi") -> bytes:
        formatter = ReportFormatter(catalog, "en" if lang == "en" else "vi")
        return write_document(assemble(revision, formatter), formatter)

    return write


def text_of(document: bytes) -> str:
    """Return the text of a document's paragraphs and tables, in their order."""
    body = docx.Document(io.BytesIO(document)).element.body
    return "\n".join("".join(run.text or "" for run in line.iter("{*}t")) for line in body.iter("{*}p"))


def table_of(document: bytes, head: str) -> list[list[str]]:
    """Return the rows below the header of the table that has a column of this name."""
    for table in docx.Document(io.BytesIO(document)).tables:
        rows = [[cell.text for cell in row.cells] for row in table.rows]
        if head in rows[0]:
            return rows[1:]
    return []


def test_document_has_the_parts_of_an_official_report(written: Write, revision: Revision) -> None:
    """Heading, addressee, grounds, five sections, copies and signatory stand in the order of Decree 30/2020."""
    text = text_of(written(revision))
    parts = (
        "HUYỆN\N{NO-BREAK SPACE}NINH\N{NO-BREAK SPACE}SƠN",
        "Số:         /BC-UBND",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Ninh Sơn, ngày … tháng … năm 20…",
        "Kết quả chuyển đổi số tháng 5/2025 – huyện Ninh Sơn",
        "Kính gửi:",
        "Căn cứ Nghị định số 09/2019/NĐ-CP",
        "I. TÌNH HÌNH GỬI BÁO CÁO",
        "II. KẾT QUẢ CÁC NỘI DUNG TRỌNG TÂM",
        "III. KẾT QUẢ THEO TỪNG NHÓM CHỈ TIÊU",
        "IV. SỐ LIỆU ĐIỀU CHỈNH",
        "V. KIẾN NGHỊ, ĐỀ XUẤT",
        "Nơi nhận:",
        "TM. ỦY BAN NHÂN DÂN",
        "CHỦ TỊCH",
    )
    places = [text.find(part) for part in parts]
    assert -1 not in places
    assert places == sorted(places)


def test_headline_figure_is_compared_with_the_last_period(written: Write, revision: Revision) -> None:
    """The sentence has the value, its fraction, and by how much it has risen."""
    revision = with_row(revision, 0, value=Decimal("85.5"), numerator=Decimal(1710), denominator=Decimal(2000))
    text = text_of(written(knowing(revision, {APRIL: "84.25"})))
    assert "đạt 85,50% (1.710 / 2.000); tăng 1,25 điểm phần trăm so với tháng 4/2025 (84,25%);" in text


def test_without_earlier_figures_no_comparison_is_written(written: Write, revision: Revision) -> None:
    """The sentence leaves the comparison out where there is none."""
    assert "so với tháng" not in text_of(written(revision))


def test_every_figure_stands_in_the_table(written: Write, catalog: Catalog, revision: Revision) -> None:
    """The table has all indicators by theme."""
    names = {row[1] for row in table_of(written(revision), "Chỉ tiêu")}
    assert {catalog.indicators[row.indicator].name.vi for row in revision.rows} <= names


def test_assumed_target_gets_no_verdict(written: Write, revision: Revision) -> None:
    """Where no document sets the target the report says so and judges nothing."""
    document = written(with_row(revision, 0, target=Decimal(50), target_assumed=True, attained=True))
    assert table_of(document, "Chỉ tiêu")[1][4:6] == ["50% (*)", "Không đánh giá"]
    assert "Mục tiêu giả định, chưa có văn bản giao" in text_of(document)


def test_figure_that_is_not_comparable_has_its_bounds(written: Write, revision: Revision) -> None:
    """What it lies between stands in place of the value, in the sentence and in the table; no unit is missing."""
    notes = "Số liệu nằm trong khoảng từ 44,13% đến 72,01%, tùy phần thuộc địa bàn của các đơn vị đó."
    status = RollupStatus.NOT_COMPARABLE
    document = written(with_row(revision, 0, value=None, attained=None, status=status, notes=notes))
    assert table_of(document, "Chỉ tiêu")[1][2] == "44,13%–72,01%"
    assert "đạt 44,13%–72,01%" in text_of(document)
    assert "chưa đầy đủ" not in text_of(document)


def test_missing_units_are_named(written: Write, catalog: Catalog) -> None:
    """Units without an accepted report stand in a table, late ones in the sentence."""
    document = written(build_revision(catalog, missing={"22831"}, refused={"22828"}, late={"22813"}))
    assert [row[1:4] for row in table_of(document, "Tình trạng")] == [
        ["Xã Ma Nới", "22828", "Bị trả lại, chờ sửa"],
        ["Xã Nhơn Sơn", "22831", "Chưa gửi"],
    ]
    assert "Có 6/8 xã, thị trấn có báo cáo được chấp nhận, trong đó gửi muộn: Xã Lâm Sơn" in text_of(document)


def test_complete_reports_name_none(written: Write, revision: Revision) -> None:
    """When all have reported there is no table of missing units."""
    document = written(revision)
    assert table_of(document, "Tình trạng") == []
    assert "Tất cả đơn vị phải báo cáo đều đã báo cáo" in text_of(document)


def test_corrections_are_listed_by_figure(written: Write, catalog: Catalog) -> None:
    """A figure that moved has its value before and after, and the file."""
    revision = correction(catalog)
    rows = table_of(written(revision), "Trước")
    assert len(rows) == len({change.indicator for change in revision.changes})
    assert {row[5] for row in rows} == {"Ma Nới 01-T.xlsx"}


def test_long_lists_are_cut_and_counted(written: Write, revision: Revision) -> None:
    """The document lists sixty missing units at most, and says how many more the workbook names."""
    unit = revision.units[0]._replace(state=ReportingState.MISSING, file=None, received_at=None)
    units = tuple(unit._replace(code=f"{number:05}", name=f"Xã {number}") for number in range(75))
    document = written(replace(revision, units=units))
    assert len(table_of(document, "Tình trạng")) == 60
    assert "Và 15 đơn vị khác" in text_of(document)


def test_english_document(written: Write, revision: Revision) -> None:
    """The English template tells the same in English, with its numbers."""
    text = text_of(written(revision, "en"))
    assert "Digital transformation results, May 2025" in text
    assert "{{" not in text


def test_fonts_are_those_of_official_documents(written: Write, revision: Revision) -> None:
    """Times New Roman of 14 points is the body's font, A4 the paper, with the margins of Decree 30/2020."""
    document = docx.Document(io.BytesIO(written(revision)))
    font, section = document.styles["Normal"].font, document.sections[0]
    assert (font.name, font.size.pt) == ("Times New Roman", 14)
    assert (round(section.page_width.mm), round(section.page_height.mm), round(section.left_margin.mm)) == (
        210,
        297,
        30,
    )


def test_same_revision_gives_the_same_bytes(written: Write, revision: Revision) -> None:
    """All parts are dated 1980, the document by its revision."""
    document = written(revision)
    assert document == written(revision)
    with zipfile.ZipFile(io.BytesIO(document)) as parts:
        assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert parts.read("docProps/core.xml").count(b"2025-05-16T18:30:00Z") == 2
