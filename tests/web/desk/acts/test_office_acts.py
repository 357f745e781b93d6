"""Acts of the office: reminders, upload links, and reruns that Prefect carries out."""

import json
import re
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Final

import pytest
from starlette.testclient import TestClient

from tests.flows.deployments.notice_sinks import smtp_server
from tests.flows.pipeline.nightly_runs import WRONG, context_of, deliver, rows_of
from tests.flows.presentation.test_reminders import DAY_AFTER, mail_of, register
from tests.web.desk.acts.conftest import UNIT, HiddenFields, Officer
from workbooks.sample.inbox import SampleFile

OpenDesk = Callable[..., TestClient]
RUN: Final = "0f2d3c4b-1111-4222-8333-444455556666"


class PrefectAnswers(BaseHTTPRequestHandler):
    """Answers as Prefect's server does, for one deployment and one run of it."""

    started: list[dict[str, object]]
    state: dict[str, str]
    knows_rerun = True

    def do_GET(self) -> None:
        """Answer a look-up."""
        if self.path.startswith("/api/deployments/name/"):
            self._answer({"id": "d"} if self.knows_rerun and self.path.endswith("/rerun/rerun") else None)
        elif self.path == f"/api/flow_runs/{RUN}":
            self._answer({"id": RUN, "name": "rerun 22828 2025-05", "state": self.state})
        else:
            self._answer({} if self.path == "/api/health" else None)

    def do_POST(self) -> None:
        """Answer a question, or start a run."""
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path.endswith("/create_flow_run"):
            self.started.append(sent)
            self._answer({"id": RUN})
        else:
            self._answer(3 if self.path.endswith("/count") else [{"name": "check 1-1 of 1"}])

    def log_message(self, *_: object) -> None:
        """Print nothing."""

    def _answer(self, content: object) -> None:
        self.send_response(404 if content is None else 200)
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())


@pytest.fixture
def prefect(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[PrefectAnswers]]:
    """Start what answers like Prefect's server."""
    answers = type("Answers", (PrefectAnswers,), {"started": [], "state": {"type": "RUNNING", "name": "Running"}})
    server = ThreadingHTTPServer(("127.0.0.1", 0), answers)
    monkeypatch.setenv("PREFECT_API_URL", f"http://127.0.0.1:{server.server_port}/api")
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield answers
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_rerun_is_carried_out_by_prefect(
    officer: Officer, prefect: type[PrefectAnswers], correction: SampleFile, after_night: Path
) -> None:
    """The preview says what would be judged and published; the run's page shows its progress and leads to Prefect."""
    deliver(after_night, [correction])
    previewed = officer.preview("rerun", units=WRONG, period="2025-05")
    assert "22828 Ma Nới: sẽ được chấp nhận" in previewed.text
    assert "lần công bố 2" in previewed.text
    assert prefect.started == []
    running = officer.confirm("rerun", previewed)
    assert running.url.path == f"/reruns/{RUN}"
    assert "3 bước đã xong" in running.text
    assert f"/runs/flow-run/{RUN}" in running.text
    (started,) = prefect.started
    assert started["parameters"] == {
        "area": "",
        "units": [WRONG],
        "period": "2025-05",
        "period_to": "",
        "reason": "correction",
        "note": "Đã gọi xã",
        "recheck": False,
        "by": "Chị Hoa",
    }
    assert started["idempotency_key"] == HiddenFields(previewed.text).values["run"]
    prefect.state = {"type": "FAILED", "name": "Failed", "message": "no disk"}
    ended = officer.client.get(running.url.path).text
    assert ("Không chạy được" in ended, "no disk" in ended, "hx-trigger" in ended) == (True, True, False)


