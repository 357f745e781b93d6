"""Sources that identify a report: the template's stamp, the headings of its sheets, and its file name and folders."""

from collections.abc import Iterator
from dataclasses import dataclass

from workbooks.cells.cells import Cell, CellKind, Workbook
from workbooks.cells.stamp import KEYS, META_SHEET, property_name
from workbooks.identify.heading import Heading
from workbooks.identify.hints import Hints


@dataclass(frozen=True, slots=True)
class StampedFact:
    """One fact of a stamp with its place: a cell of the hidden sheet, or a document property."""

    key: str
    text: str
    place: str


@dataclass(frozen=True, slots=True)
class Stamp:
    """All facts stamped on a workbook; each is stored twice, and the copies may differ."""

    facts: tuple[StampedFact, ...]

    def of(self, key: str) -> tuple[StampedFact, ...]:
        """Return every copy of one fact; none if the workbook was made by hand."""
        return tuple(fact for fact in self.facts if fact.key == key)


@dataclass(frozen=True, slots=True)
class IdentificationSources:
    """Sources of identification; `headings` are those of all sheets that resemble a form, the form's own first."""

    stamp: Stamp
    headings: tuple[Heading, ...]
    hints: Hints


def read_stamp(workbook: Workbook) -> Stamp:
    """Return the stamp of a workbook, without facts if it has none."""
    return Stamp((*_from_sheet(workbook), *_from_properties(workbook)))


def _from_sheet(workbook: Workbook) -> Iterator[StampedFact]:
    sheet = workbook.sheet(META_SHEET)
    if sheet is None:
        return
    for cells in sheet.rows.values():
        key = cells[0].text.strip()
        value = next((_text(cell) for cell in cells[1:] if not cell.is_empty), "")
        if key in KEYS and value:
            yield StampedFact(key, value, f"{META_SHEET}!{cells[0].a1}")


def _from_properties(workbook: Workbook) -> Iterator[StampedFact]:
    for key in KEYS:
        text = workbook.properties.get(property_name(key), "")
        if text:
            yield StampedFact(key, text, f"docProps: {property_name(key)}")


def _text(cell: Cell) -> str:
    """Return the text of a cell; the digits of a code that another program saved as a number."""
    return cell.text.strip() if cell.kind is CellKind.TEXT else str(cell.value)
