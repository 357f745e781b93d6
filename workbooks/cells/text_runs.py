"""Rich text: the text as displayed, and its runs with font and marks."""

import re
from collections.abc import Sequence
from typing import NamedTuple, Self

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


class TextRun(NamedTuple):
    """A uniformly formatted run: plain text, font ("" for the cell's own), marks ("strike" …)."""

    text: str
    font: str
    marks: frozenset[str] = frozenset()


class RichText(str):
    """A displayed text that also carries its formatted runs.

    It behaves as the plain text; only code that handles fonts uses `runs`.
    """

    __slots__ = ("runs",)
    runs: tuple[TextRun, ...]

    def __new__(cls, text: str, runs: Sequence[TextRun] = ()) -> Self:
        """Combine a text with its runs."""
        made = super().__new__(cls, text)
        made.runs = tuple(runs)
        return made


def marked(text: str, marks: frozenset[str]) -> str:
    """Return a run's text with its marks applied: a raised 1 becomes "¹", so that "12" with a footnote is not 121."""
    if "superscript" in marks:
        text = text.translate(_RAISED)
    if "subscript" in marks:
        text = text.translate(_LOWERED)
    return re.sub(r"([0-9])", "\\1\u0336", text) if "strike" in marks else text
