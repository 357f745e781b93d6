"""Texts of a workbook: plain or in runs of several fonts, without reading aids, with escaped letters restored."""

import re

from workbooks.archive import Archive
from workbooks.guards import Limits, refusal
from workbooks.markup import MAIN_NAMESPACES, stream_part

_SPACE = "http://www.w3.org/XML/1998/namespace space"
_XML_SPACES = " \t\r\n"
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def unescape(text: str) -> str:
    """Restore letters written as `_x000D_`; marks no text may hold (NUL, half surrogates) stay escaped."""
    return _ESCAPE.sub(_restore, text) if "_x" in text else text


def _restore(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return found[0] if code == 0 or 0xD800 <= code <= 0xDFFF else chr(code)


def _marked(text: str, marks: set[str]) -> str:
    """Text of a run with what its look means: a raised 1 is "¹", so that "12" with a footnote is not 121."""
    if "superscript" in marks:
        text = text.translate(_RAISED)
    if "subscript" in marks:
        text = text.translate(_LOWERED)
    return re.sub(r"([0-9])", "\\1\u0336", text) if "strike" in marks else text


class TextGatherer:
    """Joins the text of one string item (`si` or `is`): its own `t`, or those of its runs; phonetic guides stay out."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._is_open = False
        self._in_phonetic = False
        self._in_run = False
        self._run_marks: set[str] = set()
        self._keeps_space = True

    def start(self, local: str, attributes: dict[str, str]) -> None:
        """An element inside the item begins."""
        if self._in_run and local in {"vertAlign", "strike"}:
            is_off = attributes.get("val", "1") in {"0", "false", "baseline"}
            self._run_marks |= set() if is_off else {attributes.get("val", "") if local == "vertAlign" else local}
        if local == "t":
            self._is_open = not self._in_phonetic
            # Only an item's own text is trimmed: between runs a space parts two words.
            if not self._in_run and not self._in_phonetic and attributes.get(_SPACE) != "preserve":
                self._keeps_space = False
        elif local == "r":
            self._in_run = True
            self._run_marks = set()
        elif local == "rPh":
            self._in_phonetic = True

    def end(self, local: str) -> None:
        """An element inside the item ends."""
        if local == "t":
            self._is_open = False
        elif local == "r":
            self._in_run = False
            self._run_marks = set()
        elif local == "rPh":
            self._in_phonetic = False

    def text(self, data: str) -> None:
        """Text inside the item."""
        if self._is_open:
            self._pieces.append(_marked(data, self._run_marks))

    def take(self) -> str:
        """The item's text; the gatherer is ready for the next item."""
        text = "".join(self._pieces)
        if not self._keeps_space:
            text = text.strip(_XML_SPACES)
        self._pieces.clear()
        self._keeps_space = True
        return unescape(text)


def read_strings(archive: Archive, part: str | None) -> list[str]:
    """The workbook's shared texts, in the order cells name them.

    Raises:
        RefusedError: the part is damaged, holds too many texts or one that is too long.
    """
    if part is None or part not in archive:
        return []
    handler = _StringsHandler(archive.limits)
    stream_part(archive, part, handler)
    return handler.found


class _StringsHandler:
    """Gathers the shared strings."""

    def __init__(self, limits: Limits) -> None:
        self.found: list[str] = []
        self._limits = limits
        self._gatherer = TextGatherer()
        self._depth = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > self._limits.depth:
            raise refusal("part_too_complex", part="sharedStrings")
        namespace, _, local = name.rpartition(" ")
        if namespace in MAIN_NAMESPACES:
            self._gatherer.start(local, attributes)

    def end(self, name: str) -> None:
        self._depth -= 1
        namespace, _, local = name.rpartition(" ")
        if namespace not in MAIN_NAMESPACES:
            return
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
