"""Archives that say of themselves what is not so: each is refused before anything large is unpacked."""

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
    """A good workbook whose directory gives a sheet another size."""
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
    """A part that is longer than the directory says is damaged; one that claims too much is a bomb."""
    assert _code(_with_size(size)) == code


@pytest.mark.parametrize("output", [None, 3], ids=["honest", "lying"])
def test_more_parts_than_any_workbook_has(output: int | None) -> None:
    """Tens of thousands of parts are refused by the end record, whether or not it tells their number."""
    data = _many_parts(30_000)
    if output is not None:
        struct.pack_into("<HH", data, data.rfind(_END) + 8, output, output)
    assert _code(bytes(data)) == "zip_too_many_parts"


def test_parts_that_share_their_bytes() -> None:
    """Names for one and the same piece of an archive, the way of the largest bombs, are refused."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts_of(good_workbooks()[1]):
            archive.writestr(name, content)
        twin = copy(archive.getinfo(_SHEET))
        twin.filename = twin.orig_filename = "xl/worksheets/sheet9.xml"
        archive.filelist.append(twin)
    assert _code(buffer.getvalue()) == "zip_damaged"


def test_an_archive_inside_is_not_opened() -> None:
    """A workbook may carry an archive, and even a bomb of a size within the limits: it is never unpacked."""
    inner = pack([("bomb", bytes(30 << 20))])
    plain = good_workbooks()[1]
    assert read_workbook(pack([*parts_of(plain), ("xl/embeddings/a.zip", inner)])) == read_workbook(plain)


def test_what_a_mail_gateway_puts_behind_an_archive() -> None:
    """A few bytes after the end do no harm; bytes before the beginning make it another file."""
    plain = good_workbooks()[1]
    assert read_workbook(plain + b"\r\n-- \r\nscanned\r\n") == read_workbook(plain)
    assert _code(b"\r\n" + plain) == "not_a_workbook"
