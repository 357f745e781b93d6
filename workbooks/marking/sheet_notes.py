"""Notes of a sheet with all that belongs to them: the part, its shapes, threads and relations."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from workbooks.cells.addresses import cell_address
from workbooks.marking.note_boxes import box_of, grid_of
from workbooks.marking.note_shapes import (
    add_shapes,
    blocks_of,
    can_take_shapes,
    drop_shapes,
    empty_drawing,
    has_shapes,
)
from workbooks.marking.notes import NotesPart
from workbooks.marking.package import Package
from workbooks.marking.relations import NewPart, Relations, declare_extension, drop_part
from workbooks.marking.sheet_cells import RowIndex
from workbooks.marking.tags import SheetMarkup, open_sheet
from workbooks.marking.threads import reply, withdraw_replies

_NOTES_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_SHAPES_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_BEHIND = (
    "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts", "extLst",
)  # fmt: skip


@dataclass(frozen=True)
class NotePlace:
    """Where notes are written: package, workbook part, sheet part, vocabulary and namespace of relation types."""

    package: Package
    book: str
    sheet: str
    namespace: str
    base: str


def add_notes(
    place: NotePlace, markup: SheetMarkup, rows: RowIndex, notes: Mapping[tuple[int, int], tuple[str, str]]
) -> None:
    """Add notes to cells, by row and column; the sheet's markup is changed if it had no notes."""
    drawing, identity = _drawing(place, markup)
    if drawing is None or not can_take_shapes(place.package.read(drawing)):
        return  # its drawing cannot be extended; colours and result sheet suffice
    known = NotesPart(place.package.edit(_notes_part(place)))
    threads = Relations(place.package, place.sheet).targets("threadedComment")
    grid = grid_of(markup, rows.heights())
    boxes = []
    for spot, lines in notes.items():
        cell = cell_address(*spot)
        if known.add(cell, lines):
            boxes.append(box_of(grid, cell, spot, "".join(lines)))
        for part in threads:
            reply(place.package, place.book, part, cell, "".join(lines))
    place.package.write(drawing, add_shapes(place.package.read(drawing), boxes))
    if identity:
        _point_at(markup, identity, place.base)


def remove_notes(package: Package, sheet: str) -> None:
    """Remove the pipeline's notes and replies from a sheet, and parts that are empty afterwards."""
    relations = Relations(package, sheet)
    for part in relations.targets("threadedComment"):
        withdraw_replies(package, part)
    for part in relations.targets("comments"):
        if part not in package or not NotesPart(package.tree(part)).has_ours:
            continue
        notes = NotesPart(package.edit(part))
        gone = notes.clean()
        _remove_shapes(package, sheet, gone)
        if notes.is_empty:
            relations.drop(part)
            drop_part(package, part)


def _remove_shapes(package: Package, sheet: str, cells: Collection[str]) -> None:
    """Remove the shapes of removed notes from the sheet's drawing, and the drawing if it is empty."""
    relations = Relations(package, sheet)
    markup = open_sheet(package.read(sheet), sheet)
    pointer = next((child for child in markup.children() if child.name == "legacyDrawing"), None)
    part = relations.target(markup.identity(pointer)) if pointer is not None else None
    if pointer is None or part is None or part not in package:
        return
    left = drop_shapes(package.read(part), cells)
    if has_shapes(left):
        package.write(part, left)
        return
    markup.change(pointer.start, pointer.end, b"")
    package.write(sheet, markup.changed())
    relations.drop(part)
    drop_part(package, part)


def _notes_part(place: NotePlace) -> str:
    relations = Relations(place.package, place.sheet)
    part = relations.existing("comments")
    if part is None:
        empty = f'<comments xmlns="{place.namespace}"><authors/><commentList/></comments>'
        new = NewPart("xl/commentsTH{}.xml", empty.encode(), _NOTES_TYPE)
        part, _ = relations.add_part("comments", place.base, new)
    return part


def _drawing(place: NotePlace, markup: SheetMarkup) -> tuple[str | None, str]:
    """Return the drawing of the sheet's shapes, creating it if needed, and the relation id to add to the sheet."""
    relations = Relations(place.package, place.sheet)
    pointer = next((child for child in markup.children() if child.name == "legacyDrawing"), None)
    if pointer is not None:
        results = [target for target in relations.targets("vmlDrawing") if target in place.package]
        identity = markup.identity(pointer)
        part = relations.target(identity)
        return (part if part in results else None), ""
    drawings = [place.package.read(name) for name in place.package.names if name.casefold().endswith(".vml")]
    part = place.package.unused("xl/drawings/vmlDrawingTH{}.vml")
    place.package.write(part, empty_drawing(max(blocks_of(drawings), default=0) + 1))
    declare_extension(place.package, "vml", _SHAPES_TYPE)
    return part, relations.add("vmlDrawing", part, place.base)


def _point_at(markup: SheetMarkup, identity: str, base: str) -> None:
    follower = next((child for child in markup.children() if child.name in _BEHIND), None)
    at = follower.start if follower else markup.end
    pointer = f'legacyDrawing xmlns:r="{base}" r:id="{identity}"/>'.encode()
    markup.change(at, at, b"<" + markup.prefix + pointer)
