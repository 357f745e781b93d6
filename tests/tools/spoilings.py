"""Format-aware corruptions of a workbook: duplicate cells, extreme numbers, wrong types, missing parts."""

import random
import re
import unicodedata
from collections.abc import Callable, Sequence

Parts = list[tuple[str, bytes]]
Edit = Callable[[Parts, random.Random], None]

_ROW = re.compile(rb"<row\b[^>]*?(?:/>|>.*?</row>)", re.DOTALL)
_CELL = re.compile(rb"<c\b[^>]*?(?:/>|>.*?</c>)", re.DOTALL)
_SHEETS = "xl/worksheets/sheet"


def _change(parts: Parts, rng: random.Random, start: str, edit: Callable[[bytes], bytes]) -> None:
    """Edit a random part whose name begins with `start`."""
    places = [place for place, (name, _) in enumerate(parts) if name.startswith(start)]
    if places:
        place = rng.choice(places)
        name, content = parts[place]
        parts[place] = (name, edit(content))


def _rework(pattern: re.Pattern[bytes], parts: Parts, rng: random.Random) -> None:
    """Copy, drop or exchange rows or cells of a sheet, as in a failed merge of two files."""

    def edit(content: bytes) -> bytes:
        spans = [match.span() for match in pattern.finditer(content)]
        if len(spans) < 2:
            return content
        (start, end), (other_start, other_end) = sorted(rng.sample(spans, 2))
        first, second = content[start:end], content[other_start:other_end]
        match rng.randrange(4):
            case 0:
                first, second = second, first
            case 1:
                second += first
            case 2:
                first = b""
            case _:
                first += second
        return content[:start] + first + content[end:other_start] + second + content[other_end:]

    _change(parts, rng, _SHEETS, edit)


def _rework_rows(parts: Parts, rng: random.Random) -> None:
    """Duplicate, drop or exchange rows."""
    _rework(_ROW, parts, rng)


def _rework_cells(parts: Parts, rng: random.Random) -> None:
    """Duplicate, drop or exchange cells."""
    _rework(_CELL, parts, rng)


def _replacing(start: str, pattern: bytes, values: Sequence[bytes]) -> Edit:
    """Return an edit that replaces a pattern's second group by odd values, in one to five places of a part."""
    expression = re.compile(pattern, re.DOTALL)

    def edit(parts: Parts, rng: random.Random) -> None:
        def replace(content: bytes) -> bytes:
            matches = list(expression.finditer(content))
            sample = rng.sample(matches, min(len(matches), rng.randint(1, 5)))
            for match in sorted(sample, key=lambda match: -match.start()):
                content = content[: match.start(2)] + rng.choice(values) + content[match.end(2) :]
            return content

        _change(parts, rng, start, replace)

    return edit


_FIGURES = (
    b"-1", b"1E999", b"-1E-999", b"NaN", b"INF", b"1,5", b"0x10", b"", b" 5 ", b"1_000", b"99999999999999999999", b"-0",
    b"0.1E", b"&#1635;", b"\xef\xbc\x95", b"1e400000000", b"2958466", b"-693594", b"0.99999999999", b"&undefined;",
    b"&#0;",
)  # fmt: skip
_ADDRESSES = (
    b"XFD1048576", b"A0", b"", b"a1", b"$A$1", b"ZZZZ1", b"A1048577", b"XFE1", b"1A", b"A1:B2", b"R1C1", b"A-1", b"A01",
    "Á1".encode(), b"A99999999999999999999", b"E13", b"D13",
)  # fmt: skip
_INDEXES = (b"-1", b"99999999999", b"4294967296", b"1.0", b"0x1", b"", b" 1", b"9999", b"1e3")
_TYPES = (b"s", b"n", b"b", b"e", b"str", b"inlineStr", b"d", b"q", b"", b"S")
_RANGES = (b"A1:XFD1048576", b"A1", b"", b"B2:A1", b"E13:F14", b"#REF!", b"A1:B2:C3", b"A:A", b"1:1", b"C10:G40")
_NAMES = (
    unicodedata.normalize("NFD", "Biểu 01-T").encode(), "Biểu 😀".encode(), b"x" * 300, b"", b"'", b"&quot;&#10;",
    b"Sheet1", "Thôn, khu phố".encode(), b"_meta", b" ", "\u202ebiểu".encode(),
)  # fmt: skip
_TARGETS = (
    b"../../../etc/passwd", b"/", b"", b"worksheets/sheet99.xml", b"http://example.org/sheet.xml", b"styles.xml",
    b"./././worksheets/sheet1.xml", b"worksheets%2Fsheet1.xml", b"..\\worksheets\\sheet1.xml", b"#",
)  # fmt: skip
_REFERENCES = (
    b"#REF!",
    b"'x'!$A$1",
    b"A1",
    b"SUM(A1:A9)",
    b"'Bi",
    b"",
    b"[1]Sheet1!$A$1",
    b"XFD1048576",
    b"$E$13:$E$15",
)


