"""What only the service's account may read is closed to others, whatever the umask and also in homes that were open."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from flows.support.private_home import close_home
from flows.support.warehouse import open_database
from tests.flows.support.test_server_credential import mode


@pytest.fixture(autouse=True)
def careless_umask() -> Iterator[None]:
    """Let new files be open to all, as the most careless umask does."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def open_home(tmp_path: Path) -> Path:
    """Make a home as a careless earlier version would have left it."""
    home = tmp_path / "home"
    for folder in ("inbox", "landing", "prefect", "secrets"):
        (home / folder).mkdir(parents=True)
        (home / folder).chmod(0o755)
    home.chmod(0o755)
    for file in ("warehouse.db", "warehouse.db-wal", "prefect/prefect.db", "prefect/prefect.db-shm", "secrets/TOKEN"):
        (home / file).touch(mode=0o644)
    return home


def modes(home: Path) -> dict[str, int]:
    """Return the modes of a home and all that is in it."""
    return {str(path.relative_to(home)): mode(path) for path in (home, *home.rglob("*"))}


def test_a_command_closes_an_open_home(open_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The home, its databases with their companions, and the secrets, before the command does anything else."""
    monkeypatch.setenv("TONGHOP_HOME", str(open_home))
    monkeypatch.setenv("TONGHOP_SECRETS", str(open_home / "secrets"))
    CliRunner().invoke(app, ["verify", "none.tar.gz"])
    modes_now = modes(open_home)
    assert modes_now.pop(".") == 0o700
    assert {path: bits for path, bits in modes_now.items() if "." in path or "TOKEN" in path} == {
        "warehouse.db": 0o600, "warehouse.db-wal": 0o600, "prefect/prefect.db": 0o600,
        "prefect/prefect.db-shm": 0o600, "secrets/TOKEN": 0o600,
    }  # fmt: skip


@pytest.mark.parametrize(("inbox", "passage"), [(0o777, 0o711), (0o775, 0o710), (0o755, 0o700)])
def test_who_delivers_into_the_inbox_still_gets_there(open_home: Path, inbox: int, passage: int) -> None:
    """They may pass through the home, and find every other folder closed."""
    (open_home / "inbox").chmod(inbox)
    close_home(open_home, open_home / "inbox", None)
    assert (mode(open_home), mode(open_home / "inbox")) == (passage, inbox)
    assert mode(open_home / "landing") == (0o700 if passage & 0o011 else 0o755)


def test_a_stricter_mode_stays(open_home: Path) -> None:
    """Closing takes rights away and gives none."""
    (open_home / "inbox").chmod(0o777)
    open_home.chmod(0o500)
    close_home(open_home, open_home / "inbox", None)
    assert mode(open_home) == 0o500
    open_home.chmod(0o700)


def test_a_database_and_its_companions_are_private(tmp_path: Path) -> None:
    """Its folder, and what SQLite writes beside it, are closed from the first moment on."""
    engine = open_database(f"sqlite:///{tmp_path}/new/warehouse.db")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE anything (id)")
        modes_now = modes(tmp_path / "new")
    assert {"warehouse.db", "warehouse.db-wal", "warehouse.db-shm"} <= modes_now.keys()
    assert (modes_now.pop("."), set(modes_now.values())) == (0o700, {0o600})
