"""The workbook, read back: types of cells, escaping, lineage and print layout."""

import io
import math
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import cycle

import pytest
from openpyxl.workbook import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from domain.catalog.catalog import Catalog
from domain.rollups import RollupChange
from publishing.figures.assemble import assemble
from publishing.figures.formatter import ReportFormatter
from publishing.workbook.long_sheet import Cell
from publishing.workbook.rollup_workbook import write_workbook
from tests.publishing.revisions import build_revision, correction, with_row
from tests.publishing.workbook.conftest import Open
from warehouse.queries import Revision

Row = dict[str, object]


def rows_of(book: Workbook, sheet: str) -> list[Row]:
    """Read the rows of a sheet's first table, by header."""
    (first, *_) = book[sheet].tables.values()
    head, *rows = [[cell.value for cell in row] for row in book[sheet][first.ref]]
    return [dict(zip(map(str, head), row, strict=True)) for row in rows]


def test_sheets_are_in_order(opened: Open, revision: Revision) -> None:
    """The official form comes first, then its annexes: figures first, explanations last."""
    names = opened(revision).sheetnames
    assert names[0] == "Biểu tổng hợp"
    assert names[-6:] == ["Tổng hợp", "Biểu đồ", "Theo xã", "Đơn vị", "Thay đổi", "Giải thích"]


def test_rollup_sheet_holds_every_figure_as_a_number(opened: Open, revision: Revision) -> None:
    """Values, sums and targets equal the revision's, headline themes first."""
    rows = rows_of(opened(revision), "Tổng hợp")
    assert [(row["Mã"], row["Kết quả"], row["Tử số"], row["Mục tiêu"]) for row in rows] == [
        (
            row.indicator,
            float(row.value or 0),
            float(row.numerator or 0),
            None if row.target is None else float(row.target),
        )
        for row in revision.rows
    ]


def test_headline_themes_come_first_whatever_the_order_of_rows(
    opened: Open, catalog: Catalog, revision: Revision
) -> None:
    """The sheet follows the order of the catalogue's themes."""
    rows = rows_of(opened(replace(revision, rows=revision.rows[::-1])), "Tổng hợp")
    themes = list(dict.fromkeys(row["Nội dung"] for row in rows))
    assert themes == [theme.name.vi for theme in catalog.themes.values() if theme.name.vi in themes]


def test_each_communes_figure_names_its_cell_and_file(opened: Open, revision: Revision) -> None:
    """Each commune and figure has a row with sheet!cell, file name and short hash."""
    rows = rows_of(opened(revision), "Theo xã")
    first, result = rows[0], revision.contributions[0]
    assert len(rows) == len(revision.contributions)
    assert (first["Đơn vị"], first["Ô nguồn"], first["Tệp"], first["Mã tệp (SHA-256)"]) == (
        result.unit_name,
        f"{result.sources[0].sheet}!{result.sources[0].cell}",
        result.file.file_name,
        result.file.sha256[:12],
    )


def test_village_figures_name_each_villages_cell(opened: Open, revision: Revision) -> None:
    """A commune's sum over villages lists a cell for each village and names the sheet once."""
    result = next(contribution for contribution in revision.contributions if len(contribution.sources) > 1)
    row = next(
        row
        for row in rows_of(opened(revision), "Theo xã")
        if (row["Mã"], row["Mã đơn vị"]) == (result.indicator, result.unit)
    )
    assert row["Ô nguồn"] == "Theo thôn!" + ", ".join(source.cell for source in result.sources)


def test_units_are_listed_with_their_state(opened: Open, catalog: Catalog) -> None:
    """The status is accepted, late, returned or missing, as text."""
    book = opened(build_revision(catalog, missing={"22831"}, refused={"22828"}, late={"22813"}))
    states = {row["Mã đơn vị"]: row["Tình trạng"] for row in rows_of(book, "Đơn vị")}
    assert (states["22810"], states["22813"], states["22828"], states["22831"]) == (
        "Đã chấp nhận",
        "Chấp nhận, gửi muộn",
        "Bị trả lại, chờ sửa",
        "Chưa gửi",
    )


