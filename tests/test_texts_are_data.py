"""File names and cells are data in every kind of output: they act nowhere, and they forge nothing.

Published files are walked in tests/publishing/test_hostile_texts.py, with the same list of texts.
"""

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

import openpyxl
import pytest
from markdown_it import MarkdownIt
from starlette.requests import Request

from cli.output.as_json import print_json
from cli.output.run_report import show_run
from cli.output.terminal import Terminal
from connectors.replies.mail import OutgoingMail, message_of
from connectors.replies.smtp import SmtpServer
from domain.authorisations import UploadLink
from domain.catalog.catalog import Catalog
from domain.issues import Issue, Repair, Severity
from domain.submissions import ParsedReport, SubmissionState
from expectations.kept_results import NightlyResults, Tally
from expectations.run_page import write_run_page
from flows.actions.check_files import CheckedFile
from flows.actions.upload_checks import Verdict
from flows.actions.uploads import UploadDraft
from flows.pipeline.outcome import RunOutcome, SubmissionOutcome
from flows.pipeline.returned_names import stem_of
from flows.presentation import prefect_artifacts
from flows.presentation.links import Links
from flows.presentation.markdown import link, plain
from flows.presentation.message_formatter import MessageFormatter
from flows.presentation.notices import FailedRun, RefusedReport, of_refused, of_run, send
from flows.support.logs import log_to_file
from flows.support.masking import log_line
from flows.support.named_files import NamedFile
from flows.support.service_settings import ServiceSettings
from publishing.figures.formatter import ReportFormatter
from publishing.returns.receipt import Receipt, list_outcomes
from publishing.returns.submission_page import write_submission_page
from tests.expectations.test_run_pages import ROW
from tests.hostile_texts import ACTING, HOSTILE_TEXTS
from tests.publishing.page.strict_page import StrictPage
from tests.publishing.returns.test_submission_page import feedback_of
from tests.workbooks.container.strict_package import faults_of
from tests.workbooks.workbook_edits import save
from warehouse.queries import ReportReply
from warehouse.queries.authorisations import AuthorisationChange
from warehouse.queries.uploads import UploadLinkRecord
from web.desk.kept_pages import OfficeFile
from web.desk.page import DeskPage
from web.upload.pages import UploadPage
from workbooks.identify.hints import Hints
from workbooks.marking.annotate import annotate
from workbooks.marking.mark_removal import read_without_marks
from workbooks.text.catalog_cache import cached_per_catalog

pytestmark = pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
AT = datetime(2025, 6, 2, 18, tzinfo=UTC)


def issue_about(text: str) -> Issue:
    """Build an issue about a cell that holds the text, on a sheet named by it."""
    return Issue("text_where_number", Severity.CRITICAL, text[:31], "E15", text, text, facts={"label": text})


def outcome_about(text: str) -> RunOutcome:
    """Build a run that refused a file of this name."""
    return RunOutcome("run", (SubmissionOutcome(1, text, None, None, accepted=False, issues=(issue_about(text),)),))


def assert_visible(shown: str) -> None:
    """Assert that no acting character is left."""
    assert not ACTING.intersection(shown)


def test_markdown_reads_a_text_as_it_stands(text: str) -> None:
    """As a document, and within a table and a link, it is one paragraph of nothing but text."""
    for document in (plain(text), f"{plain(text)} x", link(text, "")):
        tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(document)
        assert [token.type for token in tokens] in (["paragraph_open", "inline", "paragraph_close"], [])
        children = [child for token in tokens for child in token.children or ()]
        assert {child.type for child in children} <= {"text", "text_special"}
    assert "://" not in plain(text).replace("\\://", "")
    assert_visible(plain(text))


def test_only_web_addresses_are_linked(text: str) -> None:
    """An address that a text slipped into stays one address; a text itself is none."""
    assert link("w", f"javascript:{text}") == "w"
    address = Links("http://host/p").published(text, text)
    (inline,) = [token for token in MarkdownIt().parse(f"| {link('w', address)} |") if token.type == "inline"]
    kinds = [child.type for child in inline.children or ()]
    assert (kinds.count("link_open"), len(address.split())) == (1, 1)


