"""Index of a layout's lines by all their codes and labels."""

import operator
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import starmap

from domain.indicators import Indicator
from domain.layouts import Layout, Line
from domain.texts import ascii_key, code_key
from workbooks.text.labels import is_total_label, nearest_labels, normalise_label

_RATE = "tỉ lệ "
"""How labels of shares begin, as `normalise_label` writes it; people leave it out."""
_WORD = re.compile(r"\w+")
_SUGGESTIONS = 3
_FEWEST_WORDS = 3
_SHARED = 0.7
"""Part of the words of a label that has to be among those of another one, for it to be suggested."""


class LineIndex:
    """Index of lines by code, and by label, alias, or name or alias of the indicator, in full or shortened."""

    def __init__(self, indicators: Mapping[str, Indicator], layout: Layout) -> None:
        """Index the layout's lines."""
        self.lines = layout.lines
        self._totals = layout.totals
        self._by_code = {code_key(line.code): line for line in layout.lines if line.code}
        self._short = tuple((short, f" {full} ") for short, full in layout.abbreviations.items())
        self._by_key: dict[str, list[Line]] = defaultdict(list)
        for line in layout.lines:
            for key in dict.fromkeys(self._key(name) for name in _names(indicators, line)):
                self._by_key[key].append(line)
        rates = {key.removeprefix(_RATE): lines for key, lines in self._by_key.items() if key.startswith(_RATE)}
        self._by_key.update((key, lines) for key, lines in rates.items() if key not in self._by_key)
        self._of_villages = {
            self._key(name)
            for column in layout.village_columns
            if column.indicator is not None
            for name in (
                column.header,
                *column.aliases,
                indicators[column.indicator].name.vi,
                *indicators[column.indicator].aliases,
            )
        }

    def _key(self, label: str) -> str:
        """Return the comparable form of a label, with the words written out that people shorten."""
        return _key_of(label, self._short)

    @property
    def labels(self) -> tuple[str, ...]:
        """Return the labels of the lines that have an indicator."""
        return tuple(line.label for line in self.lines if line.indicator is not None)

    def by_code(self, code: str) -> Line | None:
        """Return the line of a code, or None."""
        return self._by_code.get(code_key(code)) if code else None

    def called(self, label: str) -> Sequence[Line]:
        """Return all lines with this label."""
        return tuple(self._by_key.get(self._key(label), ()))

    def is_of_villages(self, label: str) -> bool:
        """Return whether a label is that of an indicator which the village sheet asks for."""
        return self._key(label) in self._of_villages

    def nearest(self, label: str, known: Sequence[str]) -> tuple[str, ...]:
        """Return the known labels most like a label, also where words were left out; for suggestions only."""
        spelt = self._key(label)
        alike = nearest_labels(spelt, known) if spelt != normalise_label(label) else nearest_labels(label, known)
        own = set(_WORD.findall(ascii_key(spelt)))
        if len(own) < _FEWEST_WORDS:
            return alike
        words = {name: set(_WORD.findall(ascii_key(self._key(name)))) for name in known}
        close = [
            name
            for name, others in words.items()
            if len(own & others) >= _SHARED * len(own) or (len(others) > _FEWEST_WORDS and others <= own)
        ]
        close.sort(key=lambda name: len(own ^ words[name]))
        return tuple(dict.fromkeys((*alike, *close)))[:_SUGGESTIONS]

    def find(self, label: str, number: str, sections: Sequence[str] = ()) -> Line | None:
        """Return the line of a label, or None; of several the one in that section or with that line number."""
        lines = self.called(label)
        if len(lines) > 1:
            # If a section heading was deleted, the sections around it still identify the line.
            below = [line for line in lines if all(starmap(operator.eq, zip(line.sections, sections, strict=False)))]
            numbered = [line for line in lines if line.number.strip(" .()") == number.strip(" .()")]
            lines = below if len(below) == 1 else [line for line in numbered if line in below]
        return lines[0] if len(lines) == 1 else None

    def is_total(self, label: str) -> bool:
        """Return whether a label is that of a total."""
        return is_total_label(label, self._totals)


@lru_cache(maxsize=1 << 14)
def _key_of(label: str, abbreviations: tuple[tuple[str, str], ...]) -> str:
    key = normalise_label(label)
    if abbreviations:
        written_out = dict(abbreviations)
        key = _WORD.sub(lambda match: written_out.get(match[0], match[0]), key)
    return normalise_label(key)


def _names(indicators: Mapping[str, Indicator], line: Line) -> Iterator[str]:
    yield from (line.label, *line.aliases)
    if line.indicator is not None:
        yield from (indicators[line.indicator].name.vi, *indicators[line.indicator].aliases)