def test_changes_name_column_values_and_file(opened: Open, catalog: Catalog) -> None:
    """Every changed column of every figure is listed, but for verdicts against assumed targets."""
    revision = correction(catalog)
    rows = rows_of(opened(revision), "Thay đổi")
    assumed = {row.indicator for row in revision.rows if row.target_assumed}
    judged = [each for each in revision.changes if each.column != "attained" or each.indicator not in assumed]
    assert len(rows) == len(judged) < len(revision.changes)
    assert {row["Do tệp"] for row in rows} == {"Ma Nới 01-T.xlsx"}
    assert {"Trước": "Chưa đầy đủ", "Sau": "Đầy đủ", "Mục thay đổi": "Tình trạng"}.items() <= next(
        row for row in rows if row["Mục thay đổi"] == "Tình trạng"
    ).items()


def test_new_figure_is_a_change_too(opened: Open, revision: Revision) -> None:
    """A new figure changes every column from empty, including texts and dates."""
    changes = tuple(
        RollupChange(revision.rows[0].indicator, column, "", value, None)
        for column, value in (
            ("area", "585"),
            ("period", "2025-05"),
            ("boundary", "as_then"),
            ("target_assumed", "true"),
        )
    )
    rows = rows_of(opened(replace(revision, number=2, changes=changes)), "Thay đổi")
    assert [(row["Trước"], row["Sau"]) for row in rows] == [
        ("(trống)", "585"),
        ("(trống)", "2025-05"),
        ("(trống)", "as_then"),
        ("(trống)", "có"),
    ]


def test_every_column_of_the_csv_is_explained(opened: Open, revision: Revision) -> None:
    """The notes sheet names each published column and each denominator kind in use."""
    cells = {str(cell.value) for row in opened(revision)["Giải thích"].iter_rows() for cell in row if cell.value}
    assert set(type(revision.rows[0]).__dataclass_fields__) <= cells
    assert "doanh nghiệp đang hoạt động (theo mã số thuế)" in cells
    assert any(cell.startswith("Dữ liệu mẫu") for cell in cells)


def test_typed_text_stays_text(opened: Open, revision: Revision) -> None:
    """Names, notes and file names never become formulas, links or numbers."""
    texts = ("=1+1", "{=1+1}", "+1", "-1", "@SUM(A1)", "http://x.example", "mailto:a@b.c", "1e5")
    contributions = tuple(
        contribution._replace(unit_name=text, file=replace(contribution.file, file_name=text))
        for contribution, text in zip(revision.contributions, cycle(texts), strict=False)
    )
    units = tuple(unit._replace(name=text) for unit, text in zip(revision.units, texts, strict=True))
    attacked = replace(revision, area_name=texts[0], units=units, contributions=contributions)
    for number, text in enumerate(texts):
        attacked = with_row(attacked, number, notes=text)
    book = opened(attacked)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    results = [cell for cell in cells if str(cell.value) in texts]
    counts = Counter(cell.value for cell in results)
    assert min(counts[text] for text in texts) > 16
    assert {cell.data_type for cell in results} == {"s"}
    assert all(cell.quotePrefix for cell in results)
    assert [cell for cell in cells if cell.data_type == "f" or cell.hyperlink] == []


def test_sheets_print_on_a4_with_frozen_headers(opened: Open, revision: Revision) -> None:
    """Sheets fit one page's width; long tables freeze and repeat their header."""
    book = opened(revision)
    assert {(sheet.page_setup.paperSize, sheet.sheet_properties.pageSetUpPr.fitToPage) for sheet in book} == {(9, True)}
    for name in ("Tổng hợp", "Theo xã", "Đơn vị", "Thay đổi"):
        assert book[name].freeze_panes is not None
        assert book[name].print_title_rows is not None