def test_artifacts_of_prefect(text: str, catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every cell of a table and every description is Markdown in Prefect's pages: each holds text alone."""
    written: list[Any] = []
    monkeypatch.setattr(prefect_artifacts, "create_table_artifact", lambda **facts: written.append(facts))
    messages = MessageFormatter(catalog, "vi")
    prefect_artifacts.show_table(messages.table(outcome_about(text).refused), text, prefect_artifacts.TABLE)
    ((row,), description) = written[0]["table"], written[0]["description"]
    for cell in (*row.values(), description):
        tokens = MarkdownIt("commonmark").parse(cell)
        assert {token.type for token in tokens} <= {"paragraph_open", "inline", "paragraph_close"}
        assert_visible(cell)


def test_terminal(text: str, catalog: Catalog, capsys: pytest.CaptureFixture[str]) -> None:
    """A run's outcome keeps its lines, whatever the file's name and its cells hold."""
    terminal = Terminal(catalog, "vi")
    terminal.console.width = 100_000
    show_run(terminal, outcome_about(text))
    terminal.print_path(Path(text))
    terminal.bullet("•", text)
    shown = capsys.readouterr().out
    assert_visible(shown)
    show_run(terminal, outcome_about("bc.xlsx"))
    assert len(shown.splitlines()) == len(capsys.readouterr().out.splitlines()) + 2


def test_json_on_a_terminal(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Programs get the text whole, the terminal nothing to obey."""
    print_json({"file": text})
    shown = capsys.readouterr().out
    assert_visible(shown)
    assert json.loads(shown) == {"file": text}


def test_mail(text: str, catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text forges no header, no line and no signature, and the mail stays short."""
    sent: list[EmailMessage] = []
    monkeypatch.setattr(SmtpServer, "send", lambda _server, message: sent.append(message))
    record = replace(feedback_of(SubmissionState.QUARANTINED).record, unit=None, unit_name=None)
    refused = RefusedReport(replace(record, file=replace(record.file, file_name=text)), (issue_about(text),))
    messages, settings = MessageFormatter(catalog, "vi"), ServiceSettings(mail_host="h", mail_to=("an@x.vn",))
    ended = FailedRun("nightly", "Failed", text, "http://h")
    for notice in (of_refused(messages, "nightly", [refused], "http://h"), of_run(messages, ended, [refused])):
        send(settings, notice)
        received = message_from_bytes(sent[-1].as_bytes(), policy=policy.default)
        body = received.get_content()
        assert sorted(received.keys()) == sorted(sent[-1].keys())
        assert "Bcc" not in received
        assert body.splitlines().count("-- ") == 1
        assert_visible(body + received["Subject"])
        assert len(sent[-1].as_bytes()) < 60_000


def test_log(text: str, tmp_path: Path) -> None:
    """A record stays within its line and is still read as it was."""
    log_to_file(tmp_path, AT)
    try:
        logging.getLogger("flows").warning("lost %s", text, extra={"unit": text})
    finally:
        for handler in [each for each in logging.getLogger("flows").handlers if isinstance(each, logging.FileHandler)]:
            logging.getLogger("flows").removeHandler(handler)
            handler.close()
    (written,) = next(tmp_path.glob("*.jsonl")).read_text("utf-8").splitlines()
    assert_visible(written)
    assert json.loads(written)["event"] == log_line(f"lost {text}")
    assert "\n" not in log_line(text)


def receipt_about(text: str, catalog: Catalog) -> Receipt:
    """Make the receipt of a refused report."""
    record = feedback_of(SubmissionState.QUARANTINED).record
    record = replace(record, file=replace(record.file, file_name=text))
    reply = ReportReply(
        record, 1, AT, (issue_about(text),), (Repair("thousands_dot", text[:31], "D12", text, text),), ()
    )
    return Receipt(reply, catalog, "vi", text)


def test_note(text: str, catalog: Catalog) -> None:
    """The note in plain text keeps its lines."""
    note, harmless = (receipt_about(each, catalog).note().decode("utf-8-sig") for each in (text, "x"))
    assert len(note.splitlines()) == len(harmless.splitlines())
    assert_visible(note.replace("\r\n", "\n"))


def test_list_of_outcomes(text: str, catalog: Catalog) -> None:
    """The list that answers a file of many reports keeps its lines."""
    shown, harmless = (list_outcomes([receipt_about(each, catalog)]).decode("utf-8-sig") for each in (text, "x"))
    assert len(shown.splitlines()) == len(harmless.splitlines())
    assert_visible(shown.replace("\r\n", "\n"))


def test_reply_by_mail(text: str, catalog: Catalog) -> None:
    """The subject of the mail that is replied to, and the name of the file in it, forge no header and no part."""
    files = {f"{stem_of(PurePosixPath(text).name)}.xlsx": b"PK"}
    body = receipt_about(text, catalog).note().decode("utf-8-sig")
    mail = OutgoingMail("xa@x.vn", "<1@x.vn>", "<0@x.vn>", text, body, files)
    received = message_from_bytes(message_of(mail, "an@x.vn", None, AT).as_bytes(), policy=policy.default)
    assert "Bcc" not in received
    assert received.keys().count("Subject") == 1
    assert next(part.get_content_type() for part in received.iter_parts()) == "text/plain"
    (attached,) = received.iter_attachments()
    assert_visible((attached.get_filename() or "") + received["Subject"])


def pages_about(text: str, catalog: Catalog) -> Iterator[str]:
    """Render every kind of page with the text in it."""
    formatter = ReportFormatter(catalog, "vi")
    feedback = feedback_of(SubmissionState.QUARANTINED, issue_about(text), path=text, sender=text, unit=None)
    record = replace(feedback.record, file=replace(feedback.record.file, file_name=text))
    yield write_submission_page(replace(feedback, record=record), formatter).decode()
    yield receipt_about(text, catalog).page().decode()
    row = {**ROW, "who": text, "found": text, "sheet": text, "cell": text}
    rules = {"not_negative": Tally(1, (row,))}
    results = NightlyResults("run-1", AT, 1, ("1.json",), rules)
    yield write_run_page(results, catalog.rules, "vi", lambda name: catalog.texts.text(f"expectations.{name}", "vi"))
    draft = UploadDraft("1", 1, "22813", text, Path("bc.xlsx"), AT)
    issues, repairs = (issue_about(text),), (Repair("thousands_dot", text[:31], "D12", text, text),)
    read = ParsedReport(None, None, None, None, repairs=repairs, issues=issues)
    link = UploadLinkRecord(
        1, UploadLink("22813", AT.date(), AT.date(), AT.date()), AuthorisationChange(text, "an", AT), None
    )
    upload = UploadPage(catalog, "vi", "token", "")
    yield upload.render(
        "draft.html.j2",
        link=link,
        name="Xã Lâm Sơn",
        draft=draft,
        checked=CheckedFile(NamedFile(draft.path, Hints(text)), read, issues, ()),
        verdict=Verdict.REFUSED,
        groups=upload.groups(issues),
        repairs=upload.repairs(repairs),
    )


@cached_per_catalog
def harmless_pages(catalog: Catalog) -> tuple[StrictPage, ...]:
    """Return the same pages with a harmless text, parsed."""
    return tuple(map(StrictPage, pages_about("x", catalog)))


def test_pages(text: str, catalog: Catalog) -> None:
    """A page has the same elements and addresses as with a harmless text."""
    for page, plainly in zip(pages_about(text, catalog), harmless_pages(catalog), strict=True):
        shown = StrictPage(page)
        assert not shown.problems
        assert [tag for tag, _ in shown.elements] == [tag for tag, _ in plainly.elements]
        assert [facts.get("href") for _, facts in shown.elements] == [
            facts.get("href") for _, facts in plainly.elements
        ]
        assert not [name for _, facts in shown.elements for name in facts if name.startswith("on")]
        assert_visible(page)


def test_links_of_returned_files(text: str, catalog: Catalog) -> None:
    """A file's name is one step below the page's own address, whatever it begins with."""
    scope = {"type": "http", "method": "GET", "path": "/outbox/22813/2025-05/", "headers": [], "query_string": b""}
    shown = {"title": "22813", "period": "2025-05", "files": [OfficeFile(text, 1)]}
    page = DeskPage(catalog, "vi", Request(scope)).respond("returned.html.j2", **shown).body
    *_, link_of_file = (facts["href"] or "" for tag, facts in StrictPage(bytes(page).decode()).elements if tag == "a")
    address = urlsplit(link_of_file)
    assert (address.scheme, address.netloc, address.query, address.fragment) == ("", "", "", "")
    assert unquote(address.path) == text
    assert not ACTING.intersection(link_of_file)


def test_names_of_returned_files(text: str) -> None:
    """A returned file has a name that every file system takes, and that reads as it is."""
    name = stem_of(PurePosixPath(text).name)
    assert not (ACTING | set('\n\t<>:"/\\|?*')).intersection(name)
    assert 0 < len(name.encode()) < 200


@pytest.fixture(scope="module")
def small() -> bytes:
    """Return a workbook of one sheet and cell: what a text does to a copy does not depend on the rest of it."""
    book = openpyxl.Workbook()
    book.worksheets[0].title = "Biểu 01-T"
    book.worksheets[0]["E15"] = 75
    return save(book)


def test_marked_workbook(text: str, catalog: Catalog, small: bytes) -> None:
    """The copy that a commune gets back opens in Excel, and holds the text as a text in its result sheet and notes."""
    issue = replace(issue_about(text), sheet="Biểu 01-T")
    marked = annotate(small, [issue, issue_about(text)], (), catalog, "vi")
    assert faults_of(marked) == []
    assert [sheet.contents for sheet in read_without_marks(marked).sheets] == [
        sheet.contents for sheet in read_without_marks(small).sheets
    ]
    book = openpyxl.load_workbook(io.BytesIO(marked))
    result = [cell for row in book["Kết quả kiểm tra"].iter_rows() for cell in row]
    assert {cell.data_type for cell in result} <= {"s", "inlineStr", "n"}
    for shown in (*(str(cell.value) for cell in result), book["Biểu 01-T"]["E15"].comment.text):
        assert_visible(shown)
