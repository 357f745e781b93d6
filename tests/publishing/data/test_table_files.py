"""One table in three forms: Parquet keeps types, both CSV forms open where they are meant to, no text acts."""

import csv
import io
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from pyarrow import BufferReader, parquet

from domain.texts import visible
from publishing.data.data_columns import ROLLUP, ColumnKind, DataColumn
from publishing.data.rollup_csv import escape_formula
from publishing.data.table_files import DataTable, arrow_table, write_excel_csv, write_parquet, write_plain_csv
from tests.hostile_texts import HOSTILE_TEXTS

WORDS = {True: "có", False: "không"}
COLUMNS = tuple(DataColumn(kind.value, kind) for kind in ColumnKind)
ROW = ("01", "Xã Lâm Sơn", Decimal("94.20"), 8, True, datetime(2025, 5, 16, 18, 30, tzinfo=UTC), date(2025, 5, 1))


def excel_cells(table: DataTable) -> list[list[str]]:
    """Read the file for Excel as a Vietnamese Excel splits it."""
    text = write_excel_csv(table, [column.name for column in table.columns], WORDS).whole.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


def texts_table(*texts: str) -> DataTable:
    """Make a table of one column of texts."""
    return DataTable((DataColumn("notes", ColumnKind.TEXT),), [(text,) for text in texts])


def test_parquet_is_written_without_pandas() -> None:
    """Pandas takes longer to import than all else that writing needs, and is left to those who use it."""
    code = (
        "import sys; from publishing.data.table_files import DataTable, arrow_table, write_parquet; "
        "from publishing.data.data_columns import ROLLUP; write_parquet(arrow_table(DataTable(ROLLUP, []))); "
        "missed = 'pandas' in sys.modules; import pandas; sys.exit(missed)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_parquet_keeps_types() -> None:
    """Codes are texts, numbers exact decimals, moments in UTC; the same rows give the same bytes."""
    table = DataTable(COLUMNS, [ROW, (None,) * len(COLUMNS)])
    read = parquet.read_table(BufferReader(write_parquet(arrow_table(table))))
    assert tuple(read.to_pylist()[0].values()) == ROW
    assert [str(kind) for kind in read.schema.types] == [
        "string",
        "string",
        "decimal128(24, 6)",
        "int32",
        "bool",
        "timestamp[us, tz=UTC]",
        "date32[day]",
    ]
    assert write_parquet(arrow_table(table)) == write_parquet(arrow_table(table))


def test_a_table_without_rows_has_its_columns() -> None:
    """A partition without rows is a file with its columns."""
    empty = DataTable(ROLLUP, [])
    assert parquet.read_table(BufferReader(write_parquet(arrow_table(empty)))).column_names == [
        column.name for column in ROLLUP
    ]
    assert write_plain_csv(empty).whole.decode().count("\r\n") == 1


def test_plain_csv_is_for_programs() -> None:
    """RFC 4180: commas, CRLF, a decimal point, no byte order mark."""
    assert write_plain_csv(DataTable(COLUMNS, [ROW])).whole.decode().splitlines(keepends=True) == [
        "code,text,decimal,integer,boolean,moment,date\r\n",
        "01,Xã Lâm Sơn,94.2,8,true,2025-05-16T18:30:00Z,2025-05-01\r\n",
    ]


def test_excel_csv_is_for_a_vietnamese_excel() -> None:
    """Byte order mark, semicolons, decimal comma, Vietnam's time; a code keeps its zeros."""
    assert write_excel_csv(DataTable(COLUMNS, [ROW]), ["Mã"] * len(COLUMNS), WORDS).whole.startswith(b"\xef\xbb\xbf")
    assert excel_cells(DataTable(COLUMNS, [ROW]))[1] == [
        '="01"',
        "Xã Lâm Sơn",
        "94,2",
        "8",
        "có",
        "17/05/2025 01:30",
        "01/05/2025",
    ]


@pytest.mark.parametrize("code", ['="1"&cmd|x', "01;02", '01"', "=1", "+1"])
def test_a_code_is_no_way_to_a_formula(code: str) -> None:
    """A code with anything but letters and digits is written as any other text is."""
    cells = excel_cells(DataTable((DataColumn("code", ColumnKind.CODE),), [(code,)]))
    assert cells[1] == [escape_formula(code)]


def test_texts_come_back_as_they_went_in() -> None:
    """Files for programs hold each visible text as it stands; that for Excel cuts what is longer than a cell."""
    texts = [visible(text) for text in HOSTILE_TEXTS.values()]
    table = texts_table(*texts)
    assert parquet.read_table(BufferReader(write_parquet(arrow_table(table)))).column(0).to_pylist() == texts
    plain = list(csv.reader(io.StringIO(write_plain_csv(table).whole.decode(), newline="")))
    assert plain == [["notes"], *([text] for text in texts)]
    assert max(len(cell) for (cell,) in excel_cells(texts_table("x" * 40_000))) == 32_766
