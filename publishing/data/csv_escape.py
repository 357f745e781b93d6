"""Text that a spreadsheet program will show and never run, when it opens a CSV file."""

import re

# What a spreadsheet takes for the start of a formula, in both widths, after any blank or invisible mark.
_ARMED = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]*[=+\-@|%＝＋－＠｜％]")
_LEADING_BREAK = ("\t", "\r", "\n")


def make_inert(text: str) -> str:
    """The text, after an apostrophe if a program could take it for a formula; line ends become LF, NUL goes."""
    armed = text.startswith(_LEADING_BREAK) or _ARMED.match(text) is not None
    clean = text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    return f"'{clean}" if armed or _ARMED.match(clean) else clean
