"""Pages of quality and burden: method stated, units of the user's areas, computed anew when a report arrives."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.flows.pipeline.nightly_runs import NOW, WRONG, context_of, deliver, run_plainly
from tests.publishing.page.strict_page import StrictPage
from tests.web.desk.staff import logged_in
from workbooks.sample.inbox import SampleFile


def test_the_page_says_how_well_units_report_and_how_that_is_computed(desk: TestClient) -> None:
    """A returned report is named so; the worst unit is first; each share says of what it is."""
    answer = desk.get("/reporting-quality?lang=en")
    assert (answer.status_code, StrictPage(answer.text).problems) == (200, [])
    for shown in ("Checks passed: of the lines that the form asks for", "never means of percentages", "Ma Nới"):
        assert shown in answer.text
    assert answer.text.index("Ma Nới") < answer.text.index("Lâm Sơn")
    assert "returned, not corrected" in answer.text


def test_a_correction_is_seen_at_once(
    after_night: Path, open_desk: Callable[..., TestClient], correction: SampleFile
) -> None:
    """What was kept of an earlier request counts no more."""
    desk = open_desk(after_night, NOW + timedelta(days=1))
    assert "returned, not corrected" in desk.get("/reporting-quality?lang=en").text
    deliver(after_night, [correction])
    run_plainly(context_of(after_night), "second")
    page = desk.get("/reporting-quality?lang=en").text
    assert ("returned, not corrected" in page, "returned, corrected" in page, WRONG in page) == (False, True, True)


def test_users_of_an_area_see_its_units(staffed_home: Path, open_desk: Callable[..., TestClient]) -> None:
    """A viewer of another province sees none of the district's."""
    assert "22813" in logged_in(open_desk(staffed_home), "viewer of the district").get("/reporting-quality").text
    assert "22813" not in logged_in(open_desk(staffed_home), "viewer elsewhere").get("/reporting-quality").text


def test_burden_lists_lines_with_its_method(desk: TestClient) -> None:
    """Each line of the form with what it costs, and whether it is published."""
    answer = desk.get("/burden?lang=en")
    assert (answer.status_code, StrictPage(answer.text).problems) == (200, [])
    assert answer.text.count("<tr>") > 20
    assert "Says least: 100 for a line that is not published" in answer.text


@pytest.mark.parametrize(
    "address",
    ["/reporting-quality?form=none", "/reporting-quality?columns=7", "/reporting-quality?skip=-1", "/burden?form=none"],
)
def test_impossible_parameters_are_not_found(desk: TestClient, address: str) -> None:
    """No page is made of them."""
    assert desk.get(address).status_code == 404
