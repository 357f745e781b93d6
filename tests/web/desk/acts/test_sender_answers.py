"""A warning between officer and sender: asked, answered on the upload page, accepted as the waiver."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.flows.pipeline.nightly_runs import published_rows, rows_of
from tests.web.desk.acts.conftest import INDICATOR, REPORT, RULE, UNIT, HiddenFields, Officer
from tests.web.upload.conftest import Commune, open_site

pytestmark = pytest.mark.long

__all__ = ["open_site"]  # the fixture of the upload page's tests

PAGE = f"/reports/cds_x_t/{UNIT}/2025-05"
PLACE = {"form": "cds_x_t", "period": "2025-05", "rule": RULE, "indicator": INDICATOR}


def test_a_sender_is_asked_answers_and_is_believed(
    warned_home: Path, open_desk: Callable[..., TestClient], open_site: Callable[..., Commune]
) -> None:
    """The question is in the outbox and on the page; the answer stands at the desk; accepted it is published."""
    officer, sender = Officer(open_desk(warned_home)), open_site(warned_home, UNIT)
    assert f"/acts/ask?form=cds_x_t&amp;unit={UNIT}" in officer.client.get(PAGE).text
    officer.carry_out("ask", **REPORT, rule=RULE, indicator=INDICATOR)
    (question,) = (warned_home / "outbox" / UNIT / "2025-05").glob("cau-hoi.*.txt")
    assert "Đã gọi xã" in question.read_text("utf-8")
    page = sender.get().text
    assert "Chị Hoa asked" in page
    assert "The figures are right, because" in page
    sent = sender.client.post(
        f"/{sender.token}/answers", data=PLACE | {"text": "hai thôn chung một tổ", "name": "Chị Lan"}
    )
    assert "The answer was passed to the office" in sent.text
    report = officer.client.get(PAGE).text
    assert "hai thôn chung một tổ" in report
    (number,) = re.findall(r"/acts/accept\?[^\"]*answer=(\d+)", report)
    assert "hai thôn" not in published_rows(warned_home)[INDICATOR]["notes"]
    officer.carry_out("accept", **REPORT, rule=RULE, indicator=INDICATOR, answer=number)
    assert "hai thôn chung một tổ (Chị Lan). Đã gọi xã" in published_rows(warned_home)[INDICATOR]["notes"]
    assert "Warnings that wait" not in sender.get().text
    again = sender.client.post(f"/{sender.token}/answers", data=PLACE | {"text": "x", "name": "y"})
    assert again.status_code == 409
    assert rows_of(warned_home, "SELECT kind FROM run WHERE actor IS NOT NULL ORDER BY started_at, kind") == [
        ("ask",),
        ("waive",),
    ]


def test_an_answer_is_a_conflict_for_who_looked_before(
    warned_home: Path, open_desk: Callable[..., TestClient], open_site: Callable[..., Commune]
) -> None:
    """An officer who previews, and confirms after the sender has written, is shown that first."""
    officer, sender = Officer(open_desk(warned_home)), open_site(warned_home, UNIT)
    previewed = officer.preview("waive", **REPORT, rule=RULE, indicator=INDICATOR)
    sender.client.post(f"/{sender.token}/answers", data=PLACE | {"text": "đúng", "name": "Lan"})
    assert officer.confirm("waive", previewed).status_code == 409


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"text": " "}, 400),
        ({"name": ""}, 400),
        ({"text": "x" * 4001}, 400),
        ({"rule": "other"}, 409),
        ({"period": "2025-04"}, 409),
        ({"text": "x" * 99_999}, 413),
    ],
)
def test_only_open_warnings_of_the_own_unit_are_answered(
    warned_home: Path, open_site: Callable[..., Commune], change: dict[str, str], status: int
) -> None:
    """An empty answer, another warning or another period keeps nothing; neither does another unit's link."""
    sender, other = open_site(warned_home, UNIT), open_site(warned_home, "22810")
    data = PLACE | {"text": "đúng", "name": "Lan"}
    assert sender.client.post(f"/{sender.token}/answers", data=data | change).status_code == status
    assert other.client.post(f"/{other.token}/answers", data=data).status_code == 409
    assert rows_of(warned_home, "SELECT count(*) FROM warning_remark") == [(0,)]


def test_an_answer_of_none_is_not_accepted(warned_home: Path, open_desk: Callable[..., TestClient]) -> None:
    """A number that is no answer about the warning is refused."""
    officer = Officer(open_desk(warned_home))
    refused = officer.preview("accept", **REPORT, rule=RULE, indicator=INDICATOR, answer="9")
    assert (refused.status_code, "không có câu trả lời như vậy" in refused.text) == (400, True)
    assert HiddenFields(refused.text).values["answer"] == "9"
