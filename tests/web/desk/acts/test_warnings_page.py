"""The list of open warnings, ranked by what published headline figures rest on, and the same at a report."""

from collections.abc import Callable
from pathlib import Path

from starlette.testclient import TestClient

from tests.publishing.page.strict_page import StrictPage
from tests.publishing.site.sites import links_of
from tests.web.desk.acts.conftest import UNIT


def test_open_warnings_are_listed_with_their_report(
    shared_warned: Path, open_desk: Callable[[Path], TestClient]
) -> None:
    """The page states its method and leads to each report; a period of which nothing is published is none."""
    client = open_desk(shared_warned)
    answer = client.get("/warnings")
    page = StrictPage(answer.text)
    assert page.problems == []
    assert f"/reports/cds_x_t/{UNIT}/2025-05#verdict" in links_of(page)
    assert "Cách tính" in page.words
    assert client.get("/warnings?of=cds_x_t%3A2025-05").status_code == 200
    assert client.get("/warnings?of=cds_x_t%3A1999-05").status_code == 404


def test_an_empty_desk_has_no_warnings(night_home: Path, open_desk: Callable[[Path], TestClient]) -> None:
    """The page says so where none is open, too."""
    page = StrictPage(open_desk(night_home).get("/warnings").text)
    assert f"/reports/cds_x_t/{UNIT}/2025-05#verdict" not in links_of(page)
