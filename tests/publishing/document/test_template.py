"""Templates of a deployment: what is refused, with file and remedy, and what may not be reached from one."""

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import docx
import pytest

from domain.catalog.catalog import SHIPPED, Catalog, CatalogError
from publishing.document.fields import fields_of
from publishing.document.report_document import check_templates
from publishing.document.template import DocumentTemplate
from publishing.figures.assemble import assemble
from publishing.figures.formatter import ReportFormatter
from warehouse.queries import Revision

NAME = "documents/report.vi.docx"


def template_of(*lines: str) -> bytes:
    """Return a Word document with these paragraphs."""
    document, out = docx.Document(), io.BytesIO()
    for line in lines:
        document.add_paragraph(line)
    document.save(out)
    return out.getvalue()


def test_shipped_templates_can_be_used(catalog: Catalog) -> None:
    """Both templates of the catalogue are prepared without complaint."""
    assert check_templates(catalog) == ("documents/report.vi.docx", "documents/report.en.docx")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{{ peroid }}", "there is no field 'peroid'; did you mean period?"),
        ("{% for theme in themes %}{{ theme.nmae }}{% endfor %}", "there is no field 'nmae'; did you mean name?"),
        ("{% if never %}{{ area }}{% endif %}", "there is no field 'never'"),
        ("{{ area.__class__ }}", "there is no field '__class__'"),
        ("{{ area|shout }}", "No filter named 'shout'"),
        ("{{ area", "a field cannot be read"),
        ("{% for theme in themes %}", "a field cannot be read"),
    ],
)
def test_unknown_field_is_refused_with_file_and_remedy(line: str, problem: str) -> None:
    """A template is refused when it is prepared, also for what no revision would reach."""
    with pytest.raises(CatalogError) as refused:
        DocumentTemplate(NAME, template_of(line))
    assert problem in refused.value.problem
    assert refused.value.file == NAME
    assert refused.value.remedy


@pytest.mark.parametrize("data", [b"", b"no zip", (SHIPPED / "targets" / "targets.csv").read_bytes()])
def test_other_files_are_no_templates(data: bytes) -> None:
    """What is no Word document is refused by name."""
    with pytest.raises(CatalogError, match="it is no Word document"):
        DocumentTemplate(NAME, data)


def test_bomb_is_refused_before_it_is_unpacked() -> None:
    """The template of a bundle comes from others."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("word/document.xml", b" " * 9_000_000)
    with pytest.raises(CatalogError, match="more than 8 MB"):
        DocumentTemplate(NAME, out.getvalue())


def test_own_template_is_filled(vietnamese: ReportFormatter, revision: Revision) -> None:
    """A deployment's template is filled with the same fields."""
    template = DocumentTemplate(NAME, template_of("{{ area }}: {{ headlines[0].value }}"))
    shown = fields_of(assemble(revision, vietnamese), vietnamese)
    filled = docx.Document(io.BytesIO(template.fill(shown)))
    assert filled.paragraphs[0].text == f"Huyện Ninh Sơn: {shown.headlines[0].value}"


def test_field_without_a_value_is_reported(vietnamese: ReportFormatter, revision: Revision) -> None:
    """A name that exists, but not there, is reported with the file when the document is written."""
    template = DocumentTemplate(NAME, template_of("{{ office.state }}"))
    with pytest.raises(CatalogError, match="cannot be filled in"):
        template.fill(fields_of(assemble(revision, vietnamese), vietnamese))


def test_tag_that_cuts_through_the_markup_is_reported(vietnamese: ReportFormatter, revision: Revision) -> None:
    """A condition that begins before a table and ends in it would leave a file that Word cannot open."""
    document, out = docx.Document(), io.BytesIO()
    document.add_paragraph("{% if not is_first %}")
    document.add_table(1, 1).cell(0, 0).text = "{% endif %}"
    document.save(out)
    template = DocumentTemplate(NAME, out.getvalue())
    with pytest.raises(CatalogError, match=r"cuts through word/document\.xml"):
        template.fill(fields_of(assemble(revision, vietnamese), vietnamese))


def test_catalogue_without_templates_takes_the_shipped(catalog: Catalog, tmp_path: Path) -> None:
    """A catalogue made for an earlier version has none."""
    assert check_templates(replace(catalog, root=tmp_path, version="without"))
