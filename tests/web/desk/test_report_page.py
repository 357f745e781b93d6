"""A report at the desk: versions, verdict with its cells, sheets, original, lineage both ways, notes."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from tests.flows.pipeline.nightly_runs import WRONG
from tests.web.desk.test_matrix_page import PageAddresses

REPORT = f"/reports/cds_x_t/{WRONG}/2025-05"
OWN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def corrected(corrected_home: Path, open_desk: Callable[[Path], TestClient]) -> TestClient:
    """The desk after the returned report was corrected; for tests that only read."""
    return open_desk(corrected_home)


def test_the_matrix_leads_to_the_cells(desk: TestClient) -> None:
    """From the matrix to the report, whose findings stand in their rows, and on to the sheet and the original."""
    assert f'href="{REPORT}"' in desk.get("/").text
    page = desk.get(REPORT).text
    assert "Xã Ma Nới – Tháng 5/2025" in page
    assert '<td class="found n" title="' in page
    sheet = desk.get(f"{REPORT}/1/sheet").text
    assert 'id="E15" class="found' in sheet
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in sheet
    original = desk.get(f"{REPORT}/1/original")
    assert original.content.startswith(b"PK")
    assert original.headers["content-disposition"].startswith("attachment; filename*=UTF-8''BC_22828")


def test_a_correction_shows_what_it_changed(corrected: TestClient) -> None:
    """The newest version is shown; the older one has its own verdict; both compare; the report is accepted."""
    assert "bị trả lại, quá hạn" not in corrected.get("/").text
    page = corrected.get(REPORT).text
    assert "được chấp nhận" in page
    assert re.search(r"Số liệu đã công bố thay đổi do báo cáo này</h2>.*Tỷ lệ", page, re.DOTALL)
    assert "Báo cáo bị trả lại" in corrected.get(f"{REPORT}?version=1").text
    compared = corrected.get(f"{REPORT}?version=2&before=1").text
    assert "Bản 2 khác bản 1 ở đâu" in compared
    assert '<b class="cell">E15</b>' in compared


def test_lineage_goes_both_ways(corrected: TestClient) -> None:
    """A cell leads to the published figure that is made from it, and that one back to the cell."""
    page = corrected.get(REPORT).text
    figure = next(each for each in PageAddresses(page).all if each.startswith("/figures/585/2025-05/"))
    back = corrected.get(figure).text
    assert f'href="{REPORT}?version=2"' in back
    cells = [each for each in PageAddresses(back).all if each.startswith(f"{REPORT}/2/sheet?name=")]
    assert corrected.get(cells[0]).status_code == 200


def test_pages_keep_the_policy(corrected: TestClient) -> None:
    """No page names another host, styles or runs anything by itself, in either language."""
    figure = next(each for each in PageAddresses(corrected.get(REPORT).text).all if each.startswith("/figures/"))
    for address in (REPORT, f"{REPORT}?version=1", f"{REPORT}/2/sheet", figure):
        for lang in ("vi", "en"):
            answer = corrected.get(f"{address}{'&' if '?' in address else '?'}lang={lang}")
            assert answer.status_code == 200
            assert f'<html lang="{lang}">' in answer.text
            assert "unsafe" not in answer.headers["content-security-policy"]
            assert [each for each in PageAddresses(answer.text).all if not re.match(r"[/#?]|data:,$", each)] == []
            assert not re.search(r"<style|style=|<script(?! src=)| on[a-z]+=", answer.text)


def test_an_answer_leads_to_its_files(desk: TestClient) -> None:
    """The marked workbook and the page that went back are linked by themselves."""
    addresses = [each for each in PageAddresses(desk.get(REPORT).text).all if each.startswith("/outbox/")]
    assert sorted(each.rpartition(".")[2] for each in addresses) == ["html", "txt", "xlsx"]
    assert [desk.get(each).status_code for each in addresses] == [200, 200, 200]


def test_a_note_is_kept(after_night: Path, open_desk: Callable[[Path], TestClient]) -> None:
    """It is shown with its author; an incomplete one is not kept, and the page says so."""
    desk = open_desk(after_night)
    answer = desk.post(f"{REPORT}/notes", data={"text": "Đã gọi chị Lan", "name": "Anh Bình"}, headers=OWN)
    assert answer.url.path == REPORT
    assert "Đã gọi chị Lan" in answer.text
    assert "Anh Bình" in answer.text
    refused = desk.post(f"{REPORT}/notes", data={"text": "", "name": "An"}, headers=OWN)
    assert (refused.status_code, "Ghi chú chưa được lưu" in refused.text) == (400, True)
    assert desk.post(f"{REPORT}/notes", data={"text": "x" * 99_999, "name": "An"}, headers=OWN).status_code == 413


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://testserver"}, 400),
    ],
)
def test_a_note_is_taken_from_the_desk_only(desk: TestClient, headers: dict[str, str], status: int) -> None:
    """A page of another site, or of none, writes nothing in the officer's name."""
    assert desk.post(f"{REPORT}/notes", data={}, headers=headers).status_code == status


@pytest.mark.parametrize(
    "address",
    [
        *("/reports/x/22828/2025-05", "/reports/cds_x_t/99999/2025-05", "/reports/cds_x_t/22828/May"),
        *("/reports/cds_x_t/22828/2025-Q2", f"{REPORT}?version=9", f"{REPORT}?version=x", f"{REPORT}?before=9"),
        *(f"{REPORT}/9/sheet", f"{REPORT}/1/sheet?name=x", f"{REPORT}/9/original", "/figures/585/2025-05/x"),
        *("/figures/999/2025-05/x", "/figures/585/May/x", f"/figures/585/2025-05/x?boundary={quote('là')}"),
    ],
)
def test_what_is_not_there_is_not_found(desk: TestClient, address: str) -> None:
    """Addresses of nothing give 404."""
    assert desk.get(address).status_code == 404


def test_a_unit_that_sent_nothing_has_a_page(desk: TestClient) -> None:
    """It says that nothing came, and takes notes all the same."""
    page = desk.get(f"/reports/cds_x_t/{WRONG}/2025-04").text
    assert "Chưa nhận được bản nào" in page
    assert 'action="/reports/cds_x_t/22828/2025-04/notes"' in page


def test_missing_bytes_leave_the_verdict(after_night: Path, open_desk: Callable[[Path], TestClient]) -> None:
    """Without its original a report still says what was wrong; the original itself is not found."""
    for path in (after_night / "landing").glob("*/*/*"):
        path.unlink()
    desk = open_desk(after_night)
    assert "Không mở được tệp gốc" in desk.get(REPORT).text
    assert desk.get(f"{REPORT}/1/original").status_code == 404
    assert desk.get(f"{REPORT}/1/sheet").status_code == 404
