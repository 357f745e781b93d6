"""A delivery of several reports is answered with a list of them."""

from dataclasses import replace

from domain.catalog.catalog import Catalog
from domain.submissions import SubmissionState
from publishing.returns.receipt import Receipt, list_outcomes
from tests.publishing.returns.test_submission_page import WHEN, feedback_of
from warehouse.queries import ReportReply


def test_each_report_has_its_line_and_outcome(catalog: Catalog) -> None:
    """Unit, period and outcome of every report are named, in words, in a text that opens on Windows."""
    record = feedback_of(SubmissionState.QUARANTINED).record
    other = replace(record, unit="22816", unit_name="Xã Hòa Sơn", state=SubmissionState.ACCEPTED)
    receipts = [Receipt(ReportReply(each, 1, WHEN, (), (), ()), catalog, "vi") for each in (record, other)]
    content = list_outcomes(receipts)
    assert content.startswith(b"\xef\xbb\xbf")
    lines = content.decode("utf-8-sig").split("\r\n")
    assert lines[0] == f"KẾT QUẢ TỪNG BÁO CÁO TRONG TỆP {record.file.file_name.upper()} (2 BÁO CÁO)"
    assert lines[2].startswith(f"1. {record.unit_name} ({record.unit}) – ")
    assert lines[3] == f"   → {receipts[0].lead}"
    assert lines[4].startswith("2. Xã Hòa Sơn (22816)")
    assert lines[5] == f"   → {receipts[1].lead}"
    assert receipts[0].lead != receipts[1].lead
