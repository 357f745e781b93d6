"""`tonghop connectors`: sources are listed, tried and added, and no secret is ever printed."""

import io
import json
import sys
from pathlib import Path

import pytest

from connectors.base import SecretUnreadableError
from domain.catalog.sources import SecretName
from flows.support.settings import load_settings
from flows.support.sources import configured_sources, read_secret, source_names
from tests.cli.command import Command, live_in, runner


@pytest.fixture
def tonghop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Return a function that runs a command in English in an empty home: exit code, output, errors."""
    live_in(tmp_path / "home", monkeypatch, TONGHOP_LANG="en")
    return runner(monkeypatch, capsys)


def test_a_home_without_the_file_has_its_inbox(tonghop: Command) -> None:
    """Homes of earlier versions go on as they did."""
    assert "inbox folder" in tonghop("connectors", "list")[1]


def test_uploads_are_a_source_that_needs_no_entry(tonghop: Command, tmp_path: Path) -> None:
    """Once the upload page was opened its folder is collected; a sender's source need not be named for that."""
    (tmp_path / "home" / "uploads").mkdir(parents=True)
    assert "upload upload" in tonghop("connectors", "list")[1]
    assert source_names(load_settings()) == ("inbox",)
    assert tonghop("connectors", "add", "upload", "--kind", "upload", "--address", "x")[0] == 2
    entry = '  - name: "upload"\n    kind: "folder"\n    address: "x"\n'
    (tmp_path / "home" / "connectors.yaml").write_text(f"sources:\n{entry}")
    assert "upload is the source of the upload page, use another name" in tonghop("connectors", "list")[2]


def test_adding_a_source_takes_none_away(tonghop: Command, tmp_path: Path) -> None:
    """The new file begins with the home's inbox, which was collected without it."""
    code, out, _ = tonghop("connectors", "add", "--kind", "folder", "--name", "share", "--address", str(tmp_path))
    assert (code, "tonghop connectors test share" in out) == (0, True)
    listed = json.loads(tonghop("connectors", "list", "--json")[1])
    assert [(each["name"], each["replies"]) for each in listed] == [("inbox", "kept"), ("share", "returned")]


def test_the_dialogue_asks_for_what_is_missing(tonghop: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without options every needed key is asked for."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("folder\nshare\n/srv/share\n"))
    code, _, errors = tonghop("connectors", "add")
    assert (code, "/srv/share/reports" in errors) == (0, True)
    assert source_names(load_settings()) == ("inbox", "share")


def test_a_wrong_entry_writes_nothing(tonghop: Command, tmp_path: Path) -> None:
    """The file stays as it was."""
    code, _, errors = tonghop("connectors", "add", "--kind", "folder", "--name", "a b", "--address", "/srv")
    assert (code, "a name without spaces" in errors) == (2, True)
    assert not (tmp_path / "home" / "connectors.yaml").exists()


def test_a_typed_password_is_neither_kept_nor_repeated(tonghop: Command, tmp_path: Path) -> None:
    """A person who types the secret itself is told what to write."""
    code, out, errors = tonghop(
        "connectors", "add", "--kind", "folder", "--name", "a", "--address", "/srv", "--password", "hunter2"
    )
    assert (code, "never the secret itself" in errors) == (2, True)
    assert "hunter2" not in out + errors
    assert not (tmp_path / "home" / "connectors.yaml").exists()


def test_sources_are_tried(tonghop: Command, tmp_path: Path) -> None:
    """Those that can be reached are counted, the others named with what to do."""
    (tmp_path / "a.xlsx").write_bytes(b"figures")
    for name, folder in (("good", tmp_path), ("gone", tmp_path / "no")):
        tonghop("connectors", "add", "--kind", "folder", "--name", name, "--address", str(folder))
    code, out, _ = tonghop("connectors", "test")
    assert (code, "good: can be reached" in out, "gone: there is no folder" in out) == (3, True, True)
    assert tonghop("connectors", "test", "good")[0] == 0


def test_the_short_form_stands_beside_the_file(
    tonghop: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TONGHOP_INBOX adds folders; with the file alone the home's inbox is none unless it is listed."""
    file = tmp_path / "sources.yaml"
    file.write_text("sources: [{name: share, kind: folder, address: share}]", "utf-8")
    monkeypatch.setenv("TONGHOP_CONNECTORS", str(file))
    assert source_names(load_settings()) == ("share",)
    monkeypatch.setenv("TONGHOP_INBOX", "/srv/a;/srv/b")
    assert source_names(load_settings()) == ("share", "/srv/a", "/srv/b")
    assert [source.address for source in configured_sources(load_settings())] == ["share", "/srv/a", "/srv/b"]
    assert "share" in tonghop("connectors", "list")[1]


@pytest.mark.parametrize(
    ("mode", "content", "problem"),
    [(0o644, "pw\n", "chmod 600"), (0o600, "\n", "is empty"), (0o600, None, "cannot be read"), (0o600, "pw\n", None)],
)
def test_a_file_of_a_secret_is_closed(tmp_path: Path, mode: int, content: str | None, problem: str | None) -> None:
    """A secret that others can read is not used; the error names the file, never its content."""
    if content is not None:
        (tmp_path / "pw").write_text(content, "utf-8")
        (tmp_path / "pw").chmod(mode)
    if problem is None:
        assert read_secret(tmp_path, SecretName(file="pw")) == "pw"
        return
    with pytest.raises(SecretUnreadableError, match=problem):
        read_secret(tmp_path, SecretName(file="pw"))


def test_a_file_of_a_secret_lies_in_the_home(tmp_path: Path) -> None:
    """A path that leads out of the home is refused."""
    with pytest.raises(SecretUnreadableError, match="outside the home"):
        read_secret(tmp_path / "home", SecretName(file="../pw"))
