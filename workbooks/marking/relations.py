"""How parts point at each other, and what kind of content each one declares."""

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
    """A part to be made: the pattern of its name (see `Package.unused`), its bytes and what they are."""

    pattern: str
    content: bytes
    content_type: str


class Relations:
    """The relations of one part ("": of the package itself)."""

    def __init__(self, package: Package, source: str) -> None:
        """Belong to a part, whether it has relations yet or not."""
        folder, name = posixpath.split(source)
        self._package = package
        self._source = source
        self.part = posixpath.join(folder, "_rels", f"{name}.rels")

    def targets(self, kind: str) -> list[str]:
        """Parts that relations of a kind ("comments") point at, in their order."""
        return [self._target(deployment) for deployment in self._all() if _kind(deployment) == kind]

    def existing(self, *kinds: str) -> str | None:
        """The first part there is that a relation of one of these kinds points at, or None."""
        return next((target for kind in kinds for target in self.targets(kind) if target in self._package), None)

    def everything(self) -> list[str]:
        """Parts that any relation points at."""
        return [self._target(deployment) for deployment in self._all()]

    def target(self, identity: str) -> str | None:
        """The part a relation of that id points at, or None."""
        return next((self._target(deployment) for deployment in self._all() if deployment.get("Id") == identity), None)

    def add(self, kind: str, part: str, base: str) -> str:
        """Point at a part by a relation of a kind, its type in the namespace `base`; the relation's id."""
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
        """Put a new part into the package and point at it; its name, and the relation's id."""
        part = self._package.unused(new.pattern)
        self._package.write(part, new.content)
        declare(self._package, part, new.content_type)
        return part, self.add(kind, part, base)

    def drop(self, part: str) -> None:
        """Point at a part no more; relations that are then none are left out as a part."""
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
    """The namespace of relation types that a package uses: that of the strict format, or the usual one."""
    types = [str(element.get("Type", "")) for element in package.tree("_rels/.rels")]
    return STRICT if any(each.startswith(STRICT) for each in types) else TRANSITIONAL


def declare(package: Package, part: str, content_type: str) -> None:
    """Say what a part's content is."""
    root = package.edit(_TYPES_PART)
    forget(package, part)
    etree.SubElement(root, f"{{{_TYPES}}}Override", {"PartName": f"/{part}", "ContentType": content_type})


def declare_extension(package: Package, extension: str, content_type: str) -> None:
    """Say what parts whose name ends so contain, unless that is said already."""
    root = package.tree(_TYPES_PART)
    if any((element.get("Extension") or "").casefold() == extension for element in root):
        return
    default = etree.Element(f"{{{_TYPES}}}Default", {"Extension": extension, "ContentType": content_type})
    package.edit(_TYPES_PART).insert(0, default)


def forget(package: Package, part: str) -> None:
    """Say nothing any more of what a part's content is."""
    root = package.edit(_TYPES_PART)
    for element in list(root):
        if (element.get("PartName") or "").lstrip("/").casefold() == part.casefold():
            root.remove(element)


def drop_part(package: Package, part: str) -> None:
    """Leave a part out, with its relations and what is said of its content."""
    for item in (part, Relations(package, part).part):
        package.remove(item)
        forget(package, item)


def _kind(relation: Xml) -> str:
    return str(relation.get("Type", "")).rpartition("/")[2]
