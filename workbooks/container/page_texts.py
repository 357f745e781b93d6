"""Texts of printed page headers and footers, without the codes between them."""

import re
from collections.abc import Iterator

# A font, a colour, a size, or a letter for page number, date, bold … (ECMA-376 part 1, 18.3.1.39).
_CODE = re.compile(r'&(?:"[^"]*"|K(?:[0-9A-Fa-f]{6}|\d{2}[+-]\d{3})|\d{1,3}|[A-Za-z])')
_SECTION = re.compile(r"(?<!&)(?:&&)*&[LCR]|[\r\n]+")


def page_texts(text: str) -> Iterator[str]:
    """Yield the lines of a header or footer, those of its left, middle and right part apart."""
    for part in _SECTION.split(text):
        line = _CODE.sub("", part.replace("&&", "\0")).replace("\0", "&").strip()
        if line:
            yield line
