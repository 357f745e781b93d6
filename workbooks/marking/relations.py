"""Relations between parts, and the declared content type of each part."""

import posixpath
from typing import NamedTuple

from lxml import etree

from workbooks.container.archive import resolve
from workbooks.marking.package import Package, Xml

_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"
_TYPES_PART = "[Content_Types].xml"
TRANSITIONAL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
THREADS = "http://schemas.microsoft.com/office/2017/10/relationships"


class NewPart(NamedTuple):
    """A part to add: the pattern of its name (see `Package.unused`), its bytes and content type."""

    pattern: str
    content: bytes
    content_type: str


class Relations:
    """The relations of one part, or of the package itself ("")."""

    def __init__(self, package: Package, source: str) -> None:
        """Refer to the relations of a part, which may not exist yet."""
        folder, name = posixpath.split(source)
        self._package = package
        self._source = source
        self.part = posixpath.join(folder, "_rels", f"{name}.rels")

    def targets(self, kind: str) -> list[str]:
        """Return the targets of relations of a kind ("comments"), in order."""
        return [self._target(relation) for relation in self._all() if _kind(relation) == kind]

    def existing(self, *kinds: str) -> str | None:
        """Return the first existing target of a relation of one of these kinds, or None."""
        return next((target for kind in kinds for target in self.targets(kind) if target in self._package), None)

    def everything(self) -> list[str]:
        """Return the targets of all relations."""
        return [self._target(relation) for relation in self._all()]

    def target(self, identity: str) -> str | None:
        """Return the target of the relation with this id, or None."""
        return next((self._target(relation) for relation in self._all() if relation.get("Id") == identity), None)

    def add(self, kind: str, part: str, base: str) -> str:
        """Add a relation of a kind, its type in the namespace `base`, and return its id."""
        if self.part not in self._package:
            self._package.write(self.part, f'<Relationships xmlns="{_PACKAGE}"/>'.encode())
            declare_extension(self._package, "rels", _RELATIONS_TYPE)
        root = self._package.edit(self.part)
        known = {element.get("Id") for element in root}
        identity = next(name for number in range(1, len(known) + 2) if (name := f"rIdTH{number}") not in known)
        etree.SubElement(
            root, f"{{{_PACKAGE}}}Relationship", {"Id": identity, "Type": f"{base}/{kind}", "Target": f"/{part}"}
        )
        return identity

    def add_part(self, kind: str, base: str, new: NewPart) -> tuple[str, str]:
        """Add a part and a relation to it; return the part's name and the relation's id."""
        part = self._package.unused(new.pattern)
        self._package.write(part, new.content)
        declare(self._package, part, new.content_type)
        return part, self.add(kind, part, base)

    def drop(self, part: str) -> None:
        """Remove the relations to a part, and the relations part itself once it is empty."""
        root = self._package.edit(self.part)
        for element in list(root):
            if element.get("TargetMode") != "External" and self._target(element).casefold() == part.casefold():
                root.remove(element)
        if not len(root):
            self._package.remove(self.part)
            forget(self._package, self.part)

    def _all(self) -> list[Xml]:
        if self.part not in self._package:
            return []
        return [element for element in self._package.tree(self.part) if element.get("TargetMode") != "External"]

    def _target(self, relation: Xml) -> str:
        return resolve(self._source, relation.get("Target", ""))


def base_of(package: Package) -> str:
    """Return the namespace of relation types that a package uses: strict or transitional."""
    types = [str(element.get("Type", "")) for element in package.tree("_rels/.rels")]
    return STRICT if any(each.startswith(STRICT) for each in types) else TRANSITIONAL


def declare(package: Package, part: str, content_type: str) -> None:
    """Declare the content type of a part."""
    root = package.edit(_TYPES_PART)
    forget(package, part)
    etree.SubElement(root, f"{{{_TYPES}}}Override", {"PartName": f"/{part}", "ContentType": content_type})


def declare_extension(package: Package, extension: str, content_type: str) -> None:
    """Declare the content type of an extension, unless it is declared already."""
    root = package.tree(_TYPES_PART)
    if any((element.get("Extension") or "").casefold() == extension for element in root):
        return
    default = etree.Element(f"{{{_TYPES}}}Default", {"Extension": extension, "ContentType": content_type})
    package.edit(_TYPES_PART).insert(0, default)


def forget(package: Package, part: str) -> None:
    """Remove the declaration of a part's content type."""
    root = package.edit(_TYPES_PART)
    for element in list(root):
        if (element.get("PartName") or "").lstrip("/").casefold() == part.casefold():
            root.remove(element)


def drop_part(package: Package, part: str) -> None:
    """Remove a part, its relations and its declared content type."""
    for item in (part, Relations(package, part).part):
        package.remove(item)
        forget(package, item)


def _kind(relation: Xml) -> str:
    return str(relation.get("Type", "")).rpartition("/")[2]