def test_everything_is_in_times_new_roman_but_codes(opened: Open, revision: Revision) -> None:
    """Times New Roman is the font of Vietnamese official documents."""
    fonts = {
        cell.font.name
        for sheet in opened(revision)
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }
    assert fonts == {"Times New Roman", "Consolas"}


def test_chart_shows_headline_rates_beside_their_targets(opened: Open, catalog: Catalog, revision: Revision) -> None:
    """A native chart shows two series over the headline rates, with a description for screen readers."""
    book = opened(revision)
    rows = rows_of(book, "Biểu đồ")
    headline = [
        row.indicator for row in revision.rows if catalog.themes[catalog.indicators[row.indicator].theme].headline
    ]
    (chart,) = book["Biểu đồ"]._charts
    assert [row["Chỉ tiêu"] for row in rows] == [catalog.indicators[figure].name.vi for figure in headline]
    assert len(chart.series) == 2
    assert str(chart.series[0].val.numRef.f).endswith(f"${5 + len(rows)}")


def test_missing_value_is_an_empty_cell(opened: Open, revision: Revision) -> None:
    """A missing value is not zero."""
    (row, *_) = rows_of(opened(with_row(revision, 0, value=None)), "Tổng hợp")
    assert row["Kết quả"] is None


def test_figure_keeps_its_decimals(opened: Open, revision: Revision) -> None:
    """A sum with decimals is not rounded."""
    (row, *_) = rows_of(opened(with_row(revision, 0, numerator=Decimal("12.5"))), "Tổng hợp")
    assert row["Tử số"] == 12.5


def test_parts_of_the_file_carry_no_date_of_today(vietnamese: ReportFormatter, revision: Revision) -> None:
    """The zip's entries are dated 1980, the document by its revision, so the bytes do not depend on the day."""
    with zipfile.ZipFile(io.BytesIO(write_workbook(assemble(revision, vietnamese), vietnamese))) as parts:
        assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2025-05-16T18:30:00Z" in parts.read("docProps/core.xml")


def test_long_sheets_are_as_xlsxwriter_writes_them(
    vietnamese: ReportFormatter, revision: Revision, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that bypass XlsxWriter's cells give the same parts of the workbook, of numbers of any length too."""
    numbers = {"numerator": Decimal("1234567890123456.75"), "denominator": Decimal("12.50"), "value": Decimal("1E-7")}
    report = assemble(with_row(revision, 0, **numbers), vietnamese)
    ours = _parts(write_workbook(report, vietnamese))
    monkeypatch.setattr("publishing.workbook.rollup_workbook.LongSheet", _CellByCell)
    assert ours == _parts(write_workbook(report, vietnamese))


class _CellByCell(Worksheet):
    """Sheet with the methods of `LongSheet` that leaves all cells to XlsxWriter."""

    def append_rows(
        self, first: int, rows: Iterable[Sequence[Cell]], widths: Sequence[float], styles: Mapping[str, Format]
    ) -> int:
        number = first - 1
        for number, row in enumerate(rows, first):
            self.append_parts(number, list(enumerate(row)), None, styles)
            texts = [(value, width) for (value, _), width in zip(row, widths, strict=True) if isinstance(value, str)]
            lines = [
                sum(math.ceil(max(len(line), 1) / (width * 1.2)) for line in text.split("\n")) for text, width in texts
            ]
            self.set_row(number, 3 + 14.5 * max(lines, default=1))
        return number + 1

    def append_parts(
        self, number: int, parts: Sequence[tuple[int, Cell]], height: float | None, styles: Mapping[str, Format]
    ) -> None:
        assert height is None
        for column, (value, style) in parts:
            if value in {None, ""}:
                self.write_blank(number, column, None, styles[style])
            elif isinstance(value, str):
                self.write_string(number, column, value, styles[style])
            else:
                self.write_number(number, column, value, styles[style])

    def add_table_over(self, head: int, last_row: int, last_column: int, options: dict[str, object]) -> None:
        self.add_table(head, 0, last_row, last_column, options)


def _parts(data: bytes) -> dict[str, str]:
    """Return the parts of a workbook as text."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}
