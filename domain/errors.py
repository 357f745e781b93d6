"""What can go wrong with us or the network; what is wrong with a submission is an Issue, never an exception.

The message of an error is written once, in English, in which it is recorded, logged and compared. Translations are
data; where a person reads a message, it is translated as it is shown.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from string import Formatter

_SEPARATORS = ("\n", "; ", ", ")
_DEEPEST = 5
"""Messages within messages: a refusal names a reason, which names the system's."""


class TonghopError(Exception):
    """Root of every error this project raises on purpose; its message says what to do next."""


class TransientError(TonghopError):
    """Worth another try: a network that dropped, a database that was busy."""


class TerminalError(TonghopError):
    """Another try gives the same result: a person has to change something first."""


class UsageError(TerminalError):
    """The caller requested something that does not exist or is impossible; exit code 2."""


@dataclass(frozen=True, slots=True)
class _Translation:
    """A translated message; `recognised` counts the letters that templates recognised in the English one."""

    text: str
    recognised: int = 0


class ErrorTranslator:
    """Translates English messages by templates with names in braces for what differs between messages.

    The template with most text of its own is taken. What stands for a name is translated by a template of its own, if
    it has one: a reason, a remedy, an item of a list.
    """

    def __init__(self, translations: Mapping[str, str]) -> None:
        """Translate by `translations`, from English template to the other language's."""
        self._translations = translations

    def translate(self, message: str) -> str:
        """Return the message in the other language; what no template fits stays English."""
        return self._translated(message, _DEEPEST).text

    @cached_property
    def _templates(self) -> list[tuple[str, list[str], int]]:
        """The templates with their texts and how long these are, those with most text first."""
        with_texts = [(template, literals(template)) for template in self._translations]
        measured = [(template, texts, sum(map(len, texts))) for template, texts in with_texts]
        return sorted(measured, key=lambda item: -item[2])

    def _translated(self, message: str, deepest: int) -> _Translation:
        """Translate a message as one, or as a list of messages: as which more of it is recognised."""
        if not deepest:
            return _Translation(message)
        readings = [self._as_message(message, deepest)]
        for separator in filter(message.__contains__, _SEPARATORS):
            items = [self._translated(item, deepest - 1) for item in message.split(separator)]
            if all(item.recognised for item in items):
                text = separator.join(item.text for item in items)
                readings.append(_Translation(text, sum(item.recognised for item in items)))
        return max(readings, key=lambda reading: reading.recognised)

    def _as_message(self, message: str, deepest: int) -> _Translation:
        for template, texts, recognised in self._templates:
            # Compiling an expression takes longer than finding that most cannot match.
            match = _pattern(template).fullmatch(message) if all(text in message for text in texts) else None
            if match:
                values = {name: self._translated(value, deepest - 1) for name, value in match.groupdict().items()}
                text = self._translations[template].format_map({name: value.text for name, value in values.items()})
                return _Translation(text, recognised + sum(value.recognised for value in values.values()))
        return _Translation(message)


def literals(template: str) -> list[str]:
    """Return the texts of a template around its names, the first and the last of which may be empty."""
    texts = [""]
    for text, name in _parts(template):
        texts[-1] += text
        if name is not None:
            texts.append("")
    return texts


def _parts(template: str) -> Iterator[tuple[str, str | None]]:
    return ((text, name) for text, name, _, _ in Formatter().parse(template))


@cache
def _pattern(template: str) -> re.Pattern[str]:
    pattern, known = "", set[str]()
    for text, name in _parts(template):
        pattern += re.escape(text)
        if name:
            pattern += f"(?P={name})" if name in known else f"(?P<{name}>.+)"
            known.add(name)
    return re.compile(pattern, re.DOTALL)
