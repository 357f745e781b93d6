"""Numbers in Vietnamese texts have a comma before decimals, in every output that people read."""

import io
import re
from datetime import UTC, datetime
from pathlib import Path

import openpyxl

from domain.catalog.catalog import Catalog
from domain.issues import Repair
from domain.submissions import SubmissionState
from publishing.publish import render
from publishing.returns.receipt import Receipt
from tests.publishing.page.strict_page import StrictPage
from tests.publishing.returns.test_submission_page import feedback_of
from tests.publishing.revisions import correction
from tests.publishing.site.sites import PublishedFolder, small_revision
from tests.publishing.test_hostile_texts import document_words
from warehouse.queries import ReportReply

POINT = re.compile(r"\d\.\d{1,2}(?!\d)\S*")
"""A point that is no thousands mark, which has three digits after it."""


def test_files_of_a_revision(catalog: Catalog) -> None:
    """Pages, written report and the texts of the workbook."""
    files = render(correction(catalog), catalog, "vi")
    texts = [StrictPage(files[name].decode()).words for name in ("report.html", "leader.vi.html")]
    texts += document_words(files["report.docx"])
    sheets = openpyxl.load_workbook(io.BytesIO(files["rollup.xlsx"])).worksheets
    texts += [
        cell.value for sheet in sheets for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)
    ]
    assert [match for text in texts for match in POINT.findall(text)] == []
    assert POINT.search("97.2%")


def test_pages_of_the_site(catalog: Catalog, tmp_path: Path) -> None:
    """Every Vietnamese page, with changes of a revision."""
    folder = PublishedFolder(tmp_path, catalog).publish(small_revision(catalog), small_revision(catalog, number=2))
    folder.build()
    pages = {
        name: StrictPage(data.decode()).words for name, data in folder.pages().items() if name.endswith(".vi.html")
    }
    assert len(pages) > 10
    assert {name: match for name, words in pages.items() if (match := POINT.findall(words))} == {}


def test_answers_to_senders(catalog: Catalog) -> None:
    """The note and page of a receipt, with a number that was read as it is shown."""
    record = feedback_of(SubmissionState.ACCEPTED).record
    repairs = (Repair("float_noise", "Biểu 01-T", "D12", "0,30000000000000004", "0.3"),)
    at = datetime(2025, 6, 2, tzinfo=UTC)
    receipt = Receipt(ReportReply(record, 1, at, (), repairs, ()), catalog, "vi")
    assert POINT.findall(receipt.note().decode("utf-8-sig")) == []
    assert POINT.findall(StrictPage(receipt.page().decode()).words) == []
