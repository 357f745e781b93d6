"""Archives with false metadata are refused before anything large is decompressed."""

import io
import struct
import zipfile
from copy import copy

import pytest

from tests.tools.mutants import parts_of
from tests.tools.sweep import good_workbooks
from tests.workbooks.workbook_edits import pack
from workbooks.cells.guards import RefusedError
from workbooks.container.reader import read_workbook

_END = b"PK\x05\x06"
_SHEET = "xl/worksheets/sheet1.xml"


def _code(data: bytes) -> str:
    with pytest.raises(RefusedError) as caught:
        read_workbook(data)
    return caught.value.issue.code


def _with_size(size: int) -> bytes:
    """Return a good workbook whose directory states another size for a sheet."""
    data = bytearray(good_workbooks()[1])
    place = data.rfind(_SHEET.encode()) - 46
    struct.pack_into("<L", data, place + 24, size)
    return bytes(data)


def _many_parts(count: int) -> bytearray:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(count):
            archive.writestr(str(number), "")
    return bytearray(buffer.getvalue())


@pytest.mark.parametrize(("size", "code"), [(100, "zip_damaged"), (50 << 20, "zip_bomb")])
def test_a_directory_that_lies_about_a_size(size: int, code: str) -> None:
    """A part longer than stated is damaged; one that states too much is refused as a bomb."""
    assert _code(_with_size(size)) == code


@pytest.mark.parametrize("output", [None, 3], ids=["honest", "lying"])
def test_more_parts_than_any_workbook_has(output: int | None) -> None:
    """Tens of thousands of parts are refused by the end record, even if it understates their number."""
    data = _many_parts(30_000)
    if output is not None:
        struct.pack_into("<HH", data, data.rfind(_END) + 8, output, output)
    assert _code(bytes(data)) == "zip_too_many_parts"


def test_parts_that_share_their_bytes() -> None:
    """Overlapping parts, as the largest zip bombs use, are refused."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts_of(good_workbooks()[1]):
            archive.writestr(name, content)
        twin = copy(archive.getinfo(_SHEET))
        twin.filename = twin.orig_filename = "xl/worksheets/sheet9.xml"
        archive.filelist.append(twin)
    assert _code(buffer.getvalue()) == "zip_damaged"


def test_an_archive_inside_is_not_opened() -> None:
    """A nested archive within the limits, even a bomb, is never decompressed."""
    inner = pack([("bomb", bytes(30 << 20))])
    plain = good_workbooks()[1]
    assert read_workbook(pack([*parts_of(plain), ("xl/embeddings/a.zip", inner)])) == read_workbook(plain)


def test_what_a_mail_gateway_puts_behind_an_archive() -> None:
    """A few trailing bytes are accepted; leading bytes make it another kind of file."""
    plain = good_workbooks()[1]
    assert read_workbook(plain + b"\r\n-- \r\nscanned\r\n") == read_workbook(plain)
    assert _code(b"\r\n" + plain) == "not_a_workbook"
