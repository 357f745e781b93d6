"""Meanings of texts in a figure's cell."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field

from domain.catalog.fields import FileModel, Words
from domain.catalog.files import CatalogFiles
from domain.catalog.shapes import Kind
from domain.observations import CellState
from domain.texts import normalise_name

FILE = "forms/marks.yaml"
_TOGETHER = (
    ("zero", "no_figure", "not_applicable", "scale"), ("rates",), ("yes", "no"), ("other_figures",), ("provisional",),
    ("money",),
)  # fmt: skip
"""Meanings that one cell may have: none of them shares a text with another of its group."""


class MarkEntry(FileModel):
    """A mark and where it comes from."""

    text: Words
    source: Words


class ScaleEntry(MarkEntry):
    """A word, its power of ten and where it comes from."""

    power: Annotated[int, Field(ge=1, le=12, description="a whole number from 1 to 12")]


class MarksFile(FileModel):
    """Texts in a figure's cell by what they mean."""

    zero: tuple[MarkEntry, ...]
    no_figure: tuple[MarkEntry, ...]
    not_applicable: tuple[MarkEntry, ...]
    scale: tuple[ScaleEntry, ...]
    rates: tuple[MarkEntry, ...]
    yes: tuple[MarkEntry, ...]
    no: tuple[MarkEntry, ...]
    other_figures: tuple[MarkEntry, ...]
    provisional: tuple[MarkEntry, ...]
    money: tuple[MarkEntry, ...] = ()


MARKS = Kind("marks", "Texts in a figure's cell by what they mean (forms/marks.yaml).", MarksFile)


@dataclass(frozen=True, slots=True)
class CellMarks:
    """Texts with a meaning in a figure's cell, normalised as `normalise_name` does.

    `scale` are words that multiply the number before them, with their power of ten ("nghìn": 3), `rates` words that
    hold one of them and multiply nothing ("phần nghìn"). `yes` and `no` answer besides the template's own two words;
    `other_figures` over a column say that it holds others than the period's, `provisional` words that a report calls
    its own figures into question, `money` words in a note by which a figure is an amount of money.
    """

    zero: frozenset[str]
    no_figure: frozenset[str]
    not_applicable: frozenset[str]
    scale: Mapping[str, int] = field(default_factory=dict)
    rates: frozenset[str] = frozenset()
    yes: frozenset[str] = frozenset()
    no: frozenset[str] = frozenset()
    other_figures: frozenset[str] = frozenset()
    provisional: frozenset[str] = frozenset()
    money: frozenset[str] = frozenset()

    def state_of(self, text: str) -> CellState | None:
        """Return the meaning of a cell's text; None when it is no mark. No figure counts as blank."""
        key = normalise_name(text)
        if key in self.zero:
            return CellState.ZERO
        if key in self.no_figure:
            return CellState.BLANK
        if key in self.not_applicable:
            return CellState.NOT_APPLICABLE
        return None


def read_marks(files: CatalogFiles) -> CellMarks:
    """Read the meanings of texts in a cell, and which words beside a number multiply it or make it another.

    Raises:
        CatalogError: one text is meant to mean two things in one place.
    """
    document = files.document(FILE)
    data = MARKS.check_document(document)
    groups: dict[str, frozenset[str]] = {}
    for meanings in _TOGETHER:
        taken: dict[str, str] = {}
        for meaning in meanings:
            for place, entry in enumerate(getattr(data, meaning)):
                document.add_once(taken, normalise_name(entry.text), meaning, meaning, place, "text")
        for meaning in set(meanings) - {"scale"}:
            groups[meaning] = frozenset(text for text, meant in taken.items() if meant == meaning)
    return CellMarks(scale={normalise_name(entry.text): entry.power for entry in data.scale}, **groups)
