"""Texts of communes are data in every published file: one list of texts, walked through all outputs of a revision."""

import csv
import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from pyarrow import BufferReader, parquet

from domain.catalog.catalog import Catalog
from domain.issues import Issue, Severity
from domain.rollups import ChangeKind, ReportingState
from domain.texts import visible
from domain.waivers import OpenWarning
from publishing.data.data_columns import ROLLUP
from publishing.data.package_files import package_files
from publishing.data.revisions_feed import FeedEntry, write_feed
from publishing.data.sdmx_csv import write_sdmx_csv
from publishing.data.sdmx_structure import write_structure
from publishing.data.table_files import DataTable, arrow_table, write_excel_csv, write_parquet, write_plain_csv
from publishing.editions import EDITION
from publishing.publish import render
from tests.hostile_texts import ACTING, HOSTILE_TEXTS
from tests.publishing.data.test_changes_and_feed import head_of
from tests.publishing.data.test_sdmx import FIGURE
from tests.publishing.page.strict_page import StrictPage
from tests.publishing.revisions import build_revision, correction
from tests.publishing.site.sites import PublishedFolder, links_of, small_revision
from warehouse.queries import FigureWarning, Revision
from web.api.answers import ApiAbsentUnit

AT_ONCE = 13
TEXTS = list(HOSTILE_TEXTS.values())
GROUPS = [TEXTS[first : first + AT_ONCE] for first in range(0, len(TEXTS), AT_ONCE)]
"""Texts that one revision holds, each at many places: units, notes, files, sheets, cells, warnings.

As no place holds thirteen, or a divisor of it, of what others wrote, each text comes to every kind of place.
"""

Files = dict[str, bytes]


def holding(revision: Revision, texts: Sequence[str]) -> Revision:
    """Put the texts, one after another, wherever a revision holds what others wrote."""
    more = cycle(texts)
    contributions = tuple(
        each._replace(
            unit_name=next(more),
            file=replace(each.file, file_name=next(more)),
            sources=tuple(cell._replace(sheet=next(more), cell=next(more)) for cell in each.sources),
        )
        for each in revision.contributions
    )
    first = contributions[0]
    warnings = tuple(
        FigureWarning(
            first.indicator,
            first.unit,
            text,
            first.period,
            OpenWarning(
                Issue("text_where_number", Severity.WARNING, text, text, text, text, facts={"label": text}), None
            ),
        )
        for text in texts
    )
    return replace(
        revision,
        area_name=" ".join(text[:200] for text in texts),
        rows=tuple(replace(row, notes=next(more)) for row in revision.rows),
        units=tuple(
            unit._replace(name=next(more), file=unit.file and replace(unit.file, file_name=next(more)))
            for unit in revision.units
        ),
        contributions=contributions,
        asked=warnings,
        file_names={sha256: next(more) for sha256 in revision.file_names},
    )


def outputs(catalog: Catalog, texts: Sequence[str], root: Path) -> Files:
    """Make every published file of revisions that hold the texts: files of a revision, of the site, of the data."""
    corrected = replace(correction(catalog), units=build_revision(catalog, missing={"22831"}).units)
    files = dict(render(holding(corrected, texts), catalog, "vi", EDITION))
    folder = PublishedFolder(root, catalog).publish(holding(small_revision(catalog), texts))
    folder.build()
    files |= {name: data for name, data in folder.pages().items() if "/report" not in name}
    heads = [head_of(corrected, area_name=text, area=str(number)) for number, text in enumerate(texts)]
    table = DataTable(
        ROLLUP, [tuple({**FIGURE, "notes": visible(text)}.get(column.name) for column in ROLLUP) for text in texts]
    )
    headings = [column.name for column in ROLLUP]
    absent = [
        ApiAbsentUnit(unit="1", unit_name=text, period="2025-05", state=ReportingState.MISSING).model_dump(mode="json")
        for text in texts
    ]
    return {
        **files,
        "data.parquet": write_parquet(arrow_table(table)),
        "plain_data.csv": write_plain_csv(table).whole,
        "excel_data.csv": write_excel_csv(table, headings, {True: "có", False: "không"}).whole,
        "plain_sdmx.csv": write_sdmx_csv(table).whole,
        "structure.xml": write_structure(catalog, heads, {}),
        "revisions.atom": write_feed([FeedEntry(head, "p", ChangeKind.FIRST) for head in heads], catalog, "vi"),
        "api.json": json.dumps(absent).encode(),
        **{str(path): data for path, data in package_files(catalog, "vi", {}).items()},
    }


@pytest.fixture(scope="module")
def harmless(catalog: Catalog, tmp_path_factory: pytest.TempPathFactory) -> dict[int, Files]:
    """Return the files of harmless texts, by how many texts there are."""
    sizes = {len(group) for group in GROUPS}
    return {
        size: outputs(catalog, [f"x{number}" for number in range(size)], tmp_path_factory.mktemp("harmless"))
        for size in sizes
    }


