"""The written report: a Word document from the catalogue's template in the language of the publication."""

from functools import lru_cache
from pathlib import Path

from domain.catalog.catalog import SHIPPED, Catalog
from domain.texts import Lang
from publishing.document.fields import fields_of
from publishing.document.template import DocumentTemplate
from publishing.figures.formatter import ReportFormatter
from publishing.figures.report import Report


def write_document(report: Report, formatter: ReportFormatter) -> bytes:
    """Write the document; its bytes depend on report, formatter and template only.

    Raises:
        CatalogError: the template cannot be used.
    """
    catalog = formatter.catalog
    return _template(catalog.root, catalog.version, formatter.lang).fill(fields_of(report, formatter))


def check_templates(catalog: Catalog) -> tuple[str, ...]:
    """Prepare the templates of both languages and return their paths in the catalogue.

    Raises:
        CatalogError: a template cannot be used; the message names file, problem and remedy.
    """
    languages: tuple[Lang, ...] = ("vi", "en")
    for lang in languages:
        _template(catalog.root, catalog.version, lang)
    return tuple(_name(lang) for lang in languages)


@lru_cache(maxsize=4)
def _template(root: Path, version: str, lang: Lang) -> DocumentTemplate:  # noqa: ARG001 # another version, other bytes
    """Return the template of a catalogue; one that has none, such as that of an earlier version, takes the shipped."""
    own = root / _name(lang)
    path = own if own.is_file() else SHIPPED / _name(lang)
    return DocumentTemplate(_name(lang), path.read_bytes())


def _name(lang: Lang) -> str:
    return f"documents/report.{lang}.docx"
