"""Reads what the help of commands says in Vietnamese."""

from typing import Annotated

from pydantic import Field

from domain.catalog.fields import FileModel, Words
from domain.catalog.files import SHIPPED, CatalogFiles
from domain.catalog.shapes import Kind

_FILE = "help/vi.yaml"

OptionTexts = Annotated[dict[str, Words], Field(description="what options and arguments mean, by their names")]


class HelpWords(FileModel):
    """Words around every help; `{}` is filled with the value, `{command_path}` and `{help_option}` with the command."""

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
