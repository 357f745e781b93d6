"""Reads what help and errors of commands say in Vietnamese."""

from functools import cache
from typing import Annotated

from pydantic import Field

from domain.catalog.fields import Bilingual, FileModel, Words
from domain.catalog.files import SHIPPED, CatalogFiles
from domain.catalog.shapes import Kind
from domain.errors import ErrorTranslator
from domain.texts import Lang

_FILE = "help/vi.yaml"
_ERRORS_FILE = "help/errors.yaml"
_DESK_FILE = "help/desk.yaml"

OptionTexts = Annotated[dict[str, Words], Field(description="what options and arguments mean, by their names")]


class HelpWords(FileModel):
    """Words around every help; `{}` is filled with the value, `{command_path}` and `{help_option}` with the command."""

    usage: Words
    usage_options: Words
    usage_command: Words
    arguments: Words
    options: Words
    commands: Words
    error: Words
    aborted: Words
    required: Words
    default: Words
    environment: Words
    try_help: Words
    help: Words


class CommandHelp(FileModel):
    """The help of a command, and of the options that mean something of their own there."""

    help: Words
    options: OptionTexts = Field(default_factory=dict)


class HelpTexts(FileModel):
    """The help of all commands by their words after `tonghop`, and of options that several of them have."""

    words: HelpWords
    options: OptionTexts
    commands: Annotated[dict[str, CommandHelp], Field(description="the help of each command by its words")]


HELP = Kind("help", "Help of the commands (help/vi.yaml).", HelpTexts)


def read_help() -> HelpTexts:
    """Return the help that ships with the commands: a deployment's catalogue has none of its own.

    Raises:
        CatalogError: the file is invalid.
    """
    return HELP.check_document(CatalogFiles(SHIPPED).document(_FILE))


ErrorTexts = Annotated[
    dict[str, Words],
    Field(description="the Vietnamese of each English message; names in braces stand for what differs"),
]

ERRORS: Kind[ErrorTexts] = Kind("errors", "Messages of errors in Vietnamese (help/errors.yaml).", ErrorTexts)


def error_in(lang: Lang, message: str) -> str:
    """Return the message of an error, which is written in English, in a language.

    The translations ship with the program: a deployment's catalogue has none of its own, and may be what is wrong.

    Raises:
        CatalogError: their file is invalid.
    """
    return message if lang == "en" else _translator().translate(message)


DeskErrorTexts = Annotated[
    dict[str, Bilingual],
    Field(description="what the desk says in place of each English message that names commands or options"),
]

DESK_ERRORS: Kind[DeskErrorTexts] = Kind(
    "desk_errors", "Messages of errors at the officer's desk (help/desk.yaml).", DeskErrorTexts
)


def desk_error_in(lang: Lang, message: str) -> str:
    """Return the message of an error as an officer at the desk reads it: without commands and options.

    Raises:
        CatalogError: a file of messages is invalid.
    """
    return _desk_translator(lang).translate(message)


def read_desk_errors() -> DeskErrorTexts:
    """Return what the desk says in place of English messages.

    Raises:
        CatalogError: the file is invalid.
    """
    return DESK_ERRORS.check_document(CatalogFiles(SHIPPED).document(_DESK_FILE))


@cache
def _desk_translator(lang: Lang) -> ErrorTranslator:
    own = {message: texts.get(lang) for message, texts in read_desk_errors().items()}
    return ErrorTranslator(own if lang == "en" else {**read_errors(), **own})


def read_errors() -> ErrorTexts:
    """Return the Vietnamese of each English message.

    Raises:
        CatalogError: the file is invalid.
    """
    return ERRORS.check_document(CatalogFiles(SHIPPED).document(_ERRORS_FILE))


@cache
def _translator() -> ErrorTranslator:
    return ErrorTranslator(read_errors())
