"""The kind of a commune in other writing: "TT. Tân Sơn", "X. Lâm Sơn", "Xã: Lâm Sơn", "XA LAM SON"."""

import re

_WRITINGS = (
    (re.compile(r"(?:tt|t\.t)\.?\s+|thi tran\s+|thị trấn\s*:\s*"), "thị trấn "),
    (re.compile(r"x\.\s*|xa\s+|xã\s*:\s*"), "xã "),
    (re.compile(r"p\.\s*|phuong\s+|phường\s*:\s*"), "phường "),
    (re.compile(r"đk\.?\s+|dac khu\s+|đặc khu\s*:\s*"), "đặc khu "),
)


_SHORT_IN_NAME = (
    (re.compile(r"(?<![^\W_])(?:tt|t\.t)(?:\.\s*|[\s_]+)(?=[^\W\d_])"), "thị trấn "),
    (re.compile(r"(?<![^\W_])x\.\s*(?=[^\W\d_])"), "xã "),
    (re.compile(r"(?<![^\W_])p\.\s*(?=[^\W\d_])"), "phường "),
)


def with_full_kinds(name: str) -> str:
    """A normalised file's or folder's name whose short kinds are written out, wherever they stand."""
    for writing, kind in _SHORT_IN_NAME:
        name = writing.sub(kind, name)
    return name


def with_full_kind(name: str) -> str:
    """A normalised name that begins with a commune's kind as the register writes it, where it begins with one."""
    for writing, kind in _WRITINGS:
        if found := writing.match(name):
            return kind + name[found.end() :]
    return name
