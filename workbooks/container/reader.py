"""Workbook reading: bytes to cells, streamed under limits, without interpretation."""

from collections.abc import Iterator, Mapping

from workbooks.cells.cells import Sheet, SheetContents, Workbook
from workbooks.cells.guards import Container, Limits, RefusedError, check_bytes, refusal
from workbooks.container.archive import Archive, open_archive
from workbooks.container.book_part import BookParts, SheetEntry, read_book_parts
from workbooks.container.bounds import bounded
from workbooks.container.markup import read_elements, read_relations
from workbooks.container.sheet_part import BookContext, read_sheet
from workbooks.container.strings_part import read_strings
from workbooks.container.styles_part import read_styles
from workbooks.container.xls_book import read_xls

_PROPERTY = "property"


def read_workbook(data: bytes, limits: Limits | None = None, *, partly: bool = False) -> Workbook:
    """Read an .xlsx, .xlsm or .xls file as it is, marks of an earlier return included.

    With `partly` a sheet that is damaged or beyond the limits carries its refusal, and the others are read.

    Raises:
        RefusedError: no such file, or damaged, ambiguous or beyond the limits; the issue tells which.
    """
    limits = limits or Limits()
    if check_bytes(data, limits) is Container.OLD:
        return _checked(read_xls(data, limits), partly=partly)
    archive = open_archive(data, limits)
    parts = read_book_parts(archive)
    styles = read_styles(archive, parts.styles)
    context = BookContext(
        strings=read_strings(archive, parts.strings),
        styles=styles.cells,
        since_1904=parts.since_1904,
        is_uncalculated=parts.is_uncalculated,
        conditional_formats=styles.conditional_formats,
    )
    sheets = bounded(_sheets(archive, parts, context), limits)
    return _checked(Workbook(parts.kind, sheets, parts.names, _read_properties(archive, parts)), partly=partly)


def _checked(workbook: Workbook, *, partly: bool) -> Workbook:
    """Return a workbook, unless a sheet was refused and all have to be read."""
    refused = next((sheet.refusal for sheet in workbook.sheets if sheet.refusal is not None), None)
    if refused is not None and not partly:
        raise RefusedError(refused)
    return workbook


def _sheets(archive: Archive, parts: BookParts, context: BookContext) -> Iterator[Sheet]:
    """Yield each sheet, read or with its refusal; what a form says of itself is not read."""
    for entry in parts.sheets:
        if entry.is_checks:
            continue
        try:
            yield _read_sheet(archive, entry, context)
        except RefusedError as refused:
            yield Sheet(entry.name, entry.state, SheetContents(), refused.issue)


def _read_sheet(archive: Archive, entry: SheetEntry, context: BookContext) -> Sheet:
    if not entry.part or entry.part not in archive:
        raise refusal("sheet_without_part", sheet=entry.name, content=entry.name)
    contents = read_sheet(archive, entry.part, entry.name, context)
    for relation in read_relations(archive, entry.part):
        if relation.kind == "comments" and relation.part in archive:
            _read_comments(archive, relation.part, contents)
        elif relation.kind == "threadedComment" and relation.part in archive:
            _read_threads(archive, relation.part, contents)
    return Sheet(entry.name, entry.state, contents)


def _read_comments(archive: Archive, part: str, contents: SheetContents) -> None:
    place = None
    for element in read_elements(archive, part):
        if element.name == "comment":
            place = element.attributes.get("ref", "")
            contents.comments[place] = ""
        elif element.name == "t" and place is not None:
            contents.comments[place] += element.text


def _read_threads(archive: Archive, part: str, contents: SheetContents) -> None:
    """Read threads of comments; the answers of a thread follow on lines of their own."""
    place = None
    for element in read_elements(archive, part):
        if element.name == "threadedComment":
            place = element.attributes.get("ref", "")
        elif element.name == "text" and place:
            before = contents.threads.get(place)
            contents.threads[place] = f"{before}\n{element.text}" if before else element.text


def _read_properties(archive: Archive, parts: BookParts) -> Mapping[str, str]:
    """Return the custom document properties, set by people or by our template."""
    if parts.properties is None or parts.properties not in archive:
        return {}
    results: dict[str, str] = {}
    name: str | None = None
    for element in read_elements(archive, parts.properties):
        if element.name == _PROPERTY:
            name = element.attributes.get("name")
        elif name is not None and element.text.strip():
            results[name] = element.text.strip()
    return results