def test_without_prefect_a_rerun_says_what_to_do(officer: Officer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no server is known, or none answers, nothing is done, and the page says how to start it."""
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    refused = officer.preview("rerun", units=WRONG, period="2025-05")
    assert (refused.status_code, "báo người quản trị khởi động" in refused.text) == (400, True)
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:1/api")
    silent = officer.preview("rerun", units=WRONG, period="2025-05")
    assert (silent.status_code, "không có máy chủ Prefect trả lời" in silent.text) == (503, True)
    assert officer.client.get(f"/reruns/{RUN}").status_code == 503


def test_a_server_without_our_deployments_is_named(officer: Officer, prefect: type[PrefectAnswers]) -> None:
    """A server that does not know the rerun starts none."""
    previewed = officer.preview("rerun", units=WRONG, period="2025-05")
    prefect.knows_rerun = False
    refused = officer.confirm("rerun", previewed)
    assert (refused.status_code, "không có lượt chạy rerun/rerun" in refused.text) == (500, True)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"units": "99999", "period": "2025-05"}, "99999"),
        ({"units": WRONG, "area": "585", "period": "2025-05"}, "Không thể thực hiện"),
        ({"units": WRONG, "period": "May"}, "May"),
    ],
)
def test_a_wrong_scope_is_refused(
    officer: Officer, prefect: type[PrefectAnswers], fields: dict[str, str], words: str
) -> None:
    """Unknown units, both area and units, or no period: the form comes back, nothing is started."""
    refused = officer.preview("rerun", **fields)
    assert (refused.status_code, words in refused.text, prefect.started) == (400, True, [])


def test_a_link_is_shown_once(officer: Officer, after_night: Path) -> None:
    """The preview names unit and days; the address is shown after confirming alone; a second press makes none."""
    previewed = officer.preview("links", units=f"{UNIT}, {WRONG}")
    assert "22813 Xã Lâm Sơn: dùng được từ" in previewed.text
    assert rows_of(after_night, "SELECT count(*) FROM upload_link") == [(0,)]
    made = officer.confirm("links", previewed)
    addresses = re.findall(r"http://[^\s<]+/", made.text)
    assert len(addresses) == 2
    again = officer.confirm("links", previewed)
    assert again.url.path.startswith("/acts/done/")
    assert not any(each in again.text for each in addresses)
    assert rows_of(after_night, "SELECT count(*) FROM upload_link") == [(2,)]
    assert rows_of(after_night, "SELECT kind, actor FROM run WHERE actor IS NOT NULL") == [("links", "Chị Hoa")]


@pytest.mark.parametrize("fields", [{"units": "1"}, {"days": "0"}, {"days": "x"}, {"first_day": "gestern"}])
def test_an_impossible_link_is_not_made(officer: Officer, fields: dict[str, str]) -> None:
    """Units, days and dates that are none come back with the form."""
    assert officer.preview("links", **({"units": UNIT} | fields)).status_code == 400


def test_reminders_are_sent_once(home: Path, open_desk: OpenDesk) -> None:
    """The preview lists each mail with its address; sent they are recorded with reason and name, and due no more."""
    with smtp_server() as (port, box):
        register(context_of(home, DAY_AFTER), "manoi@ninhson.vn", WRONG)
        officer = Officer(open_desk(home, DAY_AFTER, **mail_of(port, "vi")))
        previewed = officer.preview("remind")
        assert "22828 Xã Ma Nới → manoi@ninhson.vn" in previewed.text
        assert box.mails == []
        officer.confirm("remind", previewed)
        assert len(box.mails) == 2
        assert "Hôm nay không có thư nhắc nào đến hạn" in officer.preview("remind").text
    assert rows_of(home, "SELECT kind, actor, reason FROM run WHERE actor IS NOT NULL") == [
        ("remind", "Chị Hoa", "Đã gọi xã")
    ]


def test_without_a_mail_server_nothing_is_promised(officer: Officer) -> None:
    """The preview of reminders says which settings are missing."""
    refused = officer.preview("remind")
    assert (refused.status_code, "TONGHOP_MAIL_HOST" in refused.text) == (400, True)
