"""Acts that are confirmed while a run is at work: kept as confirmed, carried out afterwards once, or refused."""

import os
import shutil
import signal
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import TypeVar
from unittest.mock import patch

import pytest
from starlette.testclient import TestClient

from domain.catalog.catalog import Catalog
from flows.actions import withdraw
from flows.pipeline import acts_together, publisher
from flows.pipeline import exclusive_run as exclusive_run_module
from tests.flows.pipeline.kill_runner import killed_after
from tests.flows.pipeline.nightly_runs import NOW, context_of, put, run_plainly
from tests.tools.torture.processes import start
from tests.web.desk.acts.conftest import INDICATOR, LATER, REPORT, RULE, UNIT, ActsOffice, Officer, changed_workbook
from tests.web.desk.staff import logged_in
from warehouse.officers.users import disable_user
from warehouse.officers.waiting_acts import refused_acts
from warehouse.queries.desk.acts import act_record
from warehouse.queries.newest_record import newest_record
from warehouse.queries.revisions import unpublished
from warehouse.queries.runs import run_record
from warehouse.store.audit import examine
from warehouse.store.engine import reading, transaction
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.report_keys import versions_of
from warehouse.submissions.withdrawal import Decision
from warehouse.submissions.withdrawal import withdraw as withdraw_report
from web.desk.acts.waiting import carry_out_waiting, carrying_out
from web.desk.context import ActQueue
from web.desk.requested import requested_report
from workbooks.sample.inbox import SampleFile

pytestmark = pytest.mark.long

T = TypeVar("T")
NEXT = "22816"
"""Another unit of the district."""
PAGE = f"/reports/cds_x_t/{UNIT}/2025-05"


class _Never(Executor):
    """Carries out nothing."""

    def submit(self, fn: Callable[..., T], /, *_: object, **__: object) -> Future[T]:
        """Leave it."""
        assert callable(fn)
        return Future()


def test_an_act_waits_for_a_run(office: ActsOffice) -> None:
    """Previewed without figures and confirmed during a nightly run, it is carried out after it, and once."""
    officer = office.officer
    with office.at_work():
        previewed = officer.preview("withdraw", **REPORT, version="1")
        assert (previewed.status_code, "Lượt chạy hằng đêm, từ" in previewed.text) == (200, True)
        assert "Báo cáo thay đổi tình trạng" in previewed.text
        assert "Không có số liệu đã công bố nào thay đổi" not in previewed.text
        confirmed = officer.confirm("withdraw", previewed)
        assert (confirmed.url.path.startswith("/acts/done/"), "Đang chờ" in confirmed.text) == (True, True)
        assert carry_out_waiting(office.desk) == 0
        listed, report = officer.client.get("/acts").text, officer.client.get(PAGE).text
        assert (confirmed.url.path in listed, "Việc khác đang chờ thực hiện" in report) == (True, True)
    (waiting,) = office.waiting()
    assert (waiting.decision.note, waiting.decision.actor, waiting.confirmed_at) == ("Đã gọi xã", "Chị Hoa", NOW)
    assert office.states() == ["accepted"]
    assert [carry_out_waiting(office.desk) for _ in range(2)] == [1, 0]
    assert (office.states(), office.waiting()) == (["withdrawn"], ())
    record = officer.client.get(confirmed.url.path).text
    assert ("đã chờ đến lượt" in record, "“Đã gọi xã”" in record) == (True, True)
    assert officer.confirm("withdraw", previewed).url.path == confirmed.url.path
    with reading(office.desk.engine) as session:
        assert examine(session).faults == ()


def test_what_changed_meanwhile_is_refused(local: ActsOffice, first_files: tuple[SampleFile, ...]) -> None:
    """A run that took in a newer version leaves it as it is; the officer sees that on the first page."""
    officer = local.officer
    with local.at_work():
        confirmed = officer.carry_out("withdraw", **REPORT, version="1")
    first = next(each for each in first_files if UNIT in each.path.name)
    put(local.home / "inbox" / "2025-05" / f"BC_{UNIT}_sua.xlsx", changed_workbook(first.data, "warned"), NOW)
    run_plainly(context_of(local.home, LATER), "second")
    assert carry_out_waiting(local.desk) == 1
    assert local.states() == ["superseded", "accepted"]
    notice = "báo cáo đã thay đổi"
    pages = [officer.client.get(address).text for address in ("/", "/acts", confirmed.url.path)]
    assert [notice in page for page in pages] == [True, True, True]
    with reading(local.desk.engine) as session:
        assert run_record(session, confirmed.url.path.rpartition("/")[2]) is None


