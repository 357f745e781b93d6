"""Vocabulary of a catalogue: the words with diacritics that its forms and names of units consist of."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from domain.catalog.catalog import Catalog
from domain.texts import normalise_name
from workbooks.text.catalog_cache import cached_per_catalog

_WORD = re.compile(r"[^\W\d_]{2,}")
_OWN_TEXTS = "workbooks."


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in _WORD.findall(normalise_name(text)) if not word.isascii())


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Normalised texts (labels, headings, marks, printed texts, names of units) and their words."""

    texts: frozenset[str]
    words: frozenset[str]

    def knows(self, text: str) -> bool:
        """Return whether a text has words with diacritics and all of them are known."""
        words = _words(text)
        return bool(words) and words <= self.words

    def prefers(self, text: str, other: str) -> bool:
        """Return whether the first of two readings is better known: as a whole, or else by more of its words."""
        is_known, is_other_known = normalise_name(text) in self.texts, normalise_name(other) in self.texts
        if is_known is not is_other_known:
            return is_known
        return len(_words(text) & self.words) > len(_words(other) & self.words)


@cached_per_catalog
def vocabulary_of(catalog: Catalog) -> Vocabulary:
    """Return the vocabulary of a catalogue."""
    texts = frozenset(normalise_name(text) for text in _texts(catalog))
    return Vocabulary(texts, frozenset(word for text in texts for word in _words(text)))


def _texts(catalog: Catalog) -> Iterator[str]:
    for layout in catalog.forms.layouts:
        for line in layout.lines:
            yield from (line.label, *line.aliases)
        for column in (*layout.columns, *layout.village_columns):
            yield from (column.header, *column.aliases)
    for indicator in catalog.indicators.values():
        yield from (indicator.name.vi, indicator.unit.vi, *indicator.aliases)
    yield from (text.vi for key, text in catalog.texts.by_key.items() if key.startswith(_OWN_TEXTS))
    yield from (*catalog.marks.zero, *catalog.marks.no_figure, *catalog.marks.not_applicable)
    for unit in catalog.units.units:
        yield from (unit.name, unit.bare_name)
