"""Tests of error messages in Vietnamese, the language unless English is set."""

import re

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from cli import main as entry
from cli.help_language import commands_of
from domain.catalog.help_texts import desk_error_in, error_in, read_desk_errors, read_errors
from domain.errors import ErrorTranslator, literals
from tests.cli.error_messages import messages_in_source

pytestmark = pytest.mark.xdist_group("names")  # the files are parsed once
TEMPLATES = sorted(read_errors())
COMMANDS = dict(commands_of(typer.main.get_group(entry.app)))
COMMAND = re.compile(r"tonghop |--")
WORDS = re.compile(r"[a-z] [a-z]")


def test_every_message_in_the_source_has_its_vietnamese() -> None:
    """No message of an error that a person may see is in English only."""
    english = {
        place: texts
        for texts, place in messages_in_source().items()
        if all(_is_english(message, texts) for message in ("§".join(texts), _without_clauses(texts)))
    }
    assert english == {}


def _is_english(message: str, texts: tuple[str, ...]) -> bool:
    """Whether one of the message's texts is left as it was, other than names of commands and options."""
    translated = error_in("vi", message)
    return any(WORDS.search(text) and text in translated and not COMMAND.search(text) for text in texts)


def _without_clauses(texts: tuple[str, ...]) -> str:
    """Fill a message in, but for what is added to a word without a space before it: a clause that may be missing."""
    message = texts[0]
    for text in texts[1:]:
        message += ("" if message[-1:].isalpha() or message.endswith("§") else "§") + text
    return message


@given(template=st.sampled_from(TEMPLATES), value=st.text("aẻ1-/", min_size=1, max_size=8))
def test_what_differs_between_messages_is_kept(template: str, value: str) -> None:
    """A message in Vietnamese holds each of its values as the English one does."""
    message = value.join(literals(template))
    translated = error_in("vi", message)
    assert value in translated or len(literals(template)) == 1


def test_reasons_within_messages_are_translated() -> None:
    """The reason in a message, and each item of a list in it, is translated too."""
    message = "settings cannot be used: TONGHOP_A=x: Field required; TONGHOP_B=1: Input should be 'vi' or 'en'"
    expected = "không dùng được các thiết lập: TONGHOP_A=x: bắt buộc phải có; TONGHOP_B=1: phải là 'vi' hoặc 'en'"
    assert error_in("vi", message) == expected


def test_a_message_without_translation_stays() -> None:
    """A message that no template fits is shown as it is."""
    assert ErrorTranslator({"no {a}": "không {a}"}).translate("yes: 1, 2; 3") == "yes: 1, 2; 3"


@pytest.mark.parametrize("template", sorted(read_desk_errors()))
def test_the_desk_names_no_command(template: str) -> None:
    """What the desk says in place of a message is known to it, in both languages, and names no command or option."""
    assert template in read_errors()
    message = "§".join(literals(template))
    for shown in (desk_error_in("vi", message), desk_error_in("en", message)):
        assert shown != message
        assert not COMMAND.search(shown)


@pytest.mark.parametrize("path", sorted(COMMANDS.keys() - {"prefect"}))
def test_every_command_names_wrong_usage_in_vietnamese(path: str) -> None:
    """An unknown option, and a required one that is missing, are named in Vietnamese by every command."""
    assert _wrong_usage(path, "--no-such-option").startswith("Không có tùy chọn --no-such-option")
    if any(parameter.required for parameter in COMMANDS[path].params):
        assert _wrong_usage(path).startswith("Thiếu ")


def _wrong_usage(path: str, *arguments: str) -> str:
    """Return in Vietnamese what is wrong with a command's arguments (`prefect` takes any)."""
    with pytest.raises(Exception) as raised:  # noqa: PT011 # typer does not export the type of its errors
        COMMANDS[path].make_context(path, list(arguments))
    return error_in("vi", raised.value.format_message())  # type: ignore[attr-defined] # it is typer's