def test_acts_about_a_report_follow_one_another(
    warned_home: Path, open_desk: Callable[..., TestClient], catalog: Catalog
) -> None:
    """The second officer sees the first one's act waiting, and both are carried out in that order."""
    office = ActsOffice(warned_home, open_desk, catalog)
    first, second = office.officer, Officer(open_desk(warned_home), "Anh Bình")
    with office.at_work():
        first.carry_out("waive", **REPORT, rule=RULE, indicator=INDICATOR)
        previewed = second.preview("withdraw", **REPORT, version="2")
        assert "Giải trình cảnh báo – Chị Hoa" in previewed.text
        assert "Đang chờ" in second.confirm("withdraw", previewed).text
    assert [each.act for each in office.waiting()] == ["waive", "withdraw"]
    assert carry_out_waiting(office.desk) == 2
    with reading(office.desk.engine) as session:
        assert refused_acts(session, NOW) == ()
    assert office.states()[-1] == "withdrawn"


def test_who_did_not_see_what_waits_looks_again(local: ActsOffice) -> None:
    """A preview that showed nothing waiting holds no more once an act about the same waits."""
    officer, second = local.officer, local.officer
    with local.at_work():
        previewed = second.preview("withdraw", **REPORT, version="1")
        officer.carry_out("withdraw", **REPORT, version="1")
        refused = second.confirm("withdraw", previewed)
    assert (refused.status_code, len(local.waiting())) == (409, 1)


def test_what_is_impossible_by_then_is_refused_with_the_reason(local: ActsOffice) -> None:
    """An act that its own check refuses ends, so that those behind it are carried out."""
    officer = local.officer
    with local.at_work():
        for _ in range(2):
            officer.carry_out("withdraw", **REPORT, version="1")
    assert carry_out_waiting(local.desk) == 2
    with reading(local.desk.engine) as session:
        (refused,) = refused_acts(session, NOW)
    assert refused.refusal.startswith("Không thể thực hiện: ")


PLACES = ("begin", "apply_decision", "end")


@pytest.mark.parametrize(
    ("office", "place"), [*(("sqlite", place) for place in PLACES), ("postgresql", PLACES[1])], indirect=["office"]
)
def test_a_process_killed_in_between_is_made_good(office: ActsOffice, place: str) -> None:
    """Killed after the start, the decision or the end of its run, the act is carried out once by the next process."""
    with office.at_work():
        office.officer.carry_out("withdraw", **REPORT, version="1")

    def carry_out_and_die() -> None:
        """Carry out what waits until the process is gone."""
        with patch.object(withdraw, place, killed_after(getattr(withdraw, place))):
            carry_out_waiting(office.desk)

    _, status = os.waitpid(start(carry_out_and_die), 0)
    assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL
    assert len(office.waiting()) == 1
    assert carry_out_waiting(office.desk) == 1
    assert (office.states(), office.waiting()) == (["withdrawn"], ())
    with reading(office.desk.engine) as session:
        assert refused_acts(session, NOW) == ()
        key = requested_report(office.desk, *REPORT.values()).key
        assert [each.version for each in versions_of(session, key)] == [1]


def test_what_waited_together_is_published_once(office: ActsOffice) -> None:
    """Each of two acts has its run and its revision; the warehouse is examined once, the last revision published."""
    with office.at_work():
        acts = [office.officer.carry_out("withdraw", **(REPORT | {"unit": unit}), version="1") for unit in (UNIT, NEXT)]
    with (
        patch.object(exclusive_run_module, "newest_record", wraps=newest_record) as examined,
        patch.object(publisher, "write", wraps=publisher.write) as written,
    ):
        assert carry_out_waiting(office.desk) == 2
    assert (examined.call_count, written.call_count) == (1, 1)
    with reading(office.desk.engine) as session:
        records = [act_record(session, each.url.path.rpartition("/")[2]) for each in acts]
        assert unpublished(session) == ()
    numbers = [[revision.number for revision in record.revisions] for record in records if record]
    assert numbers == [[2], [3]]


def test_killed_before_the_publication_the_next_run_publishes(office: ActsOffice) -> None:
    """What acts rolled up is published by the next run, whichever it is."""
    with office.at_work():
        confirmed = office.officer.carry_out("withdraw", **REPORT, version="1")

    def carry_out_and_die() -> None:
        """Carry out what waits until the process is gone."""
        with patch.object(acts_together, "finish_publishing", killed_after(lambda *_: None)):
            carry_out_waiting(office.desk)

    _, status = os.waitpid(start(carry_out_and_die), 0)
    assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL
    assert (office.states(), office.waiting()) == (["withdrawn"], ())
    record = office.officer.client.get(confirmed.url.path).text
    assert "đang được công bố" in record
    run_plainly(context_of(office.home, LATER, **office.more), "second")
    with reading(office.desk.engine) as session:
        assert unpublished(session) == ()
    assert "đang được công bố" not in office.officer.client.get(confirmed.url.path).text


