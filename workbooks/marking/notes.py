"""Classic notes of a sheet: adding blocks to new or existing notes, and removing them."""

from lxml import etree

from workbooks.marking.note_text import AUTHOR, has_block, is_all_ours, ours_in
from workbooks.marking.package import Xml

_RUN = (
    '<r xmlns="{ns}"><rPr>{bold}<sz val="9"/><color indexed="81"/><rFont val="Tahoma"/><family val="2"/></rPr>'
    '<t xml:space="preserve"/></r>'
)
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


class NotesPart:
    """The notes part of a sheet, edited in place."""

    def __init__(self, root: Xml) -> None:
        """Index the notes by cell."""
        self._namespace = etree.QName(root).namespace or ""
        self._root = root
        self._list = self._child(root, "commentList")
        self.by_cell: dict[str, Xml] = {item.get("ref", ""): item for item in self._list}

    @property
    def is_empty(self) -> bool:
        """Return whether there are no notes."""
        return not len(self._list)

    @property
    def has_ours(self) -> bool:
        """Return whether any note contains a block of the pipeline."""
        return any(has_block(_text(note, self._name("t"))) for note in self._list)

    def add(self, cell: str, lines: tuple[str, str]) -> bool:
        """Append a block to a cell's note, creating the note if needed.

        Returns:
            Whether the note is new and needs a shape.
        """
        note = self.by_cell.get(cell)
        is_new = note is None
        if note is None:
            note = etree.SubElement(self._list, self._name("comment"), {"ref": cell, "authorId": self._author()})
            self.by_cell[cell] = note
        text = self._child(note, "text")
        self._as_runs(text)
        heading, body = lines
        for content, is_bold in (("" if is_new else "\n\n") + heading, True), (body, False):
            self._add_run(text, content, is_bold=is_bold)
        return is_new

    def clean(self) -> tuple[str, ...]:
        """Remove all blocks of the pipeline.

        Returns:
            Cells whose note was removed.
        """
        gone: list[str] = []
        for cell, note in list(self.by_cell.items()):
            text = _text(note, self._name("t"))
            if is_all_ours(text):
                self._list.remove(note)
                del self.by_cell[cell]
                gone.append(cell)
            elif has_block(text):
                _cut(list(note.iter(self._name("t"))))
        return tuple(gone)

    def _add_run(self, text: Xml, content: str, *, is_bold: bool) -> None:
        run = etree.fromstring(_RUN.format(ns=self._namespace, bold="<b/>" if is_bold else ""))
        run[1].text = content
        last = [element for element in text if element.tag in {self._name("t"), self._name("r")}]
        text.insert(text.index(last[-1]) + 1 if last else 0, run)

    def _as_runs(self, text: Xml) -> None:
        """Convert plain text into a run: a text has either plain text or runs."""
        plain = text.find(self._name("t"))
        if plain is not None:
            run = etree.Element(self._name("r"))
            text.replace(plain, run)
            run.append(plain)
            plain.set(_SPACE, "preserve")

    def _author(self) -> str:
        authors = self._child(self._root, "authors")
        for number, item in enumerate(authors):
            if item.text == AUTHOR:
                return str(number)
        etree.SubElement(authors, self._name("author")).text = AUTHOR
        return str(len(authors) - 1)

    def _child(self, parent: Xml, name: str) -> Xml:
        result = parent.find(self._name(name))
        if result is None:
            result = etree.SubElement(parent, self._name(name))
            if name == "authors":
                parent.insert(0, result)
        return result

    def _name(self, local: str) -> str:
        return f"{{{self._namespace}}}{local}"


def _text(note: Xml, name: str) -> str:
    return "".join(element.text or "" for element in note.iter(name))


def _cut(elements: list[Xml]) -> None:
    """Remove the pipeline's blocks from a text that is split over several elements."""
    spans = ours_in("".join(element.text or "" for element in elements))
    begin = 0
    for element in elements:
        text = element.text or ""
        kept = (letter for at, letter in enumerate(text, begin) if not any(low <= at < high for low, high in spans))
        element.text = "".join(kept)
        begin += len(text)
