"""Validation of a package as strict as Excel's before it offers a repair."""

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from posixpath import dirname, join, normpath

from lxml import etree

from workbooks.cells.addresses import split_address

_ORDER = """
    sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection
    protectedRanges scenarios autoFilter sortState dataConsolidate customSheetViews mergeCells
    phoneticPr conditionalFormatting dataValidations hyperlinks printOptions pageMargins pageSetup
    headerFooter rowBreaks colBreaks customProperties cellWatches ignoredErrors smartTags drawing
    legacyDrawing legacyDrawingHF drawingHF picture oleObjects controls webPublishItems tableParts
    extLst
"""
_BOOK_ORDER = """
    fileVersion fileSharing workbookPr workbookProtection bookViews sheets functionGroups
    externalReferences definedNames calcPr oleSize customWorkbookViews pivotCaches smartTagPr
    smartTagTypes webPublishing fileRecoveryPr webPublishObjects extLst
"""


def faults_of(data: bytes) -> list[str]:
    """Return everything in a package for which Excel would offer a repair, as far as the format's rules tell.

    Raises:
        BadZipFile: the checksum of a part is wrong.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
        names = Counter(info.filename.casefold() for info in archive.infolist())
    package = _Opened(parts)
    return [
        *(f"two parts {name}" for name, count in names.items() if count > 1),
        *package.content_types(),
        *package.relations(),
        *package.book(),
        *package.sheets(),
        *package.styles(),
    ]


@lru_cache(maxsize=64)
def _parsed(part: bytes) -> etree._Element:
    return etree.fromstring(part)


class _Opened:
    """The parts of a package and their markup."""

    def __init__(self, parts: dict[str, bytes]) -> None:
        self.parts = parts
        self.by_key = {name.casefold(): name for name in parts}

    def tree(self, name: str) -> etree._Element:
        """Return the markup of a part, parsed once, also for the other packages that have the same."""
        return _parsed(self.parts[name])

    def content_types(self) -> Iterator[str]:
        """Yield faults of content types: each part has one, each override a part."""
        root = self.tree("[Content_Types].xml")
        overrides = Counter((element.get("PartName") or "").casefold() for element in root if element.get("PartName"))
        defaults = Counter((element.get("Extension") or "").casefold() for element in root if element.get("Extension"))
        yield from (f"declared twice: {name}" for name, count in (overrides + defaults).items() if count > 1)
        yield from (f"declared, not there: {name}" for name in overrides if name.lstrip("/") not in self.by_key)
        for name in self.by_key:
            known = f"/{name}" in overrides or name.rpartition(".")[2] in defaults
            if not known and name != "[content_types].xml" and not name.endswith("/"):
                yield f"no content type: {name}"

    def relations(self) -> Iterator[str]:
        """Yield faults of relations: ids are unique, targets exist."""
        for name in self.parts:
            if name.casefold().endswith(".rels"):
                source = re.sub(r"_rels/([^/]*)\.rels$", r"\1", name)
                if source and source.casefold() not in self.by_key:
                    yield f"relations of nothing: {name}"
                root = self.tree(name)
                ids = Counter(element.get("Id") for element in root)
                yield from (f"{name}: id {item} twice" for item, count in ids.items() if count > 1)
                for other_element in root:
                    if other_element.get("TargetMode") != "External" and self._target(source, other_element) is None:
                        yield f"{name}: no {other_element.get('Target')}"

    def targets(self, source: str) -> dict[str, tuple[str, str]]:
        """Return kind and part of a part's relations, by id."""
        name = self.by_key.get(join(dirname(source), "_rels", source.rpartition("/")[2] + ".rels").casefold())
        results = {}
        for element in self.tree(name) if name else ():
            part = self._target(source, element)
            if part is not None:
                results[str(element.get("Id"))] = str(element.get("Type")).rpartition("/")[2], part
        return results

    def book(self) -> Iterator[str]:
        """Yield faults of the workbook: names, ids and parts of sheets are unique; local names have their sheet."""
        book = self.book_part
        root = self.tree(book)
        yield from _out_of_order(book, root, _BOOK_ORDER)
        sheets = [element for element in root.iter("{*}sheet") if _local(element.getparent()) == "sheets"]
        for what in ("name", "sheetId"):
            values = Counter((sheet.get(what) or "").casefold() for sheet in sheets)
            yield from (f"two sheets of {what} {value}" for value, count in values.items() if count > 1)
        yield from (
            f"no sheet's name: {sheet.get('name')}" for sheet in sheets if not _is_name(sheet.get("name") or "")
        )
        ids = [value for sheet in sheets for key, value in sheet.attrib.items() if str(key).endswith("}id")]
        yield from (f"sheet without a part: {id_}" for id_ in ids if str(id_) not in self.targets(book))
        names = Counter((element.get("name"), element.get("localSheetId")) for element in root.iter("{*}definedName"))
        yield from (f"two names {name}" for name, count in names.items() if count > 1)
        yield from (f"name of no sheet: {name}" for name, at in names if at is not None and int(at) >= len(sheets))

    @property
    def book_part(self) -> str:
        return next(part for kind, part in self.targets("").values() if kind == "officeDocument")

    def sheets(self) -> Iterator[str]:
        """Yield faults of sheets: rows and cells ascend, styles exist, elements are in order, notes have shapes."""
        styles = next((part for kind, part in self.targets(self.book_part).values() if kind == "styles"), None)
        looks = len(self.tree(styles).find("{*}cellXfs")) if styles else 1
        for kind, part in self.targets(self.book_part).values():
            if kind != "worksheet":
                continue
            root = self.tree(part)
            yield from _out_of_order(part, root, _ORDER)
            yield from _cells_out_of_order(part, root, looks)
            yield from self._notes(part, root)

    def _notes(self, sheet: str, root: etree._Element) -> Iterator[str]:
        targets = self.targets(sheet)
        pointers = [element for element in root if _local(element) == "legacyDrawing"]
        for pointer in pointers:
            identity = next(str(value) for key, value in pointer.attrib.items() if str(key).endswith("}id"))
            if targets.get(identity, ("", ""))[0] != "vmlDrawing":
                yield f"{sheet}: legacyDrawing points at {targets.get(identity)}"
        drawn = [part for kind, part in targets.values() if kind == "vmlDrawing"]
        shapes = b"".join(self.parts[part] for part in drawn)
        numbers = Counter(re.findall(rb'<v:shape [^>]*?id="([^"]+)"', shapes))
        yield from (f"{sheet}: two shapes {item!r}" for item, count in numbers.items() if count > 1)
        for kind, part in targets.values():
            if kind == "comments":
                notes = self.tree(part)
                authors = len(notes.findall("{*}authors/{*}author"))
                refs = Counter(element.get("ref") for element in notes.iter("{*}comment"))
                yield from (f"{part}: two notes on {ref}" for ref, count in refs.items() if count > 1)
                yield from (
                    f"{part}: author {other_element.get('authorId')}"
                    for other_element in notes.iter("{*}comment")
                    if int(other_element.get("authorId") or 0) >= authors
                )
                for text in notes.iter("{*}text"):
                    kinds = {_local(character) for character in text}
                    if {"t", "r"} <= kinds:
                        yield f"{part}: plain text beside runs"

    def styles(self) -> Iterator[str]:
        """Yield faults of styles: fonts, fills and borders exist, and counts are right."""
        for kind, part in self.targets(self.book_part).values():
            if kind != "styles":
                continue
            root = self.tree(part)
            for group in root:
                counted = str(len([item for item in group if isinstance(item.tag, str)]))
                if _local(group) in {"fonts", "fills", "borders", "cellXfs"} and group.get("count", counted) != counted:
                    yield f"{part}: count of {_local(group)}"
            sizes = {_local(group): len(group) for group in root}
            for look in root.find("{*}cellXfs"):
                for key, group in (("fontId", "fonts"), ("fillId", "fills"), ("borderId", "borders")):
                    if int(look.get(key) or 0) >= max(1, sizes.get(group, 0)):
                        yield f"{part}: {key} {look.get(key)}"

    def _target(self, source: str, relation: etree._Element) -> str | None:
        target = str(relation.get("Target"))
        path = target.lstrip("/") if target.startswith("/") else normpath(join(dirname(source), target))
        return self.by_key.get(path.casefold())


def _cells_out_of_order(part: str, root: etree._Element, looks: int) -> Iterator[str]:
    last_row = 0
    for row in root.iter("{*}row"):
        number = int(row.get("r") or last_row + 1)
        if number <= last_row:
            yield f"{part}: row {number} behind {last_row}"
        last_row, last = number, 0
        for cell in row.iterchildren("{*}c"):
            place = split_address(cell.get("r") or "") or (number, last + 1)
            if place[0] != number or place[1] <= last:
                yield f"{part}: cell {cell.get('r')} in row {number} behind column {last}"
            last = place[1]
            if int(cell.get("s") or 0) >= looks:
                yield f"{part}: style {cell.get('s')}"


def _out_of_order(part: str, root: etree._Element, words: str) -> Iterator[str]:
    order = words.split()
    results = [order.index(_local(element)) for element in root if _local(element) in order]
    if results != sorted(results):
        yield f"{part}: elements out of order: {[order[item] for item in results]}"


def _is_name(name: str) -> bool:
    return 0 < len(name) <= 31 and not set(name) & set("[]:*?/\\")


def _local(element: etree._Element | None) -> str:
    return "" if element is None else str(element.tag).rpartition("}")[2]
