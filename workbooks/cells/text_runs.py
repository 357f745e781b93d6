"""Text in runs of several looks: the whole as people read it, and each run with the font it stands in."""

import re
from collections.abc import Sequence
from typing import NamedTuple, Self

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


class TextRun(NamedTuple):
    """A stretch of text of one look: its plain text, its font ("" where it has the cell's), its marks ("strike" …)."""

    text: str
    font: str
    marks: frozenset[str] = frozenset()


class RichText(str):
    """A text as people read it that also knows the runs it is made of.

    It is the text wherever a text is asked for; only what cares about fonts looks at `runs`.
    """

    __slots__ = ("runs",)
    runs: tuple[TextRun, ...]

    def __new__(cls, text: str, runs: Sequence[TextRun] = ()) -> Self:
        """Join a text with its runs."""
        made = super().__new__(cls, text)
        made.runs = tuple(runs)
        return made


def marked(text: str, marks: frozenset[str]) -> str:
    """Text of a run with what its look means: a raised 1 is "¹", so that "12" with a footnote is not 121."""
    if "superscript" in marks:
        text = text.translate(_RAISED)
    if "subscript" in marks:
        text = text.translate(_LOWERED)
    return re.sub(r"([0-9])", "\\1\u0336", text) if "strike" in marks else text
