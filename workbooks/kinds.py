"""The kind of a commune in other writing: "TT. Tân Sơn", "X. Lâm Sơn", "Xã: Lâm Sơn", "XA LAM SON"."""

import re

_WRITINGS = (
    (re.compile(r"(?:tt|t\.t)\.?\s+|thi tran\s+|thị trấn\s*:\s*"), "thị trấn "),
    (re.compile(r"x\.\s*|xa\s+|xã\s*:\s*"), "xã "),
    (re.compile(r"p\.\s*|phuong\s+|phường\s*:\s*"), "phường "),
    (re.compile(r"đk\.?\s+|dac khu\s+|đặc khu\s*:\s*"), "đặc khu "),
)


def with_full_kind(name: str) -> str:
    """A normalised name that begins with a commune's kind as the register writes it, where it begins with one."""
    for writing, kind in _WRITINGS:
        if found := writing.match(name):
            return kind + name[found.end() :]
    return name
