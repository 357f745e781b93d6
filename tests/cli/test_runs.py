"""`tonghop runs`: the list of runs, and `--expect`, which fails unless a nightly run ended; without Prefect."""

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.errors import UsageError
from flows.actions.run_list import RunEnd, expected_since, listed
from tests.cli.command import live_in, tonghop
from tests.flows.deployments.notice_sinks import smtp_server
from tests.flows.pipeline.nightly_runs import rows_of
from warehouse.queries import RunRecord

NOW = datetime(2025, 6, 3, 23, 5, tzinfo=UTC)
"""Five past six on 2025-06-04 in Vietnam."""


def run_main(home: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str, **output: str) -> int:
    """Run `tonghop runs` in English in a home and return its exit code."""
    live_in(home, monkeypatch, **output)
    return tonghop(monkeypatch, "--lang", "en", "runs", *arguments)


def set_run_times(home: Path, started: datetime, finished: datetime | None) -> None:
    """Change the times of the home's only nightly run."""
    with sqlite3.connect(home / "warehouse.db") as connection:
        moments = [moment and moment.isoformat(sep=" ") for moment in (started, finished)]
        connection.execute("UPDATE run SET started_at = ?, finished_at = ?", moments)


def test_runs_are_listed_with_counts_and_durations(
    after_night: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The list has kind, start in Vietnam's time, duration, end and counts, newest first."""
    start = datetime(2025, 6, 2, 18, 0)  # noqa: DTZ001 # as SQLite stores it
    set_run_times(after_night, start, start + timedelta(seconds=3723))
    assert run_main(after_night, monkeypatch) == 0
    (line,) = (line for line in capsys.readouterr().out.splitlines() if "nightly" in line)
    assert line.split()[:7] == ["01:00", "3", "Jun", "2025", "nightly", "1:02:03", "returned"]
    assert line.split()[-3:] == ["8", "1", "1"]


def test_runs_as_json(after_night: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """JSON has the same content; other kinds than the requested one are left out."""
    assert run_main(after_night, monkeypatch, "--json") == 0
    (run,) = json.loads(capsys.readouterr().out)
    assert (run["record"]["kind"], run["ended"], run["record"]["counts"]["refused"]) == ("nightly", "refused", 1)
    assert run_main(after_night, monkeypatch, "--json", "--kind", "rerun") == 0
    assert json.loads(capsys.readouterr().out) == []


@pytest.mark.parametrize(
    ("counts", "finished", "end"),
    [
        ({"judged": 8}, NOW, RunEnd.WELL),
        ({"judged": 8, "refused": 1}, NOW, RunEnd.REFUSED),
        ({"judged": 8, "refused": 1, "left": 1}, NOW, RunEnd.INCOMPLETE),
        ({"judged": 8, "held": 1}, NOW, RunEnd.TO_DECIDE),
        ({}, None, RunEnd.UNFINISHED),
    ],
)
def test_how_a_run_ended(counts: dict[str, int], finished: datetime | None, end: RunEnd) -> None:
    """A run ended well, with refused reports, or not at all."""
    assert listed(RunRecord("id", "nightly", "v", NOW, finished, counts, None)).ended is end


@pytest.mark.parametrize(
    ("clock", "since"),
    [
        ("06:00", datetime(2025, 6, 2, 23, 0, tzinfo=UTC)),
        ("06:05", datetime(2025, 6, 2, 23, 5, tzinfo=UTC)),
        ("07:00", datetime(2025, 6, 2, 0, 0, tzinfo=UTC)),
        ("00:00", datetime(2025, 6, 2, 17, 0, tzinfo=UTC)),
    ],
)
def test_a_nightly_run_is_expected_in_the_day_before_the_time(clock: str, since: datetime) -> None:
    """Before the time of day, the run of the previous day is expected."""
    assert expected_since(clock, NOW) == since


@pytest.mark.parametrize("clock", ["six", "25:00", ""])
def test_an_invalid_time_is_wrong_usage(clock: str) -> None:
    """The message shows the format of a time."""
    with pytest.raises(UsageError, match="06:00"):
        expected_since(clock, NOW)


def test_a_nightly_run_in_time_succeeds(
    after_night: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--expect` succeeds if a nightly run ended, whatever it refused."""
    now = datetime.now(UTC).replace(tzinfo=None)
    set_run_times(after_night, now - timedelta(hours=2), now - timedelta(hours=1))
    assert run_main(after_night, monkeypatch, "--expect", "06:00") == 0
    assert "A nightly run ended at" in capsys.readouterr().out


@pytest.mark.parametrize("begun", [False, True])
def test_a_missing_nightly_run_fails(
    after_night: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    begun: bool,
) -> None:
    """No run for three days, or a run that never ended, gives exit code 3 and advice."""
    now = datetime.now(UTC).replace(tzinfo=None)
    set_run_times(after_night, now - timedelta(days=3), None if begun else now - timedelta(days=3))
    assert run_main(after_night, monkeypatch, "--expect", "06:00") == 3
    printed = " ".join(capsys.readouterr().err.split())
    assert "no nightly run has ended since" in printed
    assert ("has not ended" in printed) == begun
    assert "tonghop nightly" in printed


def test_a_missing_first_run_fails(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any run so far `--expect` fails too."""
    assert rows_of(home, "SELECT count(*) FROM run") == [(0,)]
    assert run_main(home, monkeypatch, "--expect", "06:00") == 3


@pytest.mark.parametrize(
    ("database", "problem"),
    [("", "no nightly run has ended since"), ("postgresql+psycopg://127.0.0.1:1/none", "is not available")],
    ids=["no run", "no warehouse"],
)
def test_a_missing_nightly_run_is_reported_by_mail(
    home: Path, monkeypatch: pytest.MonkeyPatch, database: str, problem: str
) -> None:
    """Recipients of notices get a mail, whatever the reason; the exit code stays 3."""
    with smtp_server() as (port, box):
        mail = {"HOST": "127.0.0.1", "PORT": str(port), "SECURITY": "none", "FROM": "a@x.example", "TO": "b@x.example"}
        settings = {f"TONGHOP_MAIL_{name}": value for name, value in mail.items()} | {"TONGHOP_WAREHOUSE_URL": database}
        assert run_main(home, monkeypatch, "--expect", "06:00", "--mail", **settings) == 3
    (notice,) = box.mails
    assert notice["Subject"] == "[tổng hợp] No nightly run has ended"
    assert problem in notice.get_content()


def test_a_mail_that_cannot_be_sent_hides_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without mail settings --mail has no effect; if the mail server does not answer, both errors are reported."""
    assert run_main(home, monkeypatch, "--expect", "06:00", "--mail") == 3
    settings = {"TONGHOP_MAIL_HOST": "127.0.0.1", "TONGHOP_MAIL_PORT": "1", "TONGHOP_MAIL_TO": "b@x.example"}
    capsys.readouterr()
    assert run_main(home, monkeypatch, "--expect", "06:00", "--mail", **settings) == 3
    printed = " ".join(capsys.readouterr().err.split())
    assert "no nightly run has ended since" in printed
    assert "no mail could be sent through 127.0.0.1:1" in printed


def test_mail_without_a_time_is_wrong_usage(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--mail without --expect would never send a mail, and is refused."""
    assert run_main(home, monkeypatch, "--mail") == 2
