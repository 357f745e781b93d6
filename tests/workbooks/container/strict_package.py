"""Looks at a workbook's package as strictly as Excel does before it offers to repair a file."""

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
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
    """Everything in a package for which Excel would offer a repair, as far as the format's rules tell."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        broken = archive.testzip()
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
        names = Counter(info.filename.casefold() for info in archive.infolist())
    package = _Opened(parts)
    return [
        *([f"checksum of {broken}"] if broken else []),
        *(f"two parts {name}" for name, count in names.items() if count > 1),
        *package.content_types(),
        *package.relations(),
        *package.book(),
        *package.sheets(),
        *package.styles(),
    ]


class _Opened:
    """A package's parts and their markup."""

    def __init__(self, parts: dict[str, bytes]) -> None:
        self.parts = parts
        self.by_key = {name.casefold(): name for name in parts}

    def tree(self, name: str) -> etree._Element:
        return etree.fromstring(self.parts[name])

    def content_types(self) -> Iterator[str]:
        """Each part has one content type, each override a part."""
        root = self.tree("[Content_Types].xml")
        overrides = Counter((one.get("PartName") or "").casefold() for one in root if one.get("PartName"))
        defaults = Counter((one.get("Extension") or "").casefold() for one in root if one.get("Extension"))
        yield from (f"declared twice: {name}" for name, count in (overrides + defaults).items() if count > 1)
        yield from (f"declared, not there: {name}" for name in overrides if name.lstrip("/") not in self.by_key)
        for name in self.by_key:
            known = f"/{name}" in overrides or name.rpartition(".")[2] in defaults
            if not known and name != "[content_types].xml" and not name.endswith("/"):
                yield f"no content type: {name}"

    def relations(self) -> Iterator[str]:
        """Ids are unique, targets are there."""
        for name in self.parts:
            if name.casefold().endswith(".rels"):
                source = re.sub(r"_rels/([^/]*)\.rels$", r"\1", name)
                if source and source.casefold() not in self.by_key:
                    yield f"relations of nothing: {name}"
                root = self.tree(name)
                ids = Counter(one.get("Id") for one in root)
                yield from (f"{name}: id {one} twice" for one, count in ids.items() if count > 1)
                for one in root:
                    if one.get("TargetMode") != "External" and self._target(source, one) is None:
                        yield f"{name}: no {one.get('Target')}"

    def targets(self, source: str) -> dict[str, tuple[str, str]]:
        """By id, the kind and part of a part's relations."""
        name = self.by_key.get(join(dirname(source), "_rels", source.rpartition("/")[2] + ".rels").casefold())
        found = {}
        for one in self.tree(name) if name else ():
            part = self._target(source, one)
            if part is not None:
                found[str(one.get("Id"))] = str(one.get("Type")).rpartition("/")[2], part
        return found

    def book(self) -> Iterator[str]:
        """Sheets have names, numbers and parts of their own; names of a sheet's are of one that is there."""
        book = self.book_part
        root = self.tree(book)
        yield from _out_of_order(book, root, _BOOK_ORDER)
        sheets = [one for one in root.iter("{*}sheet") if _local(one.getparent()) == "sheets"]
        for what in ("name", "sheetId"):
            values = Counter((one.get(what) or "").casefold() for one in sheets)
            yield from (f"two sheets of {what} {value}" for value, count in values.items() if count > 1)
        yield from (f"no sheet's name: {one.get('name')}" for one in sheets if not _is_name(one.get("name") or ""))
        ids = [value for one in sheets for key, value in one.attrib.items() if str(key).endswith("}id")]
        yield from (f"sheet without a part: {one}" for one in ids if str(one) not in self.targets(book))
        names = Counter((one.get("name"), one.get("localSheetId")) for one in root.iter("{*}definedName"))
        yield from (f"two names {name}" for name, count in names.items() if count > 1)
        yield from (f"name of no sheet: {name}" for name, at in names if at is not None and int(at) >= len(sheets))

    @property
    def book_part(self) -> str:
        return next(part for kind, part in self.targets("").values() if kind == "officeDocument")

    def sheets(self) -> Iterator[str]:
        """Rows and cells rise, styles exist, parts of a sheet come in order and are there, notes have shapes."""
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
        pointers = [one for one in root if _local(one) == "legacyDrawing"]
        for pointer in pointers:
            identity = next(str(value) for key, value in pointer.attrib.items() if str(key).endswith("}id"))
            if targets.get(identity, ("", ""))[0] != "vmlDrawing":
                yield f"{sheet}: legacyDrawing points at {targets.get(identity)}"
        drawn = [part for kind, part in targets.values() if kind == "vmlDrawing"]
        shapes = b"".join(self.parts[part] for part in drawn)
        numbers = Counter(re.findall(rb'<v:shape [^>]*?id="([^"]+)"', shapes))
        yield from (f"{sheet}: two shapes {one!r}" for one, count in numbers.items() if count > 1)
        for kind, part in targets.values():
            if kind == "comments":
                notes = self.tree(part)
                authors = len(notes.findall("{*}authors/{*}author"))
                refs = Counter(one.get("ref") for one in notes.iter("{*}comment"))
                yield from (f"{part}: two notes on {ref}" for ref, count in refs.items() if count > 1)
                yield from (
                    f"{part}: author {one.get('authorId')}"
                    for one in notes.iter("{*}comment")
                    if int(one.get("authorId") or 0) >= authors
                )
                for text in notes.iter("{*}text"):
                    kinds = {_local(one) for one in text}
                    if {"t", "r"} <= kinds:
                        yield f"{part}: plain text beside runs"

    def styles(self) -> Iterator[str]:
        """Cell styles name fonts, fills and borders that exist, and counts count."""
        for kind, part in self.targets(self.book_part).values():
            if kind != "styles":
                continue
            root = self.tree(part)
            for group in root:
                counted = str(len([one for one in group if isinstance(one.tag, str)]))
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
    found = [order.index(_local(one)) for one in root if _local(one) in order]
    if found != sorted(found):
        yield f"{part}: elements out of order: {[order[one] for one in found]}"


def _is_name(name: str) -> bool:
    return 0 < len(name) <= 31 and not set(name) & set("[]:*?/\\")


def _local(one: etree._Element | None) -> str:
    return "" if one is None else str(one.tag).rpartition("}")[2]
