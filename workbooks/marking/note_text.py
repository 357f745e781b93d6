"""Text format of the pipeline's notes, which survives saving by other programs.

The pipeline's block in a note begins and ends with a marker line. Text between them is the pipeline's, text before and
after them the commune's.
"""

import re

from domain.texts import cut

OPENING = "▼ Tổng hợp:"
CLOSING = "▲ Tổng hợp"
AUTHOR = "Tổng hợp"
LONGEST = 1_500
"""Maximum characters of a note; longer text is cut, the result sheet has it in full."""

_QUOTED = str.maketrans("▼▲", "▽△")
_BLOCK = re.compile(r"(?:\r?\n){0,2}" + re.escape(OPENING) + r".*?(?:" + re.escape(CLOSING) + r"|\Z)", re.DOTALL)


def block(heading: str, body: str) -> tuple[str, str]:
    """Return the block for a note: its heading line, and the rest, in which a marker quoted from a cell marks none."""
    return f"{OPENING} {heading}", f"\n{cut(body, LONGEST).translate(_QUOTED)}\n{CLOSING}"


def is_all_ours(text: str) -> bool:
    """Return whether the pipeline created the note.

    In an existing note, even an empty one, the block is preceded by empty lines.
    """
    return text.startswith(OPENING) and not _BLOCK.sub("", text).strip()


def has_block(text: str) -> bool:
    """Return whether the note contains a block of the pipeline."""
    return OPENING in text


def ours_in(text: str) -> tuple[tuple[int, int], ...]:
    """Return the spans of the pipeline's blocks, with the empty lines inserted before them."""
    return tuple(match.span() for match in _BLOCK.finditer(text))
