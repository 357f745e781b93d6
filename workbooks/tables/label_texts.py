"""Label of a row: from the label column, merged cells, or several columns under one heading."""

from collections.abc import Sequence
from dataclasses import dataclass

from workbooks.cells.cells import Sheet


@dataclass(frozen=True, slots=True)
class RowLabel:
    """Candidate texts of a row's label, the likeliest first; `is_continued` if merged down from a row above."""

    texts: tuple[str, ...]
    is_continued: bool

    @property
    def shown(self) -> str:
        """Return the whole label, as quoted in issues."""
        return self.texts[-1] if self.texts else ""


def text_at(sheet: Sheet, row: int, column: int) -> str:
    """Return the text of a cell with collapsed spaces, or the digits of a number."""
    cell = sheet.at(row, column)
    if cell is None:
        return ""
    return " ".join((cell.text or str(cell.value or "")).split())


def row_label(sheet: Sheet, row: int, columns: Sequence[int], order: int | None) -> RowLabel:
    """Return the label of a row: the texts under the label heading, then these joined; else the text next to it."""
    texts: dict[str, None] = {}
    is_continued = False
    for column in columns:
        text, is_merged_down = _text_through_merge(sheet, row, column)
        if text:
            texts[text] = None
            is_continued = is_continued or is_merged_down
    if len(texts) > 1:
        texts[" ".join(texts)] = None
    beside = text_at(sheet, row, order) if order is not None and not texts else ""
    if beside and not beside.strip(" .()").replace(".", "").isdigit():
        texts[beside] = None
    return RowLabel(tuple(texts), is_continued)


def _text_through_merge(sheet: Sheet, row: int, column: int) -> tuple[str, bool]:
    """Return the text of a cell or of the merged range around it, and whether that range begins in a row above."""
    text = text_at(sheet, row, column)
    merged = None if text else sheet.merge_around(row, column)
    if merged is None:
        return text, False
    return text_at(sheet, merged.top, merged.left), merged.top < row
