"""Custom document properties that record what the marks cover, one for each colour of a mark."""

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
"""Name of the property that identifies a file returned with marks."""


def covered_by(properties: Mapping[str, str]) -> dict[str, str]:
    """Return the covered fill by colour of a mark, from a file's properties; see `CellStyles.covers`."""
    return {
        name.removeprefix(PROPERTY_PREFIX): "" if value == _NO_FILL else value
        for name, value in properties.items()
        if name.startswith(PROPERTY_PREFIX)
    }


def remember(package: Package, covers: Mapping[str, str], base: str) -> None:
    """Record that the file was returned, and what each colour of a mark covers."""
    root = _root(package, base)
    namespace = etree.QName(root).namespace
    values = next((texts for names, texts in _NAMESPACES.values() if names == namespace), _NAMESPACES[False][1])
    ids = [int(element.get("pid") or 0) for element in root]
    notes = {MARK: "1", **{PROPERTY_PREFIX + colour: covered or _NO_FILL for colour, covered in covers.items()}}
    for number, (name, value) in enumerate(notes.items(), max([*ids, _FIRST_ID - 1]) + 1):
        attributes = {"fmtid": _FORMAT_ID, "pid": str(number), "name": name}
        custom_property = etree.SubElement(root, f"{{{namespace}}}property", attributes)
        etree.SubElement(custom_property, f"{{{values}}}lpwstr").text = value


def forget_all(package: Package) -> None:
    """Remove these properties."""
    part = _part(package)
    if part is not None:
        for item in [element for element in package.tree(part) if _is_ours(element.get("name") or "")]:
            package.edit(part).remove(item)


def _part(package: Package) -> str | None:
    """Return the custom properties part, if any; the strict format has another relation type for it."""
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
