"""Tests of the help of commands, in Vietnamese unless English is set."""

import importlib
import re
from pathlib import Path

import pytest
import typer
from typer import rich_utils

from cli import main as entry
from cli.help_language import commands_of
from domain.catalog.help_texts import HelpTexts, read_help
from tests.cli.command import live_in, runner

ENGLISH = re.compile(r"Usage|\bOptions\b|\[OPTIONS\]|COMMAND|required|default:|Show this|\bthe\b|\band\b")
VIETNAMESE = re.compile("Cách dùng|Tùy chọn|Lệnh|Đối số|bắt buộc|mặc định|Hiện hướng dẫn|Ví dụ")
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


@pytest.mark.long
@pytest.mark.parametrize("path", COMMANDS)
def test_the_help_of_every_command_is_in_the_language_that_is_set(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is printed around the texts is in their language as well."""
    live_in(tmp_path, monkeypatch)
    run = runner(monkeypatch, capsys)
    code, vietnamese, _ = run(*path.split(), "--help")
    assert (code, "Cách dùng:" in vietnamese) == (0, True)
    assert not ENGLISH.findall(vietnamese), vietnamese
    importlib.reload(rich_utils)  # a process has one language
    code, english, _ = run("--lang", "en", *path.split(), "--help")
    assert (code, "Usage:" in english) == (0, True)
    assert not VIETNAMESE.findall(english), english


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (["status", "--help"], (0, "Cho biết ai đã báo cáo")),
        (["--lang", "en", "status", "--help"], (0, "Show who reported")),
        (["--lang=en", "senders", "--help"], (0, "By which way")),
        (["--help"], (0, "Tùy chọn")),
        (["publish", "--area", "585", "--period", "2025-13"], (2, "không phải là kỳ báo cáo")),
        (["--lang", "en", "publish", "--area", "585", "--period", "2025-13"], (2, "is no period")),
        (["nope"], (2, "Không có lệnh 'nope'")),
    ],
)
def test_help_and_errors_speak_the_language_that_is_set(
    arguments: list[str],
    answer: tuple[int, str],
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Vietnamese is the language of help and errors, unless --lang says otherwise."""
    live_in(home, monkeypatch)
    ended, printed, shown = runner(monkeypatch, capsys)(*arguments)
    code, expected = answer
    assert (ended, expected in printed + shown) == (code, True), printed + shown
