"""A table as Parquet, as CSV for programs, and as CSV for a Vietnamese Excel."""

import csv
import re
import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, cached_property
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from domain.texts import cut
from domain.vietnam_time import VIETNAM
from publishing.data.data_columns import ColumnKind, DataColumn
from publishing.data.rollup_csv import escape_formula

if TYPE_CHECKING:
    import pyarrow as pa

MOST_LETTERS: Final = 32_767
"""Letters that a cell of Excel holds."""
_CODE = re.compile(r"[\w.-]{1,100}")
_WORD = re.compile(r"[A-Za-z_]\w*")
_DIGITS, _DECIMALS = 24, 6  # as the warehouse keeps them


@dataclass(frozen=True)
class DataTable:
    """Columns and rows of a data file. Texts are visible ones: no control characters, no marks of direction."""

    columns: Sequence[DataColumn]
    rows: Sequence[Sequence[Any]]

    @cached_property
    def by_column(self) -> Sequence[Sequence[Any]]:
        """Return the values of each column."""
        return list(zip(*self.rows, strict=True)) if self.rows else [()] * len(self.columns)


@dataclass(frozen=True, slots=True)
class CsvLines:
    """A CSV file: the line of its headings, and a line for each row."""

    head: str
    lines: Sequence[str]

    def encoded(self, first: int, last: int) -> bytes:
        """Return the lines of rows from the first up to the last, which is left out, as they are in the file."""
        return "".join(self.lines[first:last]).encode()

    @property
    def whole(self) -> bytes:
        """Return the file."""
        return self.head.encode() + self.encoded(0, len(self.lines))


