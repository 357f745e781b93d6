"""What a row is labelled: in the label column, through merged cells, or in several columns under one heading."""

from collections.abc import Sequence
from dataclasses import dataclass

from workbooks.cells.cells import Sheet


@dataclass(frozen=True, slots=True)
class RowLabel:
    """The texts a row's label can be, the likeliest first; `is_continued` where it is merged down from a row above."""

    texts: tuple[str, ...]
    is_continued: bool

    @property
    def shown(self) -> str:
        """The whole label, as an issue quotes it."""
        return self.texts[-1] if self.texts else ""


def text_at(sheet: Sheet, row: int, column: int) -> str:
    """The text at a place, its spaces squeezed; a number's digits where a number stands there."""
    cell = sheet.at(row, column)
    if cell is None:
        return ""
    return " ".join((cell.text or str(cell.value or "")).split())


def row_label(sheet: Sheet, row: int, columns: Sequence[int], order: int | None) -> RowLabel:
    """The label of a row: each text under the heading of labels, then these joined; else the text beside it."""
    texts: dict[str, None] = {}
    is_continued = False
    for column in columns:
        text, came_down = _text_through_merge(sheet, row, column)
        if text:
            texts[text] = None
            is_continued = is_continued or came_down
    if len(texts) > 1:
        texts[" ".join(texts)] = None
    beside = text_at(sheet, row, order) if order is not None and not texts else ""
    if beside and not beside.strip(" .()").replace(".", "").isdigit():
        texts[beside] = None
    return RowLabel(tuple(texts), is_continued)


def _text_through_merge(sheet: Sheet, row: int, column: int) -> tuple[str, bool]:
    """The text at a place, else that of the merged cell over it; whether that one begins in a row above."""
    text = text_at(sheet, row, column)
    merged = None if text else sheet.merge_around(row, column)
    if merged is None:
        return text, False
    return text_at(sheet, merged.top, merged.left), merged.top < row
