"""Workbook part: appending the result sheet, and removing it wherever it was moved."""

from collections.abc import Collection

from lxml import etree

from workbooks.container.markup import MAIN_NAMESPACES
from workbooks.marking.package import CannotAnnotateError, Package, Xml
from workbooks.marking.relations import NewPart, Relations, drop_part

_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_LONGEST_NAME = 31
_BEFORE_NAMES = ("sheets", "functionGroups", "externalReferences")


class Book:
    """The workbook part of a package."""

    def __init__(self, package: Package) -> None:
        """Open the part.

        Raises:
            CannotAnnotateError: there is no workbook part, or it is something else.
        """
        books = Relations(package, "").targets("officeDocument")
        if not books:
            raise CannotAnnotateError("it has no workbook")
        self._package = package
        self.part = part = books[-1]
        self._root = package.edit(part)
        namespace = etree.QName(self._root).namespace
        if namespace not in MAIN_NAMESPACES:
            raise CannotAnnotateError(f"{part} is no workbook")
        self.namespace = namespace
        self._relations = Relations(package, part)

    @property
    def worksheets(self) -> dict[str, str]:
        """Return the parts of the worksheets by name, in the workbook's order, without chart sheets."""
        kept = set(self._relations.targets("worksheet"))
        results = {sheet.get("name") or "": self._relations.target(_identity(sheet)) for sheet in self._sheets}
        return {name: part for name, part in results.items() if part is not None and part in kept}

    @property
    def styles(self) -> str | None:
        """Return the styles part, or None if there is none."""
        return next(iter(self._relations.targets("styles")[-1:]), None)

    def free_name(self, wanted: str) -> str:
        """Return an unused sheet name based on the wanted one."""
        taken = {(sheet.get("name") or "").casefold() for sheet in self._sheets}
        names = (wanted, *(f"{wanted[: _LONGEST_NAME - 5]} ({number})" for number in range(2, 100)))
        return next(name for name in names if name.casefold() not in taken)

    def add_sheet(self, name: str, content: bytes, base: str, title_rows: str) -> None:
        """Append a sheet; `title_rows` ("$1:$5") are printed on each of its pages."""
        sheets = self._sheets
        if len(sheets) >= self._package.limits.sheets:
            raise CannotAnnotateError("it has too many sheets")
        new = NewPart("xl/worksheets/sheetTH{}.xml", content, _SHEET_TYPE)
        _, identity = self._relations.add_part("worksheet", base, new)
        number = max((int(sheet.get("sheetId") or 0) for sheet in sheets), default=0) + 1
        sheet = etree.SubElement(sheets, self._name("sheet"), {"name": name, "sheetId": str(number)})
        sheet.set(f"{{{base}}}id", identity)
        titles = etree.SubElement(self._names(), self._name("definedName"))
        titles.set("name", "_xlnm.Print_Titles")
        titles.set("localSheetId", str(len(sheets) - 1))
        quoted = name.replace("'", "''")
        titles.text = f"'{quoted}'!{title_rows}"

    def remove_sheets(self, names: Collection[str]) -> None:
        """Remove sheets and the parts only they use; indices of sheets elsewhere are adjusted."""
        gone = [position for position, item in enumerate(self._sheets) if item.get("name") in names]
        for position in reversed(gone):
            sheet = self._sheets[position]
            part = self._relations.target(_identity(sheet))
            self._sheets.remove(sheet)
            self._renumber(position)
            if part is not None:
                self._relations.drop(part)
                self._drop_with_its_own(part)
        self._drop_empty_names()

    @property
    def _sheets(self) -> Xml:
        result = self._root.find(self._name("sheets"))
        if result is None:
            raise CannotAnnotateError("it lists no sheets")
        return result

    def _names(self) -> Xml:
        result = self._root.find(self._name("definedNames"))
        if result is None:
            result = etree.Element(self._name("definedNames"))
            behind = [item for item in self._root if etree.QName(item).localname in _BEFORE_NAMES]
            behind[-1].addnext(result)
        return result

    def _renumber(self, removed: int) -> None:
        names = self._root.find(self._name("definedNames"))
        for name in list(names) if names is not None else ():
            position = name.get("localSheetId")
            if names is not None and position == str(removed):
                names.remove(name)
            elif position is not None and int(position) > removed:
                name.set("localSheetId", str(int(position) - 1))
        for view in self._root.iter(self._name("workbookView")):
            for key in ("activeTab", "firstSheet"):
                shown = int(view.get(key) or 0)
                if shown > removed or (shown == removed and shown >= len(self._sheets)):
                    view.set(key, str(max(0, shown - 1)))

    def _drop_empty_names(self) -> None:
        names = self._root.find(self._name("definedNames"))
        if names is not None and not len(names):
            self._root.remove(names)

    def _drop_with_its_own(self, part: str) -> None:
        """Drop a sheet and the parts that only it refers to: printer settings, drawings."""
        owned = [item for item in Relations(self._package, part).everything() if item in self._package]
        drop_part(self._package, part)
        others = [name for name in self._package.names if name.casefold().endswith(".rels")]
        pointed = {each.casefold() for name in others for each in Relations(self._package, _source(name)).everything()}
        for entry in owned:
            if entry.casefold() not in pointed:
                drop_part(self._package, entry)

    def _name(self, local: str) -> str:
        return f"{{{self.namespace}}}{local}"


def _identity(sheet: Xml) -> str:
    """Return the relation id of a sheet."""
    return next((str(value) for key, value in sheet.attrib.items() if str(key).endswith("}id")), "")


def _source(relations: str) -> str:
    """Return the part that a relations part belongs to."""
    folder, _, name = relations.rpartition("_rels/")
    return folder + name.removesuffix(".rels") if name != ".rels" else ""
