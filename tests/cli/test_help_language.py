"""Tests of the help of commands, in Vietnamese unless English is set."""

from pathlib import Path

import pytest
import typer

from cli import main as entry
from cli.help_language import commands_of
from domain.catalog.help_texts import HelpTexts, read_help
from tests.cli.command import live_in, runner

COMMANDS = dict(commands_of(typer.main.get_group(entry.app)))


@pytest.fixture(scope="module")
def texts() -> HelpTexts:
    """The help in Vietnamese."""
    return read_help()


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_and_option_is_explained(path: str, texts: HelpTexts) -> None:
    """A command and each of its options have their help in Vietnamese, and its example is a command as in English."""
    own = texts.commands[path]
    names = {parameter.name or "" for parameter in COMMANDS[path].params}
    assert names <= own.options.keys() | texts.options.keys()
    assert own.options.keys() <= names
    assert own.help.count("Ví dụ: tonghop") == (COMMANDS[path].help or "").count("Example: tonghop")


def test_no_text_is_left_over(texts: HelpTexts) -> None:
    """The help explains no command and no option that is gone."""
    names = {parameter.name for command in COMMANDS.values() for parameter in command.params}
    assert texts.commands.keys() == COMMANDS.keys()
    assert texts.options.keys() <= names


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["status", "--help"], "Cho biết ai đã báo cáo"),
        (["--lang", "en", "status", "--help"], "Show who reported"),
        (["--lang=en", "senders", "--help"], "By which way"),
        (["--help"], "Tùy chọn"),
    ],
)
def test_help_speaks_the_language_that_is_set(
    arguments: list[str],
    expected: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Vietnamese is the language of help, unless --lang says otherwise."""
    live_in(tmp_path, monkeypatch)
    code, printed, _ = runner(monkeypatch, capsys)(*arguments)
    assert (code, expected in printed) == (0, True), printed