def arrow_table(table: DataTable) -> "pa.Table":
    """Return the table with the types of a Parquet file: codes are texts, numbers exact decimals."""
    pa, _ = _arrow()
    types = _arrow_types()
    schema = pa.schema([pa.field(column.name, types[column.kind]) for column in table.columns])
    arrays = [pa.array(values, kind) for values, kind in zip(table.by_column, schema.types, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def write_parquet(table: "pa.Table") -> bytes:
    """Write a table as Parquet, compressed by zstd; the same rows give the same bytes."""
    pa, parquet = _arrow()
    out = pa.BufferOutputStream()
    parquet.write_table(table, out, compression="zstd")
    return bytes(out.getvalue())


def read_parquet(data: bytes) -> "pa.Table":
    """Return the table of a Parquet file."""
    pa, parquet = _arrow()
    # `parquet.read_table` would import what reads folders of files; threads cost more than they save here.
    return parquet.ParquetFile(pa.BufferReader(data)).read(use_threads=False)


def distinct_values(data: bytes, columns: Collection[str]) -> dict[str, set[str]]:
    """Return the distinct values of some columns of a Parquet file that hold codes."""
    pa, parquet = _arrow()
    names = list(columns)
    table = parquet.ParquetFile(pa.BufferReader(data), read_dictionary=names).read(names, use_threads=False)
    return {
        name: {value for chunk in table.column(name).chunks for value in chunk.dictionary.to_pylist()} for name in names
    }


def give_memory_back() -> None:
    """Give back to the system what Arrow keeps of memory that no table uses: 30 MB after the rollups of a country."""
    pa, _ = _arrow()
    pa.default_memory_pool().release_unused()


def rows_in_order(tables: "Sequence[pa.Table]", wanted: Iterable[tuple[int, int]]) -> "pa.Table":
    """Return rows of tables that have the same columns: from each first up to its last, which is left out.

    Rows are numbered through all tables.
    """
    pa, _ = _arrow()
    runs: list[tuple[int, int]] = []
    for first, last in wanted:
        if runs and runs[-1][1] == first:
            runs[-1] = runs[-1][0], last
        else:
            runs.append((first, last))
    known = pa.concat_tables(tables)
    return pa.concat_tables([known.slice(first, last - first) for first, last in runs])


class _WithoutPandas(MetaPathFinder):
    """Lets Python find pandas not installed."""

    def find_spec(
        self,
        fullname: str,
        path: object,  # noqa: ARG002 # Python passes it by position
        target: ModuleType | None = None,  # noqa: ARG002 # as above
    ) -> ModuleSpec | None:
        """Refuse pandas, and leave all else to those who find it; see `MetaPathFinder.find_spec`."""
        if fullname == "pandas":
            raise ModuleNotFoundError(name=fullname)
        return None


@cache
def _arrow() -> tuple[Any, Any]:
    """Import pyarrow, which takes 0.2 s: only where files are written."""
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import parquet  # noqa: PLC0415

    # It imports pandas, for 0.3 s more, to look whether a column is of its kinds; it tries once.
    without_pandas = _WithoutPandas()
    sys.meta_path.insert(0, without_pandas)
    try:
        pa.array([""])
    finally:
        sys.meta_path.remove(without_pandas)
    return pa, parquet


def _arrow_types() -> "dict[ColumnKind, pa.DataType]":
    pa, _ = _arrow()
    return {
        ColumnKind.CODE: pa.string(),
        ColumnKind.TEXT: pa.string(),
        ColumnKind.DECIMAL: pa.decimal128(_DIGITS, _DECIMALS),
        ColumnKind.INTEGER: pa.int32(),
        ColumnKind.BOOLEAN: pa.bool_(),
        ColumnKind.MOMENT: pa.timestamp("us", "UTC"),
        ColumnKind.DATE: pa.date32(),
    }


def write_plain_csv(table: DataTable) -> CsvLines:
    """Write the table for programs: RFC 4180, UTF-8, comma, decimal point, moments in UTC; empty: no value."""
    return _write(table, [column.name for column in table.columns], PLAIN_CELLS, ",")


def write_excel_csv(table: DataTable, headings: Sequence[str], words: Mapping[bool, str]) -> CsvLines:
    """Write the table for a Vietnamese Excel: byte order mark, semicolon, decimal comma, moments in Vietnam's time.

    A code is written as `="01"`, for Excel takes it for a number or a month otherwise; other texts never become
    formulas. `words` are those for yes and no.
    """
    cells = {**_EXCEL_CELLS, ColumnKind.BOOLEAN: words.__getitem__}
    written = _write(table, headings, cells, ";")
    return CsvLines(f"\ufeff{written.head}", written.lines)


def _write(table: DataTable, headings: Sequence[str], cells: "Mapping[ColumnKind, _Cell]", delimiter: str) -> CsvLines:
    of_columns = [cells[column.kind] for column in table.columns]
    return write_columns(headings, zip(table.by_column, of_columns, strict=True), delimiter)


_Cell = Callable[[Any], str]


def write_columns(
    headings: Sequence[str], columns: "Iterable[tuple[Iterable[Any], _Cell]]", delimiter: str
) -> CsvLines:
    """Write columns, each with what writes its cells, by RFC 4180, with CRLF, below their headings."""
    writer = csv.writer(_Echo, delimiter=delimiter)

    def quoted(cell: _Cell) -> _Cell:
        def written(value: object) -> str:
            line: str = writer.writerow((cell(value), ""))  # a cell more: an empty one alone would be quoted
            return line.removesuffix(f"{delimiter}\r\n")

        return written

    cells = [written_cells(values, quoted(cell)) for values, cell in columns]
    return CsvLines(writer.writerow(headings), [f"{delimiter.join(row)}\r\n" for row in zip(*cells, strict=True)])


class _Echo:
    """A file that hands lines back, so that `csv` quotes each value of a column once instead of all cells."""

    @staticmethod
    def write(line: str) -> str:
        return line


class _WrittenCells(dict[object, str]):
    """Cells by value; most values of a column recur, and are written once."""

    def __init__(self, cell: _Cell) -> None:
        super().__init__({None: ""})
        self._cell = cell

    def __missing__(self, value: object) -> str:
        written = self[value] = self._cell(value)
        return written


def written_cells(column: Iterable[object], cell: _Cell) -> list[str]:
    """Return the cells of a column; None as an empty one."""
    return list(map(_WrittenCells(cell).__getitem__, column))


def _plain_moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _excel_code(code: str) -> str:
    is_mistakable = _CODE.fullmatch(code) and not _WORD.fullmatch(code)
    return f'="{code}"' if is_mistakable else _excel_text(code)


def _excel_text(text: str) -> str:
    return escape_formula(cut(text, MOST_LETTERS - 1))


def _excel_day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _excel_moment(moment: datetime) -> str:
    return f"{moment.astimezone(VIETNAM):%d/%m/%Y %H:%M}"


def _decimal(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


PLAIN_CELLS: Final[Mapping[ColumnKind, _Cell]] = {
    ColumnKind.CODE: str,
    ColumnKind.TEXT: str,
    ColumnKind.DECIMAL: _decimal,
    ColumnKind.INTEGER: str,
    ColumnKind.BOOLEAN: lambda value: str(value).lower(),
    ColumnKind.MOMENT: _plain_moment,
    ColumnKind.DATE: date.isoformat,
}
"""How files for programs write each kind of value."""

_EXCEL_CELLS: Final[Mapping[ColumnKind, _Cell]] = {
    **PLAIN_CELLS,
    ColumnKind.CODE: _excel_code,
    ColumnKind.TEXT: _excel_text,
    ColumnKind.DECIMAL: lambda number: _decimal(number).replace(".", ","),
    ColumnKind.MOMENT: _excel_moment,
    ColumnKind.DATE: _excel_day,
}
