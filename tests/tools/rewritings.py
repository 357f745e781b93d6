"""Rewritings of a workbook that keep its meaning, as other programs write it: prefixes, encodings, paths, order."""

import random
import re
from collections.abc import Callable

Parts = list[tuple[str, bytes]]
Edit = Callable[[Parts, random.Random], None]

_MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT_MAIN = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
_STRICT_OFFICE = b"http://purl.oclc.org/ooxml/officeDocument/relationships"
_DECLARATION = re.compile(rb"^(?:\xef\xbb\xbf)?<\?xml[^>]*\?>\s*")
_ROW = re.compile(rb"<row\b[^>]*?(?:/>|>.*?</row>)", re.DOTALL)
_ROWS_WITH_ADDRESSES = re.compile(rb'<row r="')
_TEXT = re.compile(rb"(<(?:v|t)(?: [^>]*)?>)([^<&]+)(</(?:v|t)>)")


def _of_main(parts: Parts) -> list[int]:
    """Return the indices of parts whose default namespace is the format's and that use no prefixes."""
    return [
        place
        for place, (_, content) in enumerate(parts)
        if b'xmlns="' + _MAIN + b'"' in content and not re.search(rb"<[A-Za-z0-9]+:(?!xml)", content)
    ]


def _prefix_names(parts: Parts, rng: random.Random) -> None:
    """Write `x:row` for `row`, with the namespace under the prefix x."""
    for place in _of_main(parts):
        if rng.random() < 0.7:
            name, content = parts[place]
            named = re.sub(rb"<(/?)([A-Za-z])", rb"<\1x:\2", content)
            parts[place] = (name, named.replace(b'xmlns="' + _MAIN, b'xmlns:x="' + _MAIN, 1))


def _make_strict(parts: Parts, _rng: random.Random) -> None:
    """Write the namespaces of the strict variant of the format."""
    parts[:] = [
        (name, content.replace(_MAIN, _STRICT_MAIN).replace(_OFFICE, _STRICT_OFFICE)) for name, content in parts
    ]


def _encode_otherwise(parts: Parts, rng: random.Random) -> None:
    """Write markup as UTF-16, or as UTF-8 with a byte order mark."""
    for place, (name, content) in enumerate(parts):
        if rng.random() < 0.5 or not name.endswith((".xml", ".rels")):
            continue
        try:
            text = _DECLARATION.sub(b"", content).decode()
        except UnicodeDecodeError:
            continue
        if rng.random() < 0.5:
            parts[place] = (name, f'<?xml version="1.0" encoding="UTF-16"?>{text}'.encode("utf-16"))
        else:
            parts[place] = (name, b"\xef\xbb\xbf" + text.encode())


def _wrap_texts(parts: Parts, rng: random.Random) -> None:
    """Write texts and figures as CDATA, or as character references."""

    def wrapped(match: re.Match[bytes]) -> bytes:
        if rng.random() < 0.5:
            return match[0]
        if rng.random() < 0.5:
            return match[1] + b"<![CDATA[" + match[2].replace(b"]]>", b"]]]]><![CDATA[>") + b"]]>" + match[3]
        letters = match[2].decode(errors="replace")
        return match[1] + "".join(f"&#x{ord(letter):X};" for letter in letters).encode() + match[3]

    parts[:] = [
        (name, _TEXT.sub(wrapped, content) if name.startswith("xl/") and name.endswith(".xml") else content)
        for name, content in parts
    ]


def _point_absolutely(parts: Parts, _rng: random.Random) -> None:
    """Make relative references between parts absolute."""
    for place, (name, content) in enumerate(parts):
        if name.endswith(".rels"):
            folder = name.rpartition("_rels/")[0].encode()
            parts[place] = (name, re.sub(rb'Target="(?!/|\.|http|mailto)', b'Target="/' + folder, content))


def _reorder_rows(parts: Parts, rng: random.Random) -> None:
    """Write the rows of a sheet in another order, if each has its number."""
    for place, (name, content) in enumerate(parts):
        rows = _ROW.findall(content)
        if len(rows) < 2 or len(_ROWS_WITH_ADDRESSES.findall(content)) < len(rows):
            continue
        rng.shuffle(rows)
        shuffled = iter(rows)
        parts[place] = (name, _ROW.sub(lambda _: next(shuffled), content))  # noqa: B023 - used at once


def _change_case(parts: Parts, rng: random.Random) -> None:
    """Write names of parts in other case, or with backslashes, as some programs do."""
    for place, (name, content) in enumerate(parts):
        if name.startswith("xl/") and rng.random() < 0.5:
            parts[place] = (rng.choice((name.upper(), name.replace("/", "\\"))), content)


def _reorder_parts(parts: Parts, rng: random.Random) -> None:
    """Write the parts in another order."""
    rng.shuffle(parts)


def _add_comments(parts: Parts, rng: random.Random) -> None:
    """Insert comments, processing instructions and line ends between the tags."""
    extras = (b"<!-- x -->", b"<?mso-x y?>", b"\n", b"\r\n  ")
    for place, (name, content) in enumerate(parts):
        if name.startswith("xl/worksheets/sheet") and name.endswith(".xml"):
            before, *cells = content.split(b"<c ")
            parts[place] = (name, before + b"".join(rng.choice(extras) + b"<c " + cell for cell in cells))


REWRITINGS: tuple[Edit, ...] = (
    _prefix_names, _make_strict, _encode_otherwise, _wrap_texts, _point_absolutely, _reorder_rows, _change_case,
    _reorder_parts, _add_comments,
)  # fmt: skip
