"""The data files in the programs of those who have no Python: Calc as a Vietnamese Excel splits a file, and R."""

import subprocess
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import cycle
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from publishing.data.data_columns import ColumnKind, DataColumn
from publishing.data.table_files import DataTable, write_excel_csv
from tests.hostile_texts import ACTING, HOSTILE_TEXTS
from tests.publishing.data.test_for_analysts import block_of

pytestmark = [pytest.mark.full, pytest.mark.xdist_group("demo")]
KINDS = (ColumnKind.CODE, ColumnKind.DECIMAL, ColumnKind.INTEGER, ColumnKind.DATE, ColumnKind.MOMENT, ColumnKind.TEXT)
CODES = ("01", "2025-05", "1e5", "00123", "585-cu", "hddt_dn", "MAR1", "1-2")
VIETNAMESE_CSV = "--infilter=CSV:59,34,76,1,,1066,false,true,false,false,false,0,true"
"""Semicolon, UTF-8, the Vietnamese locale; special numbers are detected and formulas computed, as Excel does."""


def opened(folder: Path, data: bytes) -> Path:
    """Open a CSV file with Calc and return the workbook that it saves."""
    source = folder / "excel.csv"
    source.write_bytes(data)
    profile = f"-env:UserInstallation=file://{folder / 'office'}"
    command = [
        "soffice",
        profile,
        "--headless",
        VIETNAMESE_CSV,
        "--convert-to",
        "xlsx",
        "--outdir",
        str(folder),
        source,
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return folder / "excel.xlsx"


def rows_of(workbook: Path) -> list[tuple[Any, ...]]:
    """Return the computed values of a workbook's rows."""
    sheet = openpyxl.load_workbook(workbook, data_only=True).active
    return list(sheet.iter_rows(min_row=2, values_only=True))


def test_calc_reads_each_kind_as_what_it_is(tmp_path: Path) -> None:
    """Codes stay texts with their zeros, numbers with a comma are numbers, days are days, and no text is computed."""
    numbers = Decimal("1234567.89"), 8, date(2025, 5, 1), datetime(2025, 5, 16, 18, 30, tzinfo=UTC)
    rows = [(code, *numbers, text) for code, text in zip(cycle(CODES), HOSTILE_TEXTS.values(), strict=False)]
    table = DataTable([DataColumn(kind.value, kind) for kind in KINDS], rows)
    csv = write_excel_csv(table, [kind.value for kind in KINDS], {True: "có", False: "không"})
    workbook = opened(tmp_path, csv.whole)
    read = rows_of(workbook)
    assert [row[0] for row in read] == [row[0] for row in rows]
    day, moment = datetime(2025, 5, 1), datetime(2025, 5, 17, 1, 30)  # noqa: DTZ001 # Excel has no zones
    assert {row[1:5] for row in read} == {(1234567.89, 8, day, moment)}
    typed = openpyxl.load_workbook(workbook).active
    assert {cell.data_type for cell in typed["F"][1 : len(HOSTILE_TEXTS) + 1]} == {"s"}
    assert not ACTING.intersection("".join(row[5] for row in read[: len(HOSTILE_TEXTS)]))


def test_calc_reads_a_published_file(demo_home: Path, tmp_path: Path) -> None:
    """The rollup of the demo: period and area are texts, value, numerator and denominator numbers."""
    (file,) = demo_home.glob("**/published/data/rollup/period=2025-05/excel_*.csv")
    read = rows_of(opened(tmp_path, file.read_bytes()))
    assert {row[:2] for row in read} == {("2025-05", "585")}
    assert {type(cell) for row in read for cell in row[9:12] if cell is not None} <= {int, float}


def test_r_runs_the_example(demo_home: Path, tmp_path: Path) -> None:
    """R lists the accounts of the district."""
    (data,) = demo_home.glob("**/published/data/")
    script = tmp_path / "example.R"
    script.write_text(block_of("R"), encoding="utf-8")
    done = subprocess.run(["Rscript", "--vanilla", script], cwd=data.parent, capture_output=True, text=True, check=True)
    header, *rows = (line.split() for line in done.stdout.splitlines())
    assert header == ["reporting_period", "area", "value", "units_missing"]
    assert any({"2025-05", "585"} < set(row) for row in rows)
