"""What the marks cover, kept among the file's custom document properties: one for each colour of a mark."""

from collections.abc import Mapping

from lxml import etree

from workbooks.marking.package import Package, Xml
from workbooks.marking.palette import PROPERTY_PREFIX
from workbooks.marking.relations import STRICT, NewPart, Relations

_USUAL = "http://schemas.openxmlformats.org/officeDocument/2006"
_NAMESPACES = {
    False: (f"{_USUAL}/custom-properties", f"{_USUAL}/docPropsVTypes"),
    True: (
        "http://purl.oclc.org/ooxml/officeDocument/customProperties",
        "http://purl.oclc.org/ooxml/officeDocument/docPropsVTypes",
    ),
}
_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_FORMAT_ID = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
_FIRST_ID = 2
_NO_FILL = "none"
MARK = "tonghop_returned"
"""The property of a file that was given back with marks in it."""


def covered_by(properties: Mapping[str, str]) -> dict[str, str]:
    """From a mark's colour to the fill it covers, as a file's properties tell; see `CellStyles.covers`."""
    return {
        name.removeprefix(PROPERTY_PREFIX): "" if value == _NO_FILL else value
        for name, value in properties.items()
        if name.startswith(PROPERTY_PREFIX)
    }


def remember(package: Package, covers: Mapping[str, str], base: str) -> None:
    """Note that the file was given back, and what each colour of a mark covers."""
    root = _root(package, base)
    namespace = etree.QName(root).namespace
    values = next((texts for names, texts in _NAMESPACES.values() if names == namespace), _NAMESPACES[False][1])
    ids = [int(element.get("pid") or 0) for element in root]
    notes = {MARK: "1", **{PROPERTY_PREFIX + colour: covered or _NO_FILL for colour, covered in covers.items()}}
    for number, (name, value) in enumerate(notes.items(), max([*ids, _FIRST_ID - 1]) + 1):
        results = {"fmtid": _FORMAT_ID, "pid": str(number), "name": name}
        sub_element = etree.SubElement(root, f"{{{namespace}}}property", results)
        etree.SubElement(sub_element, f"{{{values}}}lpwstr").text = value


def forget_all(package: Package) -> None:
    """Take these notes out again."""
    part = _part(package)
    if part is not None:
        for item in [element for element in package.tree(part) if _is_ours(element.get("name") or "")]:
            package.edit(part).remove(item)


def _part(package: Package) -> str | None:
    """The part of the custom properties; the strict format has another word for it."""
    return Relations(package, "").existing("custom-properties", "customProperties")


def _is_ours(name: str) -> bool:
    return name == MARK or name.startswith(PROPERTY_PREFIX)


def _root(package: Package, base: str) -> Xml:
    part = _part(package)
    if part is None:
        names, texts = _NAMESPACES[base == STRICT]
        empty = f'<Properties xmlns="{names}" xmlns:vt="{texts}"/>'
        kind = "custom-properties" if base != STRICT else "customProperties"
        part, _ = Relations(package, "").add_part(kind, base, NewPart("docProps/custom{}.xml", empty.encode(), _TYPE))
    return package.edit(part)