def _drop_part(parts: Parts, rng: random.Random) -> None:
    """Remove a part that others refer to."""
    names = (
        "xl/sharedStrings.xml",
        "xl/styles.xml",
        "xl/_rels/workbook.xml.rels",
        "[Content_Types].xml",
        "_rels/.rels",
    )
    removed = rng.choice(names)
    parts[:] = [(name, content) for name, content in parts if name != removed]


def _wrong_content_type(parts: Parts, rng: random.Random) -> None:
    """Declare a wrong content type for a part."""
    _replacing("[Content_Types]", rb'(ContentType=")([^"]*)', (b"text/html", b"application/vnd.ms-excel.sheet.macro"))(
        parts, rng
    )


def _since_1904(parts: Parts, rng: random.Random) -> None:
    """Use the 1904 date system, as in old Macintosh workbooks."""
    _change(
        parts,
        rng,
        "xl/workbook.xml",
        lambda content: content.replace(b"<workbookPr", b'<workbookPr date1904="1"', 1),
    )


def _declare(parts: Parts, rng: random.Random) -> None:
    """Declare a document type, an entity, or an encoding other than the text's."""
    starts = (
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>', b'<!DOCTYPE x SYSTEM "file:///etc/passwd">',
        b'<?xml version="1.0" encoding="windows-1258"?>', b'<?xml version="1.0" encoding="UTF-7"?>',
        b'<?xml version="1.1"?>', b'<?xml version="1.0" standalone="no"?>', b"\xff\xfe", b"\0",
        b"\xef\xbb\xbf\xef\xbb\xbf",
    )  # fmt: skip
    strip = re.compile(rb"^<\?xml[^>]*\?>\s*")
    _change(parts, rng, "", lambda content: rng.choice(starts) + strip.sub(b"", content))


def _hide(parts: Parts, rng: random.Random) -> None:
    """Hide rows, columns or sheets."""
    if rng.random() < 0.5:
        _replacing(_SHEETS, rb"(<(?:row|col)) ?()", (b' hidden="1"', b' hidden="true"', b' hidden="on"'))(parts, rng)
    else:
        _replacing("xl/workbook.xml", rb"(<sheet )()", (b'state="hidden" ', b'state="veryHidden" ', b'state="x" '))(
            parts, rng
        )


SPOILINGS: tuple[Edit, ...] = (
    _rework_rows,
    _rework_cells,
    _rework_cells,
    _replacing(_SHEETS, rb"(<v>)([^<]*)", _FIGURES),
    _replacing(_SHEETS, rb'(<c r=")([^"]*)', _ADDRESSES),
    _replacing(_SHEETS, rb'(<row r=")([^"]*)', (b"0", b"-1", b"1048577", b"", b"3", b"1e3", b"99999999999")),
    _replacing(_SHEETS, rb'(<c [^>]*\bs=")([^"]*)', _INDEXES),
    _replacing(_SHEETS, rb'(<c [^>]*t="s"[^>]*><v>)([^<]*)', _INDEXES),
    _replacing(_SHEETS, rb'(<c [^>]*\bt=")([^"]*)', _TYPES),
    _replacing(_SHEETS, rb'(<mergeCell ref=")([^"]*)', _RANGES),
    _replacing(_SHEETS, rb"(<f>)([^<]*)", (b"", b"1+1", b"#REF!", b"A1")),
    _replacing("xl/workbook.xml", rb'(<sheet [^>]*name=")([^"]*)', _NAMES),
    _replacing("xl/workbook.xml", rb"(<definedName [^>]*>)([^<]*)", _REFERENCES),
    _replacing("xl/workbook.xml", rb'(r:id=")([^"]*)', (b"", b"rId1", b"rId99")),
    _replacing("xl/_rels/workbook.xml.rels", rb'(Target=")([^"]*)', _TARGETS),
    _replacing("_rels/.rels", rb'(Target=")([^"]*)', _TARGETS),
    _replacing("xl/styles.xml", rb'((?:numFmtId|fontId|count)=")([^"]*)', (*_INDEXES, b"14", b"9", b"10", b"49")),
    _replacing(
        "xl/styles.xml", rb'(formatCode=")([^"]*)', (b"", b"0%", b"dd/mm/yyyy", b'0"000"', b"[$-42A]0", b";;;", b"[")
    ),
    _drop_part,
    _wrong_content_type,
    _since_1904,
    _declare,
    _hide,
)
