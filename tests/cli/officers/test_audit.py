"""`tonghop audit verify`: what was decided is as it was recorded."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.command import Command, live_in, runner
from tests.flows.pipeline.nightly_runs import prepare_home


@pytest.fixture
def home(tmp_path: Path, mirrored_warehouse: Path) -> Path:
    """Return a home of this test."""
    return prepare_home(tmp_path / "home", mirrored_warehouse)


@pytest.fixture
def tonghop(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Return a function that runs a command in English in the home: exit code, output, errors."""
    live_in(home, monkeypatch, TONGHOP_LANG="en")
    return runner(monkeypatch, capsys)


def test_a_decision_that_was_changed_is_named(home: Path, tonghop: Command) -> None:
    """The command says what is whole, prints the head, and ends with 3 where something differs."""
    assert tonghop("audit", "verify")[0] == 0
    tonghop("senders", "add", "--units", "585", "--reason", "list of the district", "--by", "an")
    code, out, _ = tonghop("audit", "verify")
    head = json.loads(tonghop("audit", "verify", "--json")[1])["head"]
    assert (code, "1 records" in out, head in out) == (0, True, True)
    assert tonghop("audit", "verify", "--head", head)[0] == 0
    assert "No record has the head 00" in tonghop("audit", "verify", "--head", "0" * 64)[1]
    with closing(sqlite3.connect(home / "warehouse.db")) as database, database:
        database.execute("UPDATE authorisation SET actor = 'bình'")
    code, out, _ = tonghop("audit", "verify")
    assert (code, "authorisation:1 differs from its record" in out) == (3, True)
