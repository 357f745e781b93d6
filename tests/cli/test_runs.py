"""Runs are listed with what they did, and a timer hears when no night ran, without Prefect."""

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.errors import UsageError
from flows.actions.run_list import RunEnd, expected_since, listed
from tests.cli.command import live_in, tonghop
from tests.cli.test_cli import HEAVY, imported_by
from tests.flows.deployments.notice_sinks import smtp_server
from tests.flows.pipeline.nightly_runs import rows_of
from warehouse.queries import RunRecord

NOW = datetime(2025, 6, 3, 23, 5, tzinfo=UTC)
"""Five past six on 2025-06-04 in Vietnam."""


def run_main(home: Path, monkeypatch: pytest.MonkeyPatch, *words: str, **output: str) -> int:
    """The exit code of `tonghop runs` in a home, in English."""
    live_in(home, monkeypatch, **output)
    return tonghop(monkeypatch, "--lang", "en", "runs", *words)


def night_at(home: Path, started: datetime, finished: datetime | None) -> None:
    """Let the home's one night have run then."""
    with sqlite3.connect(home / "warehouse.db") as connection:
        moments = [moment and moment.isoformat(sep=" ") for moment in (started, finished)]
        connection.execute("UPDATE run SET started_at = ?, finished_at = ?", moments)


def test_runs_are_listed_with_counts_and_durations(
    after_night: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Newest first: kind, start in Vietnam's time, how long, how it ended, what it counted."""
    start = datetime(2025, 6, 2, 18, 0)  # noqa: DTZ001 # as SQLite keeps it
    night_at(after_night, start, start + timedelta(seconds=3723))
    assert run_main(after_night, monkeypatch) == 0
    (line,) = (line for line in capsys.readouterr().out.splitlines() if "nightly" in line)
    assert line.split()[:7] == ["01:00", "3", "Jun", "2025", "nightly", "1:02:03", "to"]
    assert line.split()[-3:] == ["8", "1", "1"]


def test_programs_get_json(
    after_night: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same for programs; another kind than asked for is left out."""
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
        ({"left": 1}, NOW, RunEnd.REFUSED),
        ({}, None, RunEnd.UNFINISHED),
    ],
)
def test_how_a_run_ended(counts: dict[str, int], finished: datetime | None, end: RunEnd) -> None:
    """Well, with something to look at, or not at all."""
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
def test_a_night_is_expected_in_the_day_before_the_last_such_time(clock: str, since: datetime) -> None:
    """A time that has not come yet today asks for yesterday's night."""
    assert expected_since(clock, NOW) == since


@pytest.mark.parametrize("clock", ["six", "25:00", ""])
def test_what_is_no_time_is_wrong_usage(clock: str) -> None:
    """The message shows how a time is written."""
    with pytest.raises(UsageError, match="06:00"):
        expected_since(clock, NOW)


def test_a_night_in_time_is_well(
    after_night: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The timer is content when a night ended, whatever it refused."""
    now = datetime.now(UTC).replace(tzinfo=None)
    night_at(after_night, now - timedelta(hours=2), now - timedelta(hours=1))
    assert run_main(after_night, monkeypatch, "--expect", "06:00") == 0
    assert "A night ended at" in capsys.readouterr().out


@pytest.mark.parametrize("begun", [False, True])
def test_no_night_is_told(
    after_night: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    begun: bool,
) -> None:
    """None for three days, or one that began and never ended: exit code 3, and what to do."""
    now = datetime.now(UTC).replace(tzinfo=None)
    night_at(after_night, now - timedelta(days=3), None if begun else now - timedelta(days=3))
    assert run_main(after_night, monkeypatch, "--expect", "06:00") == 3
    result = " ".join(capsys.readouterr().err.split())
    assert "no night has ended since" in result
    assert ("has not ended" in result) == begun
    assert "tonghop nightly" in result


def test_the_first_night_is_missed_too(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no run ever was, the timer says so."""
    assert rows_of(home, "SELECT count(*) FROM run") == [(0,)]
    assert run_main(home, monkeypatch, "--expect", "06:00") == 3


@pytest.mark.parametrize(
    ("database", "problem"),
    [("", "no night has ended since"), ("postgresql+psycopg://127.0.0.1:1/none", "is not available")],
    ids=["no night", "no warehouse"],
)
def test_no_night_is_told_by_mail(home: Path, monkeypatch: pytest.MonkeyPatch, database: str, problem: str) -> None:
    """Whoever gets notices hears of it, for whatever reason no night is known; the exit code stays 3."""
    with smtp_server() as (port, box):
        mail = {"HOST": "127.0.0.1", "PORT": str(port), "SECURITY": "none", "FROM": "a@x.example", "TO": "b@x.example"}
        result = {f"TONGHOP_MAIL_{name}": value for name, value in mail.items()} | {"TONGHOP_WAREHOUSE_URL": database}
        assert run_main(home, monkeypatch, "--expect", "06:00", "--mail", **result) == 3
    (notice,) = box.mails
    assert notice["Subject"] == "[tổng hợp] No night has ended"
    assert problem in notice.get_content()


def test_a_mail_that_cannot_be_sent_hides_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without mail settings it is as without --mail; with a silent mail server both are told."""
    assert run_main(home, monkeypatch, "--expect", "06:00", "--mail") == 3
    results = {"TONGHOP_MAIL_HOST": "127.0.0.1", "TONGHOP_MAIL_PORT": "1", "TONGHOP_MAIL_TO": "b@x.example"}
    capsys.readouterr()
    assert run_main(home, monkeypatch, "--expect", "06:00", "--mail", **results) == 3
    printed = " ".join(capsys.readouterr().err.split())
    assert "no night has ended since" in printed
    assert "no mail could be sent through 127.0.0.1:1" in printed


def test_mail_without_a_time_is_wrong_usage(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A timer that forgot --expect would never tell of anything."""
    assert run_main(home, monkeypatch, "--mail") == 2


def test_no_prefect_is_needed(tmp_path: Path) -> None:
    """Neither Prefect nor any other heavy package is imported."""
    assert imported_by(["runs", "--expect", "06:00", "--mail"], tmp_path) & set(HEAVY) == set()
