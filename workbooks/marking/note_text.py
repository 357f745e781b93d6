"""What our notes look like, so that they are known again whatever program saved the file in between.

A note of ours, or our part of somebody else's, begins and ends with a line of its own. Between them everything is ours;
before and behind them everything is the commune's.
"""

import re

from domain.texts import cut

OPENING = "▼ Tổng hợp:"
CLOSING = "▲ Tổng hợp"
AUTHOR = "Tổng hợp"
LONGEST = 1_500
"""Letters of one note; what is longer is cut, the list has it in full."""

_BLOCK = re.compile(r"(?:\r?\n){0,2}" + re.escape(OPENING) + r".*?(?:" + re.escape(CLOSING) + r"|\Z)", re.DOTALL)


def block(heading: str, body: str) -> tuple[str, str]:
    """Our lines of a note: the first one, and all behind it."""
    return f"{OPENING} {heading}", f"\n{cut(body, LONGEST)}\n{CLOSING}"


def is_all_ours(text: str) -> bool:
    """Whether there was no note before ours: behind somebody's words, even none, ours begins after empty lines."""
    return text.startswith(OPENING) and not _BLOCK.sub("", text).strip()


def has_block(text: str) -> bool:
    """Whether something of a note is ours."""
    return OPENING in text


def ours_in(text: str) -> tuple[tuple[int, int], ...]:
    """Where our parts of a note lie, with the empty lines that were put before them."""
    return tuple(match.span() for match in _BLOCK.finditer(text))