def test_a_confirmation_does_not_wait_for_its_act(local: ActsOffice) -> None:
    """The page says that it waits, looks again by itself with scripts and without, and then shows the record."""
    officer = local.officer_before(ActQueue(_Never(), moment=0))
    confirmed = officer.carry_out("withdraw", **REPORT, version="1")
    assert [each in confirmed.text for each in ("Đang chờ", 'http-equiv="refresh"')] == [True, True]
    looking = {"HX-Request": "true", "HX-Trigger": "looking"}
    assert officer.client.get(confirmed.url.path, headers=looking).status_code == 204
    assert carry_out_waiting(local.desk) == 1
    assert officer.client.get(confirmed.url.path, headers=looking).headers["HX-Refresh"] == "true"
    assert "Đã thực hiện" in officer.client.get(confirmed.url.path).text


def test_a_page_says_why_nothing_is_carried_out(local: ActsOffice) -> None:
    """A clock that was set back is named where the act waits."""
    officer = local.officer
    with patch.object(exclusive_run_module, "newest_record", lambda _: LATER):
        confirmed = officer.carry_out("withdraw", **REPORT, version="1")
        assert ["Đang chờ" in confirmed.text, "Không thực hiện được" in confirmed.text] == [True, True]
    assert carry_out_waiting(local.desk) == 1


def test_a_preview_has_figures_unless_a_run_is_half_done(local: ActsOffice) -> None:
    """Beside a run that moved a report whose figures are not rolled up, these are not shown as the act's doing."""
    officer = local.officer
    later = "chưa biết số liệu công bố sẽ thay đổi"
    with local.at_work():
        assert later not in officer.preview("withdraw", **REPORT, version="1").text
        desk = local.desk
        other = requested_report(desk, "cds_x_t", NEXT, "2025-05").key
        with transaction(desk.engine) as session:
            withdraw_report(session, other, Decision(DecisionReason("x", "other"), LATER, "other"), None)
        assert later in officer.preview("withdraw", **REPORT, version="1").text
    assert later not in officer.preview("withdraw", **REPORT, version="1").text


def test_of_two_desks_one_carries_out(local: ActsOffice) -> None:
    """While one process works on what waits, another leaves it alone."""
    with local.at_work():
        local.officer.carry_out("withdraw", **REPORT, version="1")
    first, second = local.desk, local.desk
    counts = []
    open_context = first.open_context

    def meanwhile() -> object:
        """Look at what waits in the middle of the first one's work."""
        counts.append(carry_out_waiting(second))
        return open_context()

    object.__setattr__(first, "open_context", meanwhile)
    counts.append(carry_out_waiting(first))
    assert counts == [0, 1]


def test_what_officers_need_at_once_does_not_wait(
    warned_home: Path, open_desk: Callable[..., TestClient], catalog: Catalog
) -> None:
    """Questions, contacts and links are made beside a run."""
    office = ActsOffice(warned_home, open_desk, catalog)
    officer = office.officer
    with office.at_work():
        question = officer.carry_out("ask", **REPORT, rule=RULE, indicator=INDICATOR)
        contact = officer.carry_out(
            "contact", unit=UNIT, full_name="Chị Tám", mail="tam@xa.example", first_day="2025-06-01"
        )
        links = officer.carry_out("links", units=UNIT)
    assert ["Đã thực hiện" in each.text for each in (question, contact, links)] == [True, True, True]
    assert office.waiting() == ()


def test_who_was_disabled_meanwhile_decides_nothing(
    staffed_home: Path, tmp_path: Path, open_desk: Callable[..., TestClient], catalog: Catalog
) -> None:
    """An act counts only if its officer still may carry it out."""
    office = ActsOffice(Path(shutil.copytree(staffed_home, tmp_path / "home", symlinks=True)), open_desk, catalog)
    officer = Officer(logged_in(open_desk(office.home), "officer of the district"))
    with office.at_work():
        officer.carry_out("withdraw", **REPORT, version="1")
    with transaction(office.desk.engine) as session:
        disable_user(session, "mai", NOW)
    assert carry_out_waiting(office.desk) == 1
    with reading(office.desk.engine) as session:
        (refused,) = refused_acts(session, NOW)
    assert (refused.refusal, office.states()) == ("Không thuộc quyền của bạn", ["accepted"])


def test_the_desk_looks_by_itself(local: ActsOffice) -> None:
    """The thread of the desk's process carries out what waits."""
    with local.at_work():
        local.officer.carry_out("withdraw", **REPORT, version="1")
    with patch("web.desk.acts.waiting._SECONDS", 0.01), carrying_out(local.desk):
        while local.waiting():
            pass
    assert local.states() == ["withdrawn"]
