"""Workbook part: its sheets and their parts, defined names and date epoch."""

from collections.abc import Mapping
from dataclasses import dataclass

from workbooks.cells.cells import SheetState
from workbooks.cells.guards import refusal
from workbooks.cells.stamp import CHECKS_SHEET
from workbooks.container.archive import Archive
from workbooks.container.markup import Element, Relation, read_elements, read_relations

_STATES = {state.value: state for state in SheetState}
_OTHER_PACKAGES = (
    ("word/document.xml", "Word"),
    ("ppt/presentation.xml", "PowerPoint"),
    ("Index/Document.iwa", "Numbers"),
)


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """A worksheet: name, visibility, and the part that should hold it ("" if none is named)."""

    name: str
    state: SheetState
    part: str

    @property
    def is_checks(self) -> bool:
        """Return whether the sheet holds only the formulas by which a form judges itself."""
        return self.name == CHECKS_SHEET and self.state is not SheetState.VISIBLE


@dataclass(frozen=True, slots=True)
class BookParts:
    """The parts and settings of a workbook; None for parts it does not have.

    `is_uncalculated`: its writer left the calculation to the program that opens it, so stored zeros are no results.
    """

    kind: str
    since_1904: bool
    is_uncalculated: bool
    sheets: tuple[SheetEntry, ...]
    names: Mapping[str, str]
    strings: str | None
    styles: str | None
    properties: str | None


def read_book_parts(archive: Archive) -> BookParts:
    """Locate the workbook's parts by its relations, as the format requires, not by their usual names.

    Raises:
        RefusedError: the archive is no workbook, or has no sheets or too many.
    """
    package = {relation.kind: relation.part for relation in read_relations(archive, "")}
    book = package.get("officeDocument")
    if book is None or book not in archive or not book.lower().endswith(".xml"):
        raise _not_a_workbook(archive)
    elements = [element for element in read_elements(archive, book) if element.is_main]
    if not elements or elements[0].name != "workbook":
        raise _not_a_workbook(archive)
    relations = read_relations(archive, book)
    by_kind = {relation.kind: relation.part for relation in relations}
    return BookParts(
        kind="xlsm" if "vbaProject" in by_kind else "xlsx",
        since_1904=_says(elements, "workbookPr", "date1904"),
        is_uncalculated=_says(elements, "calcPr", "fullCalcOnLoad"),
        sheets=_sheets(archive, elements, relations),
        names=_global_names(elements),
        strings=by_kind.get("sharedStrings"),
        styles=by_kind.get("styles"),
        properties=package.get("custom-properties"),
    )


def _says(elements: list[Element], name: str, attribute: str) -> bool:
    return any(
        element.name == name and element.attributes.get(attribute) in {"1", "true", "on"} for element in elements
    )


def _not_a_workbook(archive: Archive) -> Exception:
    if "xl/workbook.bin" in archive:
        return refusal("xlsb")
    if "mimetype" in archive or "content.xml" in archive:
        return refusal("ods")
    for part, kind in _OTHER_PACKAGES:
        if part in archive:
            return refusal("not_a_workbook", kind=kind)
    if "[Content_Types].xml" in archive:
        return refusal("part_missing", part="xl/workbook.xml")
    return refusal("not_a_workbook", kind="ZIP")


def _sheets(archive: Archive, elements: list[Element], relations: tuple[Relation, ...]) -> tuple[SheetEntry, ...]:
    by_id = {relation.id: relation for relation in relations}
    results: list[SheetEntry] = []
    for element in elements:
        if element.name != "sheet":
            continue
        relation = by_id.get(element.attributes.get("id", ""))
        if relation is not None and relation.kind != "worksheet":
            continue
        state = _STATES.get(element.attributes.get("state", "visible"), SheetState.VISIBLE)
        part = relation.part if relation is not None else ""
        results.append(SheetEntry(element.attributes.get("name", ""), state, part))
    if not results:
        raise refusal("no_sheets")
    if len(results) > archive.limits.sheets:
        raise refusal("too_many_sheets", count=len(results), limit=archive.limits.sheets)
    return tuple(results)


def _global_names(elements: list[Element]) -> Mapping[str, str]:
    """Return the workbook-wide defined names; a sheet's own are copies that Excel makes with a copied sheet."""
    return {
        element.attributes.get("name", ""): element.text.strip()
        for element in elements
        if element.name == "definedName" and "localSheetId" not in element.attributes
    }
