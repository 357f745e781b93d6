"""Records of old workbooks that no available library writes: comments, names, passwords, unreadable versions."""

import struct

import pytest
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.workbooks.container.biff import (
    END,
    START,
    comment,
    compound_file,
    in_last_sheet,
    insert,
    join,
    name_of_cell,
    records_of,
)
from workbooks.cells.cells import Workbook
from workbooks.cells.guards import RefusedError
from workbooks.container.reader import read_workbook

_EXTERN_SHEET = 0x0017
_FILE_PASS, _WRITE_PROTECT, _FILE_SHARING, _1904 = 0x002F, 0x0086, 0x005B, 0x0022


def _book() -> xlwt.Workbook:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Biểu 01")
    sheet.write(0, 0, "chữ")
    sheet.write(4, 4, 75)
    sheet.write(5, 4, xlwt.Formula("'Biểu 01'!E5"))
    return book


def _read(data: bytes) -> Workbook | None:
    """Return the contents of a file, or None if it is refused."""
    try:
        return read_workbook(data)
    except RefusedError:
        return None


def _code(data: bytes) -> str:
    with pytest.raises(RefusedError) as caught:
        read_workbook(data)
    return caught.value.issue.code


def test_records_packed_again_are_the_same_workbook() -> None:
    """Splitting and packing records changes nothing."""
    read = read_workbook(compound_file(join(records_of(_book()))))
    assert [(cell.a1, cell.value) for cell in read.sheets[0].cells.values()][:2] == [("A1", "chữ"), ("E5", 75)]


def test_comments_are_kept() -> None:
    """A note is read completely, even on an empty cell."""
    records = in_last_sheet(records_of(_book()), *comment(4, 4, 1, "số liệu ước tính"), *comment(9, 0, 2, "xem lại"))
    sheet = read_workbook(compound_file(join(records))).sheets[0]
    assert dict(sheet.comments) == {"E5": "số liệu ước tính", "A10": "xem lại"}


def test_names_are_kept() -> None:
    """A workbook-wide name points at its cell; a name local to a sheet is left out."""
    named = name_of_cell("TH.so", 4, 4), name_of_cell("TH.khác", 0, 0, sheet=1)
    read = read_workbook(compound_file(join(insert(records_of(_book()), _EXTERN_SHEET, *named))))
    assert dict(read.names) == {"TH.so": "'Biểu 01'!$E$5"}


@pytest.mark.parametrize(
    "how",
    [struct.pack("<HHH", 0, 0x1234, 0x5678), struct.pack("<HHH", 1, 1, 1) + bytes(48), struct.pack("<HHH", 1, 2, 2)],
    ids=["XOR", "RC4", "RC4 of CryptoAPI"],
)
def test_encrypted_workbooks_are_reported(how: bytes) -> None:
    """Each way of encryption is reported as password protection."""
    assert _code(compound_file(join(insert(records_of(_book()), START, (_FILE_PASS, how))))) == "encrypted"


def test_a_password_to_change_the_file_is_none_to_read_it() -> None:
    """A workbook with a password for editing only is read."""
    sharing = _FILE_SHARING, struct.pack("<HHHB", 1, 0xABCD, 1, 0) + b"a"
    records = insert(records_of(_book()), START, (_WRITE_PROTECT, b""), sharing)
    assert len(read_workbook(compound_file(join(records))).sheets[0].cells) == 3


@pytest.mark.parametrize(
    "start",
    ["0900040002001000", "090206000000100000000904", "0904060000001000", "090406000000000100000000"],
    ids=["Excel 2", "Excel 3", "Excel 4", "Excel 4 workbook"],
)
def test_workbooks_before_excel_5_are_refused(start: str) -> None:
    """Files older than Excel 5 are refused, whatever they contain."""
    number = struct.pack("<HHHHHd", 0x0203, 14, 0, 0, 0, 75.0)
    assert _code(bytes.fromhex(start) + number + struct.pack("<HH", END, 0)) == "old_xls"


def test_a_compound_file_without_a_workbook_is_none() -> None:
    """A compound file whose stream has another name is no workbook."""
    assert _code(compound_file(join(records_of(_book())), "Contents")) == "old_office_file"


def test_encrypted_xlsx_is_reported() -> None:
    """An encrypted .xlsx, which is a compound file, is reported as password protected."""
    assert _code(compound_file(bytes(5000), "EncryptedPackage")) == "encrypted"


def test_an_empty_workbook_stream_is_refused() -> None:
    """A stream without records is damaged."""
    assert _code(compound_file(b"")) == "old_xls"


@settings(max_examples=examples(60), deadline=None)
@given(share=st.floats(0, 1))
def test_no_truncated_file_is_read_in_part(share: float) -> None:
    """A truncated file is read completely or refused, never in part."""
    data = compound_file(join(records_of(_book())))
    assert _read(data[: int(share * len(data))]) in (None, read_workbook(data))


@settings(max_examples=examples(60), deadline=None)
@given(share=st.floats(0.01, 1))
def test_no_truncated_stream_is_read_in_part(share: float) -> None:
    """A complete compound file around truncated records is refused as well."""
    stream = join(records_of(_book())[:-1])  # the final end record is always left out
    assert _code(compound_file(stream[: int(share * len(stream))])) in {"old_xls", "no_sheets"}


def test_the_old_macintosh_epoch() -> None:
    """Dates of a workbook with the 1904 epoch count from 1904."""
    book = xlwt.Workbook()
    book.dates_1904 = True
    style = xlwt.easyxf(num_format_str="DD/MM/YYYY")
    book.add_sheet("Biểu").write(0, 0, 44329, style)
    cell = read_workbook(compound_file(join(records_of(book)))).sheets[0].cells["A1"]
    assert str(cell.value) == "2025-05-14 00:00:00"
