"""A template of the written report: a Word document with fields, prepared once and filled for each revision."""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import fields
from difflib import get_close_matches
from typing import Final
from xml.parsers import expat

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError, nodes
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment

from domain.catalog.files import CatalogError
from domain.texts import cut, one_line
from publishing.document.fields import CorrectionField, FigureField, ReportFields, ThemeField, UnitField
from publishing.figures.office import IssuingOffice

_FIELDS: Final = frozenset(field.name for field in fields(ReportFields))
_PARTS: Final = (IssuingOffice, ThemeField, FigureField, UnitField, CorrectionField)
_INNER_FIELDS: Final = frozenset(field.name for part in _PARTS for field in fields(part))
_DATE: Final = (1980, 1, 1, 0, 0, 0)
_MOST_BYTES: Final = 8 * 1024 * 1024
"""Most bytes of a template's unpacked parts: the bundle of another office brings its own template."""
_LONGEST_TEXT: Final = 1_000
_FILLED: Final = re.compile(r"word/(document|footnotes|header\d*|footer\d*)\.xml")
_PROPERTIES: Final = "docProps/core.xml"
_PROPERTIES_XML: Final = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"\
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"\
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>{{ title }} – {{ area }} – {{ period }}</dc:title>\
<dcterms:created xsi:type="dcterms:W3CDTF">{{ published_utc }}</dcterms:created>\
<dcterms:modified xsi:type="dcterms:W3CDTF">{{ published_utc }}</dcterms:modified></cp:coreProperties>"""


class DocumentTemplate:
    """A template whose fields are compiled and whose constant parts are packed.

    docxtpl's own `render` reads, patches and compiles the document for every revision, which takes twenty times as
    long; only its rewriting of the tags is used. Templates are run in a sandbox: that of a bundle comes from others.
    """

    def __init__(self, name: str, data: bytes) -> None:
        """Unpack and compile a template; `name` is its path in the catalogue.

        Raises:
            CatalogError: it is no Word document, or names a field or filter that does not exist.
        """
        self._name = name
        self._environment = ImmutableSandboxedEnvironment(
            autoescape=True, undefined=StrictUndefined, finalize=_text_of_field
        )
        parts = self._unpack(data)
        rewrite = DocxTemplate(io.BytesIO(data)).patch_xml
        sources = {part: rewrite(xml.decode()) for part, xml in parts.items() if _FILLED.fullmatch(part)}
        if _PROPERTIES in parts:
            sources[_PROPERTIES] = _PROPERTIES_XML
        try:
            trees = {part: self._environment.parse(source) for part, source in sources.items()}
            for tree in trees.values():
                self._require_known_names(tree)
            self._filled = {part: self._environment.from_string(tree) for part, tree in trees.items()}
        except TemplateError as problem:
            raise self._error(f"a field cannot be read: {problem.message}", "correct it in Word") from problem
        self._constant = _packed({part: content for part, content in parts.items() if part not in sources})

    def fill(self, shown: ReportFields) -> bytes:
        """Return the document with its fields filled in; the same fields give the same bytes.

        Raises:
            CatalogError: the template cannot be filled in.
        """
        values = {field.name: getattr(shown, field.name) for field in fields(shown)}
        try:
            parts = {part: template.render(values).encode() for part, template in self._filled.items()}
        except (TemplateError, TypeError) as problem:
            raise self._error(f"a field cannot be filled in: {problem}", "correct it in Word") from problem
        for part, xml in parts.items():
            try:
                expat.ParserCreate().Parse(xml, True)  # noqa: FBT003 # expat takes it by position
            except expat.ExpatError as problem:
                remedy = "let {%p …%} stand in a paragraph, {%tr …%} in a table's row of its own"
                raise self._error(f"a tag cuts through {part}: {problem}", remedy) from problem
        return _packed(parts, self._constant)

    def _unpack(self, data: bytes) -> dict[str, bytes]:
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                if sum(part.file_size for part in archive.infolist()) > _MOST_BYTES:
                    raise self._error("it holds more than 8 MB", "make its pictures smaller")
                parts = {part: archive.read(part) for part in archive.namelist()}
        except (
            zipfile.BadZipFile,
            NotImplementedError,  # no stub, what zipfile raises for compression methods that it does not know
            RuntimeError,  # for a part behind a password
        ) as problem:
            raise self._error("it is no Word document", "save it in Word as .docx, without a password") from problem
        if "word/document.xml" not in parts:
            raise self._error("it is no Word document", "save it in Word as .docx")
        return parts

    def _require_known_names(self, tree: nodes.Template) -> None:
        """Refuse names that are neither fields nor set by the template; jinja would say so of those it meets only."""
        wrong = sorted(find_undeclared_variables(tree) - _FIELDS) + sorted(set(_attributes(tree)) - _INNER_FIELDS)
        if wrong:
            near = get_close_matches(wrong[0], _FIELDS | _INNER_FIELDS, n=1)
            meant = f"; did you mean {near[0]}?" if near else ""
            raise self._error(f"there is no field {wrong[0]!r}{meant}", "docs/documents.md lists the fields")

    def _error(self, problem: str, remedy: str) -> CatalogError:
        return CatalogError(self._name, problem, remedy)


def _attributes(tree: nodes.Template) -> Iterator[str]:
    """Yield the names behind dots, those of `loop` left out."""
    for node in tree.find_all(nodes.Getattr):
        if not (isinstance(node.node, nodes.Name) and node.node.name == "loop"):
            yield node.attr


def _text_of_field(value: object) -> object:
    """Return a text as a document shows it: on one line, nothing in it acts, and of a length that a page holds."""
    return cut(one_line(value), _LONGEST_TEXT) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _packed(parts: Mapping[str, bytes], before: bytes = b"") -> bytes:
    """Return a zip of the parts, behind those of the zip `before`; all have one date."""
    out = io.BytesIO(before)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return out.getvalue()
