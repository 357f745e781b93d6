"""A consultation at the desk: begun, its answers unit by unit, an objection decided, cancelled."""

from datetime import date
from pathlib import Path

import pytest

from domain.officers.consultations import ConsultationAnswerKind
from tests.flows.pipeline.nightly_runs import AREA, NOW, context_of, rows_of
from tests.publishing.page.strict_page import StrictPage
from tests.web.consulted_home import key_in
from tests.web.desk.acts.conftest import Officer
from warehouse.rollups.consultations import require_consultation, write_answer
from warehouse.store.engine import transaction
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.withdrawal import Decision

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("close")]

FIGURES = {"form": "cds_x_t", "area": AREA, "period": "2025-05"}
PAGE = f"/consultations/cds_x_t/{AREA}/2025-05"
UNIT = "22813"


def answer(home: Path, unit: str, kind: ConsultationAnswerKind, text: str) -> None:
    """Answer for a commune."""
    context = context_of(home)
    with transaction(context.engine) as session:
        consultation = require_consultation(session, key_in(home))
        named = context.catalog.units.get(unit, date(2025, 5, 14)).key
        write_answer(session, consultation, named, kind, Decision(DecisionReason(text, "cô Lan"), NOW))


def test_an_officer_consults_decides_and_cancels(officer: Officer, after_night: Path) -> None:
    """Each act is previewed; the page lists objections first; the published page says what was decided."""
    assert officer.client.get(PAGE).status_code == 404
    previewed = officer.preview("consult", **FIGURES, consult_until="2025-06-10")
    assert "đến hết ngày 10/06/2025" in previewed.text
    assert rows_of(after_night, "SELECT count(*) FROM consultation") == [(0,)]
    assert officer.confirm("consult", previewed).status_code == 200
    assert rows_of(after_night, "SELECT opened_by, reason, outcome FROM consultation") == [
        ("Chị Hoa", "Đã gọi xã", None)
    ]
    assert f'href="{PAGE}"' in officer.client.get("/acts").text
    answer(after_night, UNIT, ConsultationAnswerKind.OBJECT, "thiếu <b>một</b> thôn")
    page = officer.client.get(PAGE).text
    assert StrictPage(page).tables_without_caption == 0
    assert "thiếu &lt;b&gt;một&lt;/b&gt; thôn" in page
    assert page.index("Lâm Sơn") < page.index("chưa trả lời", page.index("<tbody>"))
    refused = officer.preview("close", **FIGURES, partial="1")
    assert (refused.status_code, "không đồng ý" in refused.text) == (400, True)
    settled = officer.preview("settle", **FIGURES, consulted=UNIT)
    assert "thiếu &lt;b&gt;một&lt;/b&gt; thôn (cô Lan)" in settled.text
    officer.confirm("settle", settled)
    assert "đã giải quyết" in officer.client.get(PAGE).text
    assert officer.preview("settle", **FIGURES, consulted=UNIT).status_code == 400
    officer.carry_out("end_consultation", **FIGURES)
    assert rows_of(after_night, "SELECT outcome, ended_by FROM consultation") == [("cancelled", "Chị Hoa")]
    assert officer.client.get(PAGE).status_code == 404


def test_an_answer_meanwhile_is_a_conflict(officer: Officer, after_night: Path) -> None:
    """Who previewed closing before a commune objected sees the objection first."""
    officer.carry_out("consult", **FIGURES, consult_until="2025-06-10", partial="1")
    previewed = officer.preview("end_consultation", **FIGURES)
    answer(after_night, UNIT, ConsultationAnswerKind.AGREE, "")
    assert officer.confirm("end_consultation", previewed).status_code == 409
