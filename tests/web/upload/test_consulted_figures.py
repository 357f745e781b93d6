"""On its link a commune sees the figures that it is consulted about, and agrees or objects."""

import re
from datetime import timedelta

import pytest

from tests.flows.pipeline.nightly_runs import NOW, rows_of
from tests.publishing.page.strict_page import StrictPage
from tests.web.consulted_home import consult
from tests.web.upload.conftest import Commune

pytestmark = pytest.mark.usefixtures("runs_publish_figures")

ANSWERS = "SELECT kind, actor, text, link_id FROM consultation_answer ORDER BY id"


@pytest.fixture
def consulted(commune: Commune) -> Commune:
    """The reporter of the commune that was refused, whose district is consulted about May until 10 June."""
    consult(commune.home, (NOW + timedelta(days=7)).date())
    return commune


def answer(commune: Commune, **fields: str) -> tuple[int, str]:
    """Fill in and send the form; return status and page."""
    hidden = dict(re.findall(r'name="(consultation|revision)" value="(\d+)"', commune.get().text))
    sent = commune.client.post(f"/{commune.token}/positions", data={**hidden, "name": "cô Lan", **fields})
    return sent.status_code, sent.text


def test_the_page_shows_figures_and_what_silence_means(consulted: Commune) -> None:
    """Own figures beside the area's, the last day, and a form."""
    page = consulted.get().text
    for shown in (
        "Your opinion on the figures",
        "by the end of 9 Jun 2025",
        "Silence counts as agreed.",
        "not answered",
    ):
        assert shown in page
    strict = StrictPage(page)
    assert strict.tables_without_caption == 0
    assert "Huyện Ninh Sơn" in page


def test_an_objection_needs_a_reason_and_is_kept(consulted: Commune) -> None:
    """With the name and the link by which it came; the page says that the office looks into it."""
    assert answer(consulted, position="object")[0] == 400
    assert answer(consulted)[0] == 400
    status, page = answer(consulted, position="object", text="Thiếu thôn Tân Bình")
    assert (status, "the office looks into it" in page, "Thiếu thôn Tân Bình" in page) == (200, True, True)
    assert rows_of(consulted.home, ANSWERS) == [("object", "cô Lan", "Thiếu thôn Tân Bình", consulted.number)]
    assert "You agreed." in answer(consulted, position="agree")[1]


def test_answers_are_about_the_figures_that_were_shown(consulted: Commune) -> None:
    """An answer to other figures, by another link's number, or after the last day is not kept."""
    assert answer(consulted, position="agree", revision="7")[0] == 400
    assert answer(consulted, position="agree", consultation="99")[0] == 409
    consulted.now = NOW + timedelta(days=8)
    assert "Your opinion" not in consulted.get().text
    status, page = answer(consulted, position="agree", consultation="1", revision="1")
    assert (status, "This consultation is over" in page) == (409, True)
    assert rows_of(consulted.home, ANSWERS) == []
