"""The words with diacritics that a form and the names of units are made of: what a text may be expected to say."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from domain.catalog import Catalog
from domain.texts import normalise_name

_WORD = re.compile(r"[^\W\d_]{2,}")
_OWN_TEXTS = "workbooks."


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in _WORD.findall(normalise_name(text)) if not word.isascii())


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words of the forms (labels, headings, marks, printed texts), and words of units' names."""

    forms: frozenset[str]
    names: frozenset[str]

    def knows(self, text: str) -> bool:
        """Whether a text has words with diacritics and all of them are known."""
        words = _words(text)
        return bool(words) and words <= (self.forms | self.names)

    def prefers(self, text: str, other: str) -> bool:
        """Whether the first of two readings says more of the known words; those of the forms weigh first."""
        first, second = _words(text), _words(other)
        of_forms = len(first & self.forms) - len(second & self.forms)
        return of_forms > 0 or (of_forms == 0 and len(first & self.names) > len(second & self.names))


@dataclass(frozen=True, slots=True)
class _Source:
    """A catalogue, told from others by its version."""

    version: str
    catalog: Catalog = field(compare=False)


def vocabulary_of(catalog: Catalog) -> Vocabulary:
    """The vocabulary of a catalogue, gathered once."""
    return _gather(_Source(catalog.version, catalog))


@lru_cache(maxsize=2)
def _gather(source: _Source) -> Vocabulary:
    forms = frozenset(word for text in _form_texts(source.catalog) for word in _words(text))
    names = frozenset(word for unit in source.catalog.units.units for word in _words(unit.name))
    return Vocabulary(forms, names - forms)


def _form_texts(catalog: Catalog) -> Iterator[str]:
    for layout in catalog.layouts:
        for line in layout.lines:
            yield from (line.label, *line.aliases)
        for column in (*layout.columns, *layout.village_columns):
            yield from (column.header, *column.aliases)
    for indicator in catalog.indicators.values():
        yield from (indicator.name.vi, indicator.unit.vi, *indicator.aliases)
    yield from (text.vi for key, text in catalog.texts.items() if key.startswith(_OWN_TEXTS))
    yield from (*catalog.marks.zero, *catalog.marks.no_figure, *catalog.marks.not_applicable)
