"""The upload page: a workbook is judged, marked, sent and answered; a link serves one commune, and only while valid."""

import io
import logging
from datetime import timedelta
from hashlib import sha256

import openpyxl
import pytest

from domain.catalog.catalog import Catalog
from domain.errors import TransientError
from flows.actions import upload_checks
from flows.actions.uploads import clean_name
from tests.flows.pipeline.nightly_runs import WRONG, context_of, put, rows_of, run_plainly
from tests.publishing.page.strict_page import StrictPage
from tests.web.upload.conftest import LINK_DAYS, Commune, make_link_for
from warehouse.store.engine import transaction
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.upload_links import revoke_link
from warehouse.submissions.withdrawal import Decision
from web.upload import app
from web.upload.pages import UploadPage
from workbooks.sample.inbox import SampleFile

pytestmark = pytest.mark.usefixtures("runs_publish_figures")

NEIGHBOUR = "22813"


def run_next(commune: Commune) -> None:
    """Run the pipeline the day after, on the commune's home."""
    run_plainly(context_of(commune.home, commune.now + timedelta(days=1)), "next")


def test_the_link_shows_what_is_due_and_what_was_sent(commune: Commune) -> None:
    """The commune, its report and that it was refused; nothing was sent by the link yet."""
    page = commune.get().text
    for shown in (
        "Ma Nới",
        WRONG,
        "May 2025",
        "refused, to be corrected",
        "Nothing was sent yet",
        "until 1 Jul 2025",
    ):
        assert shown in page
    assert StrictPage(page).tables_without_caption == 0
    assert 'lang="vi"' in commune.get("?lang=vi").text


def test_every_issue_is_shown_with_its_cell_and_nothing_wrong_is_sent(commune: Commune, wrong: bytes) -> None:
    """A workbook with errors has no button to send it, and sending it all the same leads back to its errors."""
    page = commune.upload(wrong)
    assert page.status_code == 200
    assert "It cannot be sent yet" in page.text
    assert StrictPage(page.text).tables_without_caption == 0
    for cell in ("E49", "E15", "D15"):
        assert f'<b class="cell">{cell}</b>' in page.text
    assert "/send" not in page.text
    assert commune.client.post(f"{page.url.path}/send").url.path == page.url.path
    marked = openpyxl.load_workbook(io.BytesIO(commune.client.get(f"{page.url.path}/marked").content))
    assert "Kết quả kiểm tra" in marked.sheetnames


def test_a_right_workbook_is_sent_collected_and_answered(commune: Commune, correction: SampleFile) -> None:
    """The receipt has number, hash and time, twice the same; the next run loads the file, the page has its reply."""
    verdict = commune.upload(correction.data, "Báo cáo tháng 5.xlsx")
    assert "The file can be sent" in verdict.text
    receipt = commune.send(verdict)
    assert (receipt.status_code, receipt.url.path.rpartition("/")[0]) == (200, f"/{commune.token}/receipts")
    number = receipt.url.path.rpartition("/")[2]
    assert number in receipt.text
    assert sha256(correction.data).hexdigest() in receipt.text
    assert "02:00 3 Jun 2025" in receipt.text
    commune.now += timedelta(minutes=5)
    assert commune.send(verdict).text == receipt.text
    assert "sent, not collected yet" in commune.get().text
    run_next(commune)
    received = "SELECT path, sender, delivered_at FROM delivery WHERE connector = 'upload'"
    path = f"{WRONG}/link-{commune.number:08d}/{number}/Báo cáo tháng 5.xlsx"
    assert rows_of(commune.home, received) == [(path, f"link:{commune.number}", "2025-06-02 19:00:00.000000")]
    assert rows_of(commune.home, f"SELECT state FROM submission WHERE unit_code = '{WRONG}' ORDER BY id")[-1:] == [
        ("accepted",)
    ]
    page = commune.get().text
    assert "see the reply" in page
    (reply,) = [word for word in page.split('"') if "/replies/" in word]
    answer = commune.client.get(reply)
    assert ("GIẤY BIÊN NHẬN" in answer.text.upper(), "content-disposition" in answer.headers) == (True, False)
    assert number in commune.send(verdict).text
    run_next(commune)
    assert len(rows_of(commune.home, received)) == 1
    assert list((commune.home / "uploads" / WRONG).rglob("*.xlsx")) == []


def test_another_communes_report_is_refused_and_held(commune: Commune, first_files: tuple[SampleFile, ...]) -> None:
    """The page says whose link it is; laid into a folder of the other commune by that link, it never counts."""
    other = next(file.data for file in first_files if NEIGHBOUR in file.path.name)
    page = commune.upload(other).text
    assert ("/send" in page, "This file is another unit" in page, NEIGHBOUR in page) == (False, True, True)
    folder = commune.home / "uploads" / NEIGHBOUR / f"link-{commune.number:08d}" / "BCDF-GHJK-LMNP"
    put(folder / "BC.xlsx", other, commune.now)
    run_next(commune)
    states = rows_of(commune.home, f"SELECT state FROM submission WHERE unit_code = '{NEIGHBOUR}' ORDER BY id")
    assert states == [("accepted",), ("held",)]


