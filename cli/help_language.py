"""Help and errors of the commands in the language that is set; the program's own texts are English."""

import sys
from collections.abc import Iterator
from typing import Any

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from domain.catalog.help_texts import HelpTexts, HelpWords, error_in, read_help
from domain.errors import UsageError
from domain.texts import Lang
from flows.support.settings import load_settings

HELP_OPTIONS = ["-h", "--help"]


def in_language(command: TyperGroup) -> TyperGroup:
    """Return the command line with help and errors of usage in Vietnamese, unless English is set."""
    if language() == "vi":
        texts = read_help()
        _speak(texts.words)
        for path, each in commands_of(command):
            _translate(each, path, texts)
    return command


def commands_of(command: TyperCommand | TyperGroup, path: str = "") -> Iterator[tuple[str, TyperCommand | TyperGroup]]:
    """Yield a command and all below it, each with its words after `tonghop`."""
    yield path, command
    for name, below in getattr(command, "commands", {}).items():
        yield from commands_of(below, f"{path} {name}".strip())


def language() -> Lang:
    """Return the language that `--lang` or TONGHOP_LANG sets, before the command line is parsed."""
    stated = [after for before, after in zip(sys.argv, sys.argv[1:], strict=False) if before == "--lang"]
    stated += [word.partition("=")[2] for word in sys.argv if word.startswith("--lang=")]
    if stated:
        return "en" if stated[0] == "en" else "vi"
    try:
        return load_settings().lang
    except UsageError:
        return "vi"  # the command itself names the wrong setting


def _translate(command: TyperCommand | TyperGroup, path: str, texts: HelpTexts) -> None:
    """Replace English texts; one without its translation, which a test prevents, stays."""
    own = texts.commands.get(path)
    if own is not None:
        command.help = own.help.replace(r"\b", "\b")
    meanings = texts.options | (own.options if own is not None else {})
    for parameter in command.params:
        if isinstance(parameter, TyperArgument | TyperOption):
            parameter.help = meanings.get(parameter.name or "", parameter.help)
    _translate_usage(command, texts.words)
    option = command.get_help_option(typer.Context(command, help_option_names=HELP_OPTIONS))
    if option is not None:
        option.help = texts.words.help


def _translate_usage(command: TyperCommand | TyperGroup, words: HelpWords) -> None:
    """Replace the words of the line of usage; typer has no setting for the first of them."""
    if command.options_metavar:
        command.options_metavar = words.usage_options
    if isinstance(command, TyperGroup):
        command.subcommand_metavar = words.usage_command
    usage = command.get_usage

    def translated(context: Any) -> str:  # noqa: ANN401 # typer does not export the type of its contexts
        return usage(context).replace("Usage:", words.usage, 1)

    command.get_usage = translated  # type: ignore[assignment] # of this command alone


def _speak(words: HelpWords) -> None:
    """Set the words that typer writes around texts."""
    from typer import rich_utils

    rich_utils.ARGUMENTS_PANEL_TITLE = words.arguments
    rich_utils.OPTIONS_PANEL_TITLE = words.options
    rich_utils.COMMANDS_PANEL_TITLE = words.commands
    rich_utils.ERRORS_PANEL_TITLE = words.error
    rich_utils.ABORTED_TEXT = words.aborted
    rich_utils.REQUIRED_LONG_STRING = words.required
    rich_utils.DEFAULT_STRING = words.default
    rich_utils.ENVVAR_STRING = words.environment
    rich_utils.RICH_HELP = words.try_help
    show = rich_utils.rich_format_error

    def show_translated(error: Any) -> None:  # noqa: ANN401 # typer does not export the type of its errors
        message = error_in("vi", error.format_message())
        error.format_message = lambda: message
        show(error)

    rich_utils.rich_format_error = show_translated  # type: ignore[assignment] # of any of its errors
