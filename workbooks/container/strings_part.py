"""Strings of a workbook: plain or rich text, without phonetic guides, with escaped characters restored."""

import re

from workbooks.cells.guards import Limits, refusal
from workbooks.cells.text_runs import RichText, TextRun, marked
from workbooks.container.archive import Archive
from workbooks.container.markup import main_name, stream_part

_SPACE = "http://www.w3.org/XML/1998/namespace space"
_XML_SPACES = " \t\r\n"
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def unescape(text: str) -> str:
    """Restore characters written as `_x000D_`; those no text may hold (NUL, lone surrogates) stay escaped."""
    return _ESCAPE.sub(_restore, text) if "_x" in text else text


def _restore(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return match[0] if code == 0 or 0xD800 <= code <= 0xDFFF else chr(code)


class TextGatherer:
    """Collector of the text of a string item (`si` or `is`): its own `t` or those of its runs, no phonetic guides."""

    def __init__(self) -> None:
        self._chunks: list[str] = []
        self._runs: list[TextRun] = []
        self._is_open = False
        self._in_phonetic = False
        self._in_run = False
        self._run_font = ""
        self._run_marks: frozenset[str] = frozenset()
        self._keeps_space = True

    def start(self, local: str, attributes: dict[str, str]) -> None:
        """Handle the start of an element inside the item."""
        if local == "t":
            self._is_open = not self._in_phonetic
            # Only an item's own text is trimmed: between runs, a space separates two words.
            if not self._in_run and not self._in_phonetic and attributes.get(_SPACE) != "preserve":
                self._keeps_space = False
        elif local == "r":
            self._in_run = True
            self._forget_look()
        elif local == "rPh":
            self._in_phonetic = True
        elif self._in_run:
            self._note_look(local, attributes.get("val"))

    def _note_look(self, local: str, value: str | None) -> None:
        if local == "rFont":
            self._run_font = value or ""
        elif local == "strike" and value not in {"0", "false"}:
            self._run_marks |= {"strike"}
        elif local == "vertAlign" and value in {"superscript", "subscript"}:
            self._run_marks |= {value}

    def _forget_look(self) -> None:
        self._run_font = ""
        self._run_marks = frozenset()

    def end(self, local: str) -> None:
        """Handle the end of an element inside the item."""
        if local == "t":
            self._is_open = False
        elif local == "r":
            self._in_run = False
            self._forget_look()
        elif local == "rPh":
            self._in_phonetic = False

    def text(self, data: str) -> None:
        """Handle text inside the item."""
        if not self._is_open:
            return
        self._chunks.append(marked(data, self._run_marks))
        if self._in_run:
            self._runs.append(TextRun(unescape(data), self._run_font, self._run_marks))

    def take(self) -> str:
        """Return the item's text, with its runs if any, and reset the collector for the next item."""
        text = "".join(self._chunks)
        # Excel never writes plain text beside runs; in such an item the fonts cannot be assigned.
        runs = self._runs if self._keeps_space else []
        if not self._keeps_space:
            text = text.strip(_XML_SPACES)
        self._chunks.clear()
        self._runs = []
        self._keeps_space = True
        text = unescape(text)
        return RichText(text, runs) if runs else text


def read_strings(archive: Archive, part: str | None) -> list[str]:
    """Return the shared strings, in the order of their indices.

    Raises:
        RefusedError: the part is damaged, holds too many strings or one that is too long.
    """
    if part is None or part not in archive:
        return []
    handler = _StringsHandler(archive.limits)
    stream_part(archive, part, handler)
    return handler.found


class _StringsHandler:
    """Handler that collects the shared strings."""

    def __init__(self, limits: Limits) -> None:
        self.found: list[str] = []
        self._limits = limits
        self._gatherer = TextGatherer()
        self._depth = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > self._limits.depth:
            raise refusal("part_too_complex", part="sharedStrings")
        if local := main_name(name):
            self._gatherer.start(local, attributes)

    def end(self, name: str) -> None:
        self._depth -= 1
        local = main_name(name)
        if local != "si":
            self._gatherer.end(local)
            return
        text = self._gatherer.take()
        if len(self.found) >= self._limits.strings:
            raise refusal("too_many_texts", limit=self._limits.strings)
        if len(text) > self._limits.text_length:
            raise refusal("text_too_long", length=len(text), limit=self._limits.text_length)
        self.found.append(text)

    def text(self, data: str) -> None:
        self._gatherer.text(data)