def test_a_link_that_may_not_be_used_says_whom_to_ask(commune: Commune, correction: SampleFile) -> None:
    """Wrong, expired and revoked links have a page each; drafts of another link are not shown."""
    verdict = commune.upload(correction.data)
    draft = verdict.url.path.partition("/drafts/")[2]
    _, neighbours = make_link_for(commune.home, NEIGHBOUR)
    assert commune.client.get(f"/{neighbours}/drafts/{draft}").status_code == 404
    for token in (f"{commune.token}x", "x" * 5000, "%00", "static"):
        wrong = commune.client.get(f"/{token}/")
        assert (wrong.status_code, "ask the office" in wrong.text) == (404, True)
    commune.now += timedelta(days=LINK_DAYS)
    expired = commune.get()
    assert (expired.status_code, "has expired" in expired.text) == (410, True)
    commune.now -= timedelta(days=LINK_DAYS)
    with transaction(context_of(commune.home).engine) as session:
        revoke_link(session, commune.number, Decision(DecisionReason("chuyển công tác", "an"), commune.now, ""))
    revoked = commune.send(verdict)
    assert (revoked.status_code, "was revoked" in revoked.text) == (410, True)
    assert list((commune.home / "uploads").glob("[!.]*")) == []


def test_size_and_rate_are_limited(commune: Commune) -> None:
    """What is too large, empty or sent too often is not kept, and the page says what to do."""
    assert commune.client.post(f"/{commune.token}/").status_code == 400
    assert "or it is empty" in commune.upload(b"").text
    for length in ({}, {"content-length": ""}):  # stated, and not
        request = commune.client.build_request("POST", f"/{commune.token}/", files={"workbook": ("a", bytes(11 << 20))})
        request.headers.update(length)
        too_large = commune.client.send(request)
        assert (too_large.status_code, "up to 10 MB" in too_large.text) == (413, True)
    codes = [commune.upload(b"").status_code for _ in range(40)]
    assert codes == [400] * 36 + [429] * 4
    assert list((commune.home / "uploads" / ".drafts").iterdir()) == []


def test_tokens_are_in_no_log_and_no_page_is_kept(
    commune: Commune, correction: SampleFile, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what goes wrong the log has the traceback without the address; pages are not stored and send no referrer."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.WARNING, "httpx")  # that of the browser
    commune.send(commune.upload(correction.data))

    def fail(*_: object) -> None:
        raise OSError("disk gone")

    with monkeypatch.context() as patch:
        patch.setattr(app, "reports_of_link", fail)
        with pytest.raises(OSError, match="disk gone"):
            commune.get()
    assert commune.token not in caplog.text
    headers = commune.get().headers
    assert (headers["cache-control"], headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert "script-src 'self';" in headers["content-security-policy"]


def test_a_check_that_cannot_be_made_is_tried_again(
    commune: Commune, correction: SampleFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the warehouse does not answer, the page says so; loaded again it checks the same draft."""

    def fail(*_: object) -> None:
        raise TransientError("busy")

    with monkeypatch.context() as patch:
        patch.setattr(upload_checks, "open_checker", fail)
        busy = commune.upload(correction.data)
        assert (busy.status_code, busy.headers["retry-after"]) == (503, "60")
    assert "The file can be sent" in commune.client.get(busy.url.path).text


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("C:\\Users\\Lan\\BC 5.xlsx", "BC 5.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("~$BC.xlsx", "BC.xlsx"),
        (".xlsx", "xlsx"),
        ("", "bao-cao"),
        ("a\x00\u202eb.xlsx", "a_\ufffdb.xlsx".replace("\ufffd", "_")),
        ("ữ" * 200 + ".xlsx", "ữ" * 50 + ".xlsx"),
    ],
)
def test_names_of_uploads_are_safe(name: str, kept: str) -> None:
    """A name has no folders, is neither hidden nor a lock file, and fits any file system."""
    assert clean_name(name) == kept


def test_old_drafts_are_removed(commune: Commune, correction: SampleFile) -> None:
    """What was not sent within hours is gone, and its page says so."""
    page = commune.upload(correction.data)
    commune.now += timedelta(days=20_000)  # drafts bear the times of the real clock
    make = make_link_for(commune.home, WRONG, commune.now)[1]
    commune.client.post(f"/{make}/", files={"workbook": ("b.xlsx", b"PK")})
    commune.now -= timedelta(days=20_000)
    gone = commune.client.get(page.url.path)
    assert (gone.status_code, "kept for 12 hours" in gone.text) == (404, True)


def test_a_page_whose_check_takes_long_loads_itself_again(
    commune: Commune, correction: SampleFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it waits it has nothing to send; the next look has the verdict."""
    with monkeypatch.context() as patch:
        patch.setattr(app, "_PATIENCE_SECONDS", 0.0)
        waiting = commune.upload(correction.data)
        assert ('http-equiv="refresh"' in waiting.text, "/send" in waiting.text) == (True, False)
    assert "The file can be sent" in commune.client.get(waiting.url.path).text


def test_addresses_hold_any_name(catalog: Catalog) -> None:
    """A reply has the name that the commune gave its file."""
    page = UploadPage(catalog, "vi", "token", "?lang=en")
    assert page.address("replies", "7", "BC #5 100%.xlsx") == "/token/replies/7/BC%20%235%20100%25.xlsx?lang=en"
