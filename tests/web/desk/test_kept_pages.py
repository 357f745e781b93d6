"""Lists of submissions and of returned files: the look of the desk, in both languages, of the user's areas alone."""

from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.flows.pipeline.nightly_runs import WRONG
from tests.publishing.page.strict_page import StrictPage
from tests.web.desk.staff import logged_in

pytestmark = pytest.mark.services

PAGES = {
    "/inventory": ("Báo cáo đã nhận", "Submissions"),
    "/submissions?state=quarantined&period=2025-05": ("Xã Ma Nới", "May 2025"),
    f"/outbox/{WRONG}/2025-05/": ("Tệp trả lại xã", "Returned to the commune"),
}


@pytest.mark.parametrize("address", list(PAGES))
def test_pages_have_the_desks_look_in_both_languages(desk: TestClient, address: str) -> None:
    """They have its bar and style sheet, and a switch that keeps what is shown."""
    for lang, shown in zip(("vi", "en"), PAGES[address], strict=True):
        page = desk.get(f"{address}{'&' if '?' in address else '?'}lang={lang}").text
        assert not StrictPage(page).problems
        assert shown in page
        assert '<link rel="stylesheet" href="/static/desk.css">' in page
        assert 'href="/warnings"' in page
        assert "<style" not in page


@pytest.mark.parametrize(
    ("who", "counts", "is_listed"),
    [("viewer", 8, True), ("viewer of the district", 8, True), ("viewer elsewhere", 0, False)],
)
def test_users_see_submissions_of_their_areas(
    staffed_home: Path, open_desk: Callable[..., TestClient], who: str, counts: int, *, is_listed: bool
) -> None:
    """Counts and lists are those of the areas; pages of runs are for users of all."""
    client = logged_in(open_desk(staffed_home), who)
    assert f"{counts} báo cáo đã nhận" in client.get("/inventory").text
    listed = client.get("/submissions?state=quarantined&period=2025-05").text
    assert ("Ma Nới" in listed) is is_listed
    assert ("/quality/submissions/" in listed) is (who == "viewer")


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("22810/2025-05", "22810 Thị trấn Tân Sơn"),
        ("22810/2025-07", "22810 Xã Ninh Sơn"),
        ("22810/chua-ro-ky", "22810"),
    ],
)
def test_returned_files_are_listed_under_the_name_of_their_period(desk: TestClient, address: str, name: str) -> None:
    """A code means the unit that had it in the period shown; where that is unknown the code stands alone."""
    assert f"<h1>{name} – {address.partition('/')[2]}</h1>" in desk.get(f"/outbox/{address}/").text
