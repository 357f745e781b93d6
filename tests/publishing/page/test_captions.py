"""Tables have captions, by which a screen reader lists them, on every kind of published page and answer."""

from datetime import UTC, date, datetime

from domain.catalog.catalog import Catalog
from domain.submissions import SubmissionState
from publishing.figures.formatter import ReportFormatter
from publishing.page.index_pages import published_page
from publishing.publish import render
from publishing.returns.receipt import Receipt
from publishing.returns.submission_page import write_submission_page
from tests.publishing.page.strict_page import StrictPage
from tests.publishing.page.test_index_pages import publication
from tests.publishing.returns.test_submission_page import feedback_of
from tests.publishing.revisions import correction
from warehouse.queries import ReportReply


def test_every_table_has_a_caption(catalog: Catalog, vietnamese: ReportFormatter) -> None:
    """Pages of a revision, the list of publications, a sender's receipt and page."""
    feedback = feedback_of(SubmissionState.QUARANTINED)
    reply = ReportReply(feedback.record, 1, datetime(2025, 6, 2, tzinfo=UTC), (), (), ())
    pages = {
        **{name: page for name, page in render(correction(catalog), catalog, "vi").items() if name.endswith(".html")},
        "index": published_page([publication(catalog, "2025-05")], vietnamese, date(2025, 12, 1)),
        "receipt": Receipt(reply, catalog, "vi").page(),
        "submission": write_submission_page(feedback, vietnamese),
    }
    tables = {name: StrictPage(page.decode()) for name, page in pages.items()}
    assert all("table" in {tag for tag, _ in page.elements} for page in tables.values())
    assert {name: page.tables_without_caption for name, page in tables.items()} == dict.fromkeys(pages, 0)