def page(data: bytes, plain: bytes) -> None:
    """A page has the same elements and addresses, and no script of its own."""
    shown, plainly = StrictPage(data.decode()), StrictPage(plain.decode())
    assert not shown.problems
    assert [tag for tag, _ in shown.elements] == [tag for tag, _ in plainly.elements]
    assert Counter(links_of(shown)) == Counter(links_of(plainly))
    assert not [name for _, facts in shown.elements for name in facts if name.startswith("on")]
    visible_only(data, plain)


def workbook(data: bytes, _plain: bytes) -> None:
    """No cell is a formula or a link."""
    cells = [cell for sheet in openpyxl.load_workbook(io.BytesIO(data)) for row in sheet.iter_rows() for cell in row]
    assert [cell for cell in cells if cell.data_type == "f" or cell.hyperlink] == []
    assert not ACTING.intersection("".join(cell.value for cell in cells if isinstance(cell.value, str)))


def document(data: bytes, plain: bytes) -> None:
    """Each part has the same elements: no field, link or markup is added."""
    texts, tags = zip(*map(_document_parts, (data, plain)), strict=True)
    assert tags[0] == tags[1]
    assert not ACTING.intersection("".join(texts[0]))


def document_words(data: bytes) -> list[str]:
    """Return the words of a Word document, by run."""
    return _document_parts(data)[0]


def _document_parts(data: bytes) -> tuple[list[str], dict[str, list[str]]]:
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        read = {name: parts.read(name).decode() for name in parts.namelist()}
    words = re.findall(r"<w:t[^>]*>([^<]*)", read["word/document.xml"])
    return words, {name: re.findall(r"<[/?]?[\w:]+", text) for name, text in read.items()}


def table(data: bytes, plain: bytes) -> None:
    """A file has as many rows; where spreadsheets open it, none begins as a formula does."""
    rows, plainly = (list(csv.reader(io.StringIO(each.decode("utf-8-sig"), newline=""))) for each in (data, plain))
    assert len(rows) == len(plainly)
    visible_only(data.replace(b"\r\n", b"\n"), plain)


def spreadsheet(data: bytes, plain: bytes) -> None:
    """A file that spreadsheets open begins no cell as a formula does, but for codes written as `="01"`."""
    delimiter = ";" if b";" in data.partition(b"\n")[0] else ","
    cells = [
        cell
        for row in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter)
        for cell in row
        if not re.fullmatch(r'="[\w.-]+"|-?[\d.,]+', cell)
    ]
    assert [cell for cell in cells if cell.lstrip().startswith(tuple("=+-@|%"))] == []
    visible_only(data.replace(b"\r\n", b"\n"), plain)


def visible_only(data: bytes, _plain: bytes) -> None:
    """No character acts."""
    assert not ACTING.intersection(data.decode())


def parsed_json(data: bytes, plain: bytes) -> None:
    """The same keys, and no character that acts in any text."""
    assert re.findall(r'"\w+":', json.dumps(json.loads(data))) == re.findall(r'"\w+":', json.dumps(json.loads(plain)))
    visible_only(json.dumps(json.loads(data), ensure_ascii=False).replace("\\n", " ").encode(), plain)


def xml(data: bytes, plain: bytes) -> None:
    """The same elements with the same attributes' names."""
    elements, plainly = (
        [(each.tag, sorted(each.attrib)) for each in ET.fromstring(text).iter()]  # noqa: S314 # made by ourselves
        for text in (data, plain)
    )
    assert elements == plainly
    visible_only(data, plain)


def arrow(data: bytes, plain: bytes) -> None:
    """As many rows, of visible texts."""
    notes = parquet.read_table(BufferReader(data)).column("notes").to_pylist()
    assert len(notes) == parquet.read_metadata(BufferReader(plain)).num_rows
    assert not ACTING.intersection("".join(notes))


CHECKS: dict[str, Callable[[bytes, bytes], None]] = {
    ".html": page,
    ".xlsx": workbook,
    ".docx": document,
    "rollup.csv": spreadsheet,
    "excel_data.csv": spreadsheet,
    ".csv": table,
    ".json": parsed_json,
    ".atom": xml,
    ".xml": xml,
    ".parquet": arrow,
    ".js": visible_only,
    ".css": visible_only,
    ".md": visible_only,
}
"""The check of each kind of file, by how its name ends, the closest first: a kind without one fails."""


@pytest.mark.parametrize("texts", GROUPS)
def test_every_published_file_holds_texts_as_data(
    texts: list[str], catalog: Catalog, harmless: dict[int, Files], tmp_path: Path
) -> None:
    """No text becomes a formula, link, script or markup in any published file, and no file is without a check."""
    plain = harmless[len(texts)]
    files = outputs(catalog, texts, tmp_path)
    assert files.keys() == plain.keys()
    for name, data in files.items():
        check = next(check for end, check in CHECKS.items() if name.endswith(end))
        try:
            check(data, plain[name])
        except AssertionError as error:
            error.add_note(name)
            raise
