"""Compiled vocabulary of headings and file names, made once for each catalogue."""

import re

from domain.catalog.catalog import Catalog
from domain.report_words import ReportWords
from domain.texts import ascii_key, normalise_name
from domain.units import Level, UnitRegister
from workbooks.text.catalog_cache import cached_per_catalog
from workbooks.text.heading_patterns import HeadingPatterns
from workbooks.text.word_patterns import MonthNames, UnitKindPatterns, any_of


class HeadingVocabulary:
    """Patterns for bodies, units, months and other times, from the catalogue's `words` and the register's kinds."""

    def __init__(self, words: ReportWords, units: UnitRegister) -> None:
        """Compile the patterns."""
        self.words = words
        above = _kinds(units, Level.DISTRICT) | _kinds(units, Level.PROVINCE)
        self.kinds = UnitKindPatterns(_kinds(units, Level.COMMUNE), above, words.short_kinds)
        self.months = MonthNames(words.months)
        self.heading = HeadingPatterns(words, self.kinds)
        self.unit_in_name = re.compile(rf"(?<!\w)({self.kinds.communes} [^\W\d_]+(?:['’ ][^\W\d_]+)*)")
        self.numbered = re.compile(rf"\b{any_of({ascii_key(word) for word in words.numbered})}[ ._]*$")
        self._other_times = re.compile(rf"\W*\b{any_of(words.other_times)}\b.*")

    def without_other_times(self, text: str) -> str:
        """Cut a normalised text before it mentions times that the report is not for.

        In "Tháng 5 (so với tháng 4)" and "tháng 5, phương hướng tháng 6" only the first is the report's month.
        """
        return self._other_times.sub("", text)


@cached_per_catalog
def heading_vocabulary_of(catalog: Catalog) -> HeadingVocabulary:
    """Return the heading vocabulary of a catalogue."""
    return HeadingVocabulary(catalog.words, catalog.units)


def _kinds(units: UnitRegister, level: Level) -> frozenset[str]:
    return frozenset(normalise_name(kind) for kind in {unit.kind for unit in units.units if unit.level is level})
