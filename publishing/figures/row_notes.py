"""Notes of published rows in the reader's language: the warehouse keeps them in Vietnamese."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from string import Formatter
from typing import Final

from domain.catalog.catalog import Catalog
from domain.catalog.texts import Texts
from domain.texts import Lang

_REASONS: Final = ("lost", "crossing", "bounded", "redefined", "not_summed_over_units", "not_summed_over_periods")
_WARNINGS: Final = ("unanswered", "answered")
_SENTENCES: Final = (
    *_REASONS,
    *(
        "redefined_since",
        "counted_from",
        "parts_missing",
        "not_delivered",
        "refused",
        "left_blank",
        "divided",
        "not_applicable",
        "late",
        "by_village",
        "by_weight",
        "fallen",
        "beside",
    ),
    *_WARNINGS,
    "zero_denominator",
)
"""Sentences of a note in the order in which `warehouse.rollups.notes` writes them; each comes once at most."""
_SHOWN: Final = tuple(name for name in _SENTENCES if name not in _WARNINGS)
_BETWEEN: Final = "bounded_between"
_PARTS: Final = ("crossing_unit", _BETWEEN, "villages_inside", "and_more")
"""Phrases within them."""
_UNITS: Final = "units"
_CODE: Final = re.compile(r"\b[0-9]{5}\b")


@dataclass(frozen=True)
class RowNotes:
    """Reads notes by the catalogue's texts, and words them in a language.

    A note that was written with other texts is shown as it is. `breaks` are the reasons of breaks in the language, by
    those in Vietnamese.
    """

    texts: Texts
    lang: Lang
    breaks: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, catalog: Catalog, lang: Lang) -> "RowNotes":
        """Return what reads notes by a catalogue's texts and the reasons of its breaks."""
        breaks = (each.reason for indicator in catalog.indicators.values() for each in indicator.breaks)
        return cls(catalog.texts, lang, {reason.vi: reason.get(lang) for reason in breaks})

    def shown(self, notes: str) -> str:
        """Return a note without what it says of warnings, which pages list by themselves."""
        return self._worded(notes, _SHOWN)

    def reasons(self, notes: str) -> str:
        """Return why a figure is not comparable, and which units that is about."""
        return self._worded(notes, _REASONS)

    def bounds(self, notes: str) -> str:
        """Return what a figure lies between, as 40,00%–60,00%; empty where its note does not say."""
        match = self._between.search((self._read(notes) or {}).get("bounded", ""))
        return "" if match is None else "–".join(dict.fromkeys(map(self._number, match.groups())))

    def redefinition(self, notes: str) -> str:
        """Return the sentence of a note that says that the row begins to count something else; empty without."""
        return self._worded(notes, ("redefined_since",)) if self._read(notes) else ""

    def not_applicable(self, notes: str) -> frozenset[str]:
        """Return the codes of the units that a note names as those to which the indicator does not apply."""
        return frozenset(_CODE.findall((self._read(notes) or {}).get("not_applicable", "")))

    def _worded(self, notes: str, names: tuple[str, ...]) -> str:
        sentences = self._read(notes)
        if sentences is None:
            return notes
        return " ".join(
            self.texts.text(f"warehouse.{name}", self.lang, units=self._units(sentences[name]))
            for name in names
            if name in sentences
        )

    def _read(self, notes: str) -> Mapping[str, str] | None:
        """Return the units of each sentence of a note; None where it has others."""
        return _read(self._wording, notes)

    @cached_property
    def _wording(self) -> tuple[str, ...]:
        return tuple(map(self._vietnamese, _SENTENCES))

    def _units(self, units: str) -> str:
        """Word the phrases within a sentence's units; names stay as they are."""
        if units in self.breaks:
            return self.breaks[units]
        for name in _PARTS:
            wording = _inner(self.texts.by_key[f"warehouse.{name}"].get(self.lang))
            kept = _inner(self._vietnamese(name))
            if not kept.strip() or not _marks(wording) <= _marks(kept):
                continue  # a catalogue of one's own may put them in another order
            phrase = re.compile(_pattern(kept))
            for match in [*phrase.finditer(units)][::-1]:
                facts = match.groupdict()
                if name == _BETWEEN:
                    facts = {mark: self._number(number) for mark, number in facts.items()}
                units = f"{units[: match.start()]}{wording.format_map(facts)}{units[match.end() :]}"
        return units

    @cached_property
    def _between(self) -> re.Pattern[str]:
        return re.compile(_pattern(self._vietnamese(_BETWEEN)))

    def _number(self, number: str) -> str:
        """Return a number of a note, which has no thousands marks, as the language writes it."""
        return number if self.lang == "vi" else number.replace(",", ".")

    def _vietnamese(self, name: str) -> str:
        return self.texts.by_key[f"warehouse.{name}"].vi


# Texts of catalogues are few, and each revision has its notes read several times in two languages.
_remembered: Final = lru_cache(maxsize=1 << 8)


@_remembered
def _read(wording: tuple[str, ...], notes: str) -> Mapping[str, str] | None:
    """Return the units of each sentence of a note that is worded so; None where it has others."""
    match = _note(wording).fullmatch(notes)
    if match is None:
        return None
    whole = match.groupdict()
    return {name: whole.get(f"{name}_{_UNITS}") or "" for name in _SENTENCES if whole[name] is not None}


@_remembered
def _note(wording: tuple[str, ...]) -> re.Pattern[str]:
    sentences = zip(_SENTENCES, wording, strict=True)
    return re.compile("".join(f"(?P<{name}>{_pattern(text, f'{name}_')}(?: |$))?" for name, text in sentences))


@_remembered
def _pattern(text: str, prefix: str = "") -> str:
    """Return the expression of a text whose marks are filled; its groups are the marks' names."""
    parts, seen = [], set[str]()
    for literal, mark, *_ in Formatter().parse(text):
        parts.append(re.escape(literal))
        if mark:
            parts.append(f"(?P={prefix}{mark})" if mark in seen else f"(?P<{prefix}{mark}>.+?)")
            seen.add(mark)
    return "".join(parts)


@_remembered
def _marks(text: str) -> frozenset[str]:
    return frozenset(mark for _, mark, *_ in Formatter().parse(text) if mark)


@_remembered
def _inner(text: str) -> str:
    """Return a text without the marks at its ends: they may hold anything."""
    return re.sub(r"^\{\w+\}|\{\w+\}$", "", text)
