"""Detection of text files with the name of a workbook, by their beginning."""

import codecs
import re

_UTF_16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_LOOKED_AT = 1 << 16
_COMMENTS = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_HTML = re.compile(r"<(?:html|table|meta|head|body|style|div)\b|<!doctype html")
# Excel saves a single-file web page as a MIME message whose first part is HTML.
_WEB_ARCHIVE = "mime-version:"
_XML_2003 = "schemas-microsoft-com:office:spreadsheet"


def looks_like_text(data: bytes) -> bool:
    """Return whether the bytes are text of some encoding."""
    return data.startswith((*_UTF_16, codecs.BOM_UTF8)) or b"\0" not in data[:4096]


def text_code(data: bytes) -> str:
    """Return the issue code of a text file: a web page, an XML spreadsheet of 2003, or anything else."""
    encoding = _UTF_16.get(data[:2], "latin-1")
    text = data[:_LOOKED_AT].decode(encoding, errors="replace").lower()
    start = _COMMENTS.sub("", text).lstrip("\ufeffï»¿ \r\n\t")
    if not start.startswith(("<", _WEB_ARCHIVE)):
        # Cells of a delimited text file may contain any of these words.
        return "text_file"
    if _XML_2003 in start and "<html" not in start:
        return "xml_2003"
    return "html_file" if start.startswith(_WEB_ARCHIVE) or _HTML.search(start) else "text_file"
