"""Acts about a report: previewed without a trace, carried out once, with reason, name and time in the record."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from starlette.testclient import TestClient

from domain.catalog.catalog import Catalog
from tests.flows.pipeline.nightly_runs import NOW, WRONG, context_of, deliver, published_rows, rows_of, run_plainly
from tests.web.desk.acts.conftest import INDICATOR, OWN, REPORT, RULE, UNIT, HiddenFields, Officer
from tests.web.desk.staff import office_of
from web.desk.acts.waiting import carry_out_waiting
from workbooks.sample.inbox import SampleFile

pytestmark = pytest.mark.long

PAGE = f"/reports/cds_x_t/{UNIT}/2025-05"
OpenDesk = Callable[..., TestClient]


def states(home: Path) -> list[tuple[object, ...]]:
    """Return the states of the unit's versions."""
    return rows_of(home, f"SELECT state FROM submission WHERE unit_code = '{UNIT}' ORDER BY version")


def test_a_preview_changes_nothing(officer: Officer, after_night: Path) -> None:
    """It lists the figures that would move and says that nothing was done; warehouse and pages stay as they are."""
    figures, runs = published_rows(after_night), rows_of(after_night, "SELECT count(*) FROM run")
    page = officer.preview("withdraw", **REPORT, version="1").text
    assert "Xem trước: chưa có gì được thực hiện" in page
    assert "Đơn vị không còn bản nào được tính" in page
    assert '<td data-label="Cột khác">' in page
    assert (published_rows(after_night), rows_of(after_night, "SELECT count(*) FROM run")) == (figures, runs)
    assert states(after_night) == [("accepted",)]


def test_a_report_is_withdrawn_and_restored(officer: Officer, after_night: Path) -> None:
    """Both are published at once; the record names who did it and why, and leads back to the report."""
    done = officer.carry_out("withdraw", **REPORT, version="1")
    assert (done.status_code, done.url.path.startswith("/acts/done/")) == (200, True)
    assert "“Đã gọi xã”" in done.text
    assert "Chị Hoa" in done.text
    assert f'href="{PAGE}"' in done.text
    assert states(after_night) == [("withdrawn",)]
    assert published_rows(after_night)["hsskdt"]["units_accepted"] == "6"
    report = officer.client.get(PAGE).text
    assert 'href="/acts/restore?form=cds_x_t&amp;unit=22813&amp;period=2025-05&amp;version=1"' in report
    assert done.url.path in report
    officer.carry_out("restore", **REPORT, version="1")
    assert states(after_night) == [("accepted",)]
    acted = rows_of(after_night, "SELECT kind, actor, reason FROM run WHERE actor IS NOT NULL")
    listed = officer.client.get("/acts").text
    assert (listed.count("Chị Hoa"), done.url.path in listed) == (2, True)
    assert sorted(acted) == [("restore", "Chị Hoa", "Đã gọi xã"), ("withdraw", "Chị Hoa", "Đã gọi xã")]


def test_a_warning_is_answered_and_the_answer_taken_back(warned_home: Path, open_desk: OpenDesk) -> None:
    """The report's page leads to the form; the answer stands beside the warning until it is taken back."""
    officer = Officer(open_desk(warned_home))
    report = officer.client.get(PAGE).text
    assert f"/acts/waive?form=cds_x_t&amp;unit={UNIT}&amp;period=2025-05&amp;rule={RULE}" in report
    previewed = officer.preview("waive", **REPORT, rule=RULE, indicator=INDICATOR)
    assert "Cảnh báo: " in previewed.text
    officer.confirm("waive", previewed)
    report = officer.client.get(PAGE).text
    assert "Đã gọi xã" in report
    assert f'href="/acts/take_back?form=cds_x_t&amp;unit={UNIT}&amp;period=2025-05&amp;rule={RULE}"' in report
    assert "Đã gọi xã" in published_rows(warned_home)[INDICATOR]["notes"]
    officer.carry_out("take_back", **REPORT, rule=RULE)
    assert "Đã gọi xã" not in published_rows(warned_home)[INDICATOR]["notes"]


@pytest.mark.parametrize(("act", "after"), [("release", "accepted"), ("refuse", "quarantined")])
def test_a_held_report_is_decided_on(held_home: Path, open_desk: OpenDesk, act: str, after: str) -> None:
    """Released it counts; refused it is returned with the officer's reason, and the version before goes on counting."""
    officer = Officer(open_desk(held_home, NOW + timedelta(days=1)))
    page = officer.client.get(PAGE).text
    assert f'href="/acts/{act}?form=cds_x_t&amp;unit={UNIT}&amp;period=2025-05&amp;version=2"' in page
    officer.carry_out(act, **REPORT, version="2")
    before = "superseded" if after == "accepted" else "accepted"
    assert states(held_home) == [(before,), (after,)]
    assert "Đã gọi xã" in officer.client.get(PAGE).text


def test_a_second_officer_sees_the_conflict(after_night: Path, open_desk: OpenDesk) -> None:
    """What changed since the preview is not overwritten: the page says who changed it, and keeps what was typed."""
    desk = open_desk(after_night)
    first, second = Officer(desk, "Chị Hoa"), Officer(desk, "Anh Bình")
    previewed = second.preview("withdraw", **REPORT, version="1")
    first.carry_out("withdraw", **REPORT, version="1")
    refused = second.confirm("withdraw", previewed)
    assert (refused.status_code, "Chưa có gì được thực hiện" in refused.text) == (409, True)
    assert "Chị Hoa" in refused.text
    assert 'value="Anh Bình"' in refused.text
    assert rows_of(after_night, "SELECT count(*) FROM submission_event WHERE to_state = 'withdrawn'") == [(1,)]


