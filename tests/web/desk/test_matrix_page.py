"""The desk's first page: the matrix in both languages, its filters, and what a browser may do with it."""

import re
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from domain.texts import Lang
from tests.flows.pipeline.nightly_runs import WRONG
from warehouse.queries.desk.report_states import DeskState
from web.desk import page as desk_page
from web.desk.page import MARKS

HTMX_SHA256 = "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717"


class PageAddresses(HTMLParser):
    """Collects every address that a page names."""

    def __init__(self, page: str) -> None:
        """Read the page."""
        super().__init__()
        self.all: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 # the base class's
        """Keep the addresses of an element."""
        self.all += [value or "" for name, value in attrs if name in {"href", "src", "action", "hx-get"}]


def rows_of(page: str) -> list[str]:
    """Return the units of the matrix by code, in their order."""
    return re.findall(r"<small>(\d{5})", page)


def test_the_matrix_says_who_was_returned(desk: TestClient) -> None:
    """The unit whose report was returned comes first, in words as well as by a sign; the others are in time."""
    page = desk.get("/").text
    assert '<html lang="vi">' in page
    assert rows_of(page)[0] == WRONG
    assert len(rows_of(page)) == 8
    assert page.count('<span class="sr">đã nhận, đúng hạn') + page.count('<span class="sr">đã nhận, gửi muộn') == 7
    assert '<span class="sr">bị trả lại, quá hạn 19 ngày</span>' in page


def test_a_count_leads_to_its_units(desk: TestClient) -> None:
    """The number in a column's row of a state is a link to the units that it counts."""
    page = desk.get("/").text
    (address,) = re.findall(r'href="([^"]+)">1<span class="sr"> bị trả lại', page)
    listed = desk.get(address.replace("&amp;", "&")).text
    assert rows_of(listed) == [WRONG]
    assert "1 trong 8 đơn vị" in listed


def test_filters_work_without_javascript(desk: TestClient) -> None:
    """The form is sent by GET with the fields' own names, and comes back filled in."""
    page = desk.get("/", params={"q": "ma nới", "area": "585", "columns": "6", "form": "cds_x_t", "state": ""}).text
    assert rows_of(page) == [WRONG]
    assert '<form class="filters" method="get" action="/"' in page
    assert 'value="ma nới"' in page
    assert '<option value="585" selected>' in page
    assert rows_of(desk.get("/", params={"form": "hddt_t"}).text) == []


def test_a_language_is_kept_by_a_cookie(desk: TestClient) -> None:
    """The switch keeps the filter, and pages after it are in the language chosen; an unknown one changes nothing."""
    page = desk.get("/?q=ma").text
    assert 'href="/?q=ma&amp;lang=en"' in page
    assert "Who has sent what" in desk.get("/?q=ma&lang=en").text
    assert "returned, 19 days late" in desk.get("/").text
    assert "Submissions" in desk.get("/inventory").text
    assert "Who has sent what" in desk.get("/?lang=de").text


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_page_names_no_other_host(desk: TestClient, lang: Lang) -> None:
    """Every address is one of the site itself, and nothing of a page runs or is styled by itself."""
    answer = desk.get(f"/?lang={lang}")
    assert [each for each in PageAddresses(answer.text).all if not re.match(r"[/#?]|data:,$", each)] == []
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'")
    assert "unsafe" not in policy
    assert not re.search(r"<style|style=|<script(?! src=)| on[a-z]+=", answer.text)
    for address in ("/static/desk.css", "/static/htmx.js"):
        assert desk.get(address).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        *("form=x", "state=lost", "in=May", "last=May", "last=2025-Q2", "columns=7", "columns=x"),
        *("skip=-1", "skip=x", f"skip={'1' * 30}", f"q={'a' * 200}"),
    ],
)
def test_impossible_parameters_are_not_found(desk: TestClient, query: str) -> None:
    """Parameters that no control of the page makes give 404."""
    assert desk.get(f"/?{query}").status_code == 404


def test_every_state_has_a_sign() -> None:
    """Each state has a sign of its own, so that no two differ by colour alone."""
    assert set(MARKS) == set(DeskState)
    assert len(set(MARKS.values())) == len(DeskState)


def test_htmx_is_the_released_file() -> None:
    """The script served is the one that decision 122 names, and its licence lies beside it."""
    assert sha256(desk_page.script()).hexdigest() == HTMX_SHA256
    licences = Path(desk_page.__file__).parent.joinpath("static").glob("*.LICENSE")
    assert ["Zero-Clause BSD" in each.read_text("utf-8") for each in licences] == [True]