def test_two_officers_at_once(after_night: Path, open_desk: OpenDesk, catalog: Catalog) -> None:
    """Of two confirmations at the same moment one is carried out; the other is refused, at once or after waiting."""
    officers = [Officer(open_desk(after_night), name) for name in ("Chị Hoa", "Anh Bình")]
    previews = [each.preview("withdraw", **REPORT, version="1") for each in officers]
    together, statuses = Barrier(2), []

    def press(officer: Officer, previewed: object) -> None:
        """Confirm at the same moment as the other."""
        together.wait()
        statuses.append(officer.confirm("withdraw", previewed).status_code)  # type: ignore[arg-type] # of the preview

    threads = [Thread(target=press, args=pair) for pair in zip(officers, previews, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) <= {200, 409}
    waited = carry_out_waiting(office_of(catalog, after_night))
    assert statuses.count(200) == 1 + waited
    assert rows_of(after_night, "SELECT count(*) FROM submission_event WHERE to_state = 'withdrawn'") == [(1,)]


def test_a_button_pressed_twice_acts_once(officer: Officer, after_night: Path) -> None:
    """The second press leads to the record of the first."""
    previewed = officer.preview("withdraw", **REPORT, version="1")
    first, second = (officer.confirm("withdraw", previewed) for _ in range(2))
    assert (first.status_code, first.url) == (second.status_code, second.url)
    assert rows_of(after_night, "SELECT count(*) FROM run WHERE kind = 'withdraw'") == [(1,)]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"reason": " "}, "Cần điền đủ lý do"),
        ({"name": ""}, "Cần điền đủ lý do"),
        ({"version": "9"}, "Không thể thực hiện"),
        ({"reason": "x" * 5000}, "Cần điền đủ lý do"),
    ],
)
def test_what_is_not_filled_in_right_is_asked_again(officer: Officer, fields: dict[str, str], words: str) -> None:
    """The form comes back with what was typed, and says what is wrong."""
    form = officer.client.get("/acts/withdraw", params=REPORT | {"version": "1"})
    data = HiddenFields(form.text).values | {"reason": "vì sao", "name": "An", "step": "preview"} | fields
    officer.client.cookies.clear()
    answer = officer.client.post("/acts/withdraw", data=data, headers=OWN)
    assert (answer.status_code, words in answer.text) == (400, True)


@pytest.mark.parametrize(
    ("act", "fields", "status"),
    [
        ("fly", REPORT, 404),
        ("withdraw", REPORT | {"unit": "99999"}, 404),
        ("withdraw", REPORT | {"period": "May"}, 404),
        ("withdraw", {}, 404),
        ("withdraw", REPORT | {"version": "x"}, 400),
        ("withdraw", REPORT | {"run": "../x"}, 400),
    ],
)
def test_impossible_acts_have_no_form(desk: TestClient, act: str, fields: dict[str, str], status: int) -> None:
    """Addresses of nothing give 404, values that no page makes 400."""
    assert desk.get(f"/acts/{act}", params=fields).status_code == status


def test_acts_are_taken_from_the_desk_only(officer: Officer, after_night: Path) -> None:
    """A page of another site changes nothing in the officer's name."""
    data = HiddenFields(officer.preview("withdraw", **REPORT, version="1").text).values | {"step": "confirm"}
    for headers in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        assert officer.client.post("/acts/withdraw", data=data, headers=headers).status_code == 403
    assert states(after_night) == [("accepted",)]


def test_the_name_is_typed_once(officer: Officer) -> None:
    """The next form begins with the name of the last act, and the report's note form has it too."""
    officer.preview("withdraw", **REPORT, version="1")
    assert 'value="Chị Hoa"' in officer.client.get("/acts/withdraw", params=REPORT).text
    assert 'value="Chị Hoa"' in officer.client.get(f"/reports/cds_x_t/{WRONG}/2025-05").text


@pytest.fixture(params=["sqlite", "postgresql"])
def each_desk(
    request: pytest.FixtureRequest, home: Path, first_files: tuple[SampleFile, ...], open_desk: OpenDesk
) -> TestClient:
    """The desk after a nightly run, on each engine."""
    of_engine = request.param == "postgresql"
    more = {"warehouse_url": request.getfixturevalue("postgres_warehouse")} if of_engine else {}
    deliver(home, first_files)
    run_plainly(context_of(home, **more))
    return open_desk(home, **more)


def test_acts_on_each_engine(each_desk: TestClient) -> None:
    """Previewed, withdrawn, refused to the second officer, restored: alike on SQLite and PostgreSQL."""
    first, second = Officer(each_desk, "Chị Hoa"), Officer(each_desk, "Anh Bình")
    previews = [each.preview("withdraw", **REPORT, version="1") for each in (first, second)]
    assert [each.status_code for each in previews] == [200, 200]
    answers = [each.confirm("withdraw", of) for each, of in zip((first, second), previews, strict=True)]
    assert [each.status_code for each in answers] == [200, 409]
    assert "đã rút" in each_desk.get(PAGE).text
    assert first.carry_out("restore", **REPORT, version="1").status_code == 200
    assert "/acts/withdraw?" in each_desk.get(PAGE).text
