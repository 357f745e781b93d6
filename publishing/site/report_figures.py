"""Figures of a revision's reports as its facts have them, and what the page of each unit shows.

Of an area with totals they are read in parts, and taken over from the facts before where units did not move. Rows of a
country take 100 MB: they are kept as they are written, and numbered figure by figure.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, BinaryIO, Final, Self

import msgspec
import orjson

from domain.units import UnitKey
from publishing.figures.by_unit import unit_key
from publishing.figures.provinces import MOST_UNITS_LISTED
from publishing.figures.report import addresses_of
from publishing.site.facts import VERSION, key_of
from warehouse.queries import FigureWarning, PublishedContribution, Revision

_Row = tuple[int, str, str | None, str | None, str, int]
"""The unit's place, numerator, denominator and weight as texts, cells, and the number of the file."""
_Rows = dict[str, list[list[Any]]]
"""Rows by indicator, as lists; in place of the number a file is there at first."""

_PLACE: Final = 0
_FILE: Final = 5
"""Places in a row."""
_NAME: Final = 5
_SHA256: Final = 6
_DETAILS: Final = 8
"""Places in the row of a unit: name and hash of its file, and of what its page shows."""
_NO_FILE: Final = ("", "")
"""File of a unit without figures, where files are listed by the units' places."""


@dataclass(frozen=True, slots=True)
class GatheredFigures:
    """Figures of reports by indicator, the files that their rows number, and what the units' pages show beside them.

    `details` are, by the unit's place, a hash of all that its page shows.
    """

    rows: Mapping[str, Sequence[Sequence[Any]] | orjson.Fragment]
    files: Sequence[tuple[str, str]]
    details: Mapping[int, str]
    shown: "ShownBeside"


class _EarlierHead(msgspec.Struct):
    """What is needed of the first line of facts."""

    version: int
    units: list[list[Any]]


class _EarlierDetails(msgspec.Struct):
    """What is needed of the second line."""

    reports: dict[str, msgspec.Raw]
    files: list[tuple[str, str]]
    warnings: list[list[Any]]


_HEAD: Final = msgspec.json.Decoder(_EarlierHead)
_SECOND_LINE: Final = msgspec.json.Decoder(_EarlierDetails)
_NO_ROWS: Final = msgspec.Raw(b"[]")
_WRITTEN: Final = msgspec.json.Decoder(list[msgspec.Raw])
_ROW: Final = msgspec.json.Decoder(_Row)


@dataclass(frozen=True, slots=True)
class EarlierFacts:
    """Facts of a large area as the revision before wrote them."""

    units: Sequence[Sequence[Any]]
    figures: _EarlierDetails

    @property
    def keys(self) -> list[UnitKey]:
        """The units."""
        parts = (key.rpartition(" ") for key, *_ in self.units)
        return [UnitKey(code, date.fromisoformat(day)) for code, _, day in parts]


def earlier_facts(file: BinaryIO) -> EarlierFacts | None:
    """Read the facts of a large area; None of a small one, which takes no longer to make anew.

    None too where files are not listed by their units, as older versions did.

    Raises:
        ValueError: the file is damaged.
    """
    head = _HEAD.decode(file.readline())
    if head.version != VERSION or len(head.units) <= MOST_UNITS_LISTED:
        return None
    figures = _SECOND_LINE.decode(file.readline())
    is_by_place = len(figures.files) == len(head.units) and all(
        file in {_NO_FILE, (unit[_NAME], unit[_SHA256])} for file, unit in zip(figures.files, head.units, strict=True)
    )
    return EarlierFacts(head.units, figures) if is_by_place else None


@dataclass(frozen=True)
class _Units:
    """Units of a revision: keys by place, places by code and first day, and what their pages show beside figures."""

    keys: Sequence[str]
    places: Mapping[tuple[str, date], int]
    shown: "ShownBeside"

    @classmethod
    def of(cls, revision: Revision) -> Self:
        """Return the units of a revision, in the order of `unit_lines`."""
        keys = sorted({unit_key(unit) for unit in revision.units})
        place_of = {key: place for place, key in enumerate(keys)}
        places = {(unit.code, unit.unit_valid_from): place_of[unit_key(unit)] for unit in revision.units}
        return cls(keys, places, ShownBeside.of(revision, keys, places))

    def complete(self, details: Mapping[int, str]) -> dict[int, str]:
        """Return details with those of the units without figures."""
        rest = {place: self.shown.key(place, []) for place in range(len(self.keys)) if place not in details}
        return {**details, **rest}


def figures_of(revision: Revision) -> GatheredFigures:
    """Return the figures of a revision that has all its contributions."""
    units = _Units.of(revision)
    rows = _rows_of(revision.contributions, units.places)
    details = units.complete(units.shown.details(rows))
    return GatheredFigures(rows, _numbered(rows, len(units.keys)), details, units.shown)


def gather_figures(
    revision: Revision, parts: Iterable[Sequence[PublishedContribution]], before: EarlierFacts | None
) -> GatheredFigures:
    """Gather the figures of a revision with totals from its contributions, all of a unit in a part.

    Those of units that did not move, if the totals say which did, are taken from `before` as they are written.
    """
    units, totals = _Units.of(revision), revision.totals
    moved, changed = frozenset(range(len(units.keys))), frozenset[int]()
    files, details = [_NO_FILE] * len(units.keys), dict[int, str]()
    reports: Mapping[str, msgspec.Raw] = {}
    if before is not None and totals is not None and totals.moved is not None:
        moved = frozenset(units.places[unit] for unit in totals.moved_units)
        changed = units.shown.changed(before.figures.warnings) - moved
        reports, files = before.figures.reports, list(before.figures.files)
        others = (place for place in range(len(units.keys)) if place not in moved and place not in changed)
        details = {place: before.units[place][_DETAILS] for place in others}
    for place in moved:
        files[place] = _NO_FILE
    arrived: dict[str, list[bytes]] = defaultdict(list)
    for part in parts:
        rows = _rows_of(part, units.places)
        details |= units.shown.details(rows)
        for indicator, listed in rows.items():
            for row in listed:
                files[row[_PLACE]], row[_FILE] = row[_FILE], row[_PLACE]
            arrived[indicator].append(orjson.dumps(listed))
    results: dict[str, orjson.Fragment] = {}
    again: _Rows = defaultdict(list)
    for indicator in (row.indicator for row in revision.rows):
        written = _WrittenRows(_WRITTEN.decode(reports.get(indicator, _NO_ROWS)))
        for place in sorted(changed):
            again[indicator] += ([*row[:_FILE], files[place]] for row in written.at(place))
        written.replace(moved, [row for rows in arrived.pop(indicator, ()) for row in _WRITTEN.decode(rows)])
        if written.rows:
            results[indicator] = orjson.Fragment(b"[%b]" % b",".join(written.rows))
    details |= units.shown.details(again)
    return GatheredFigures(results, files, units.complete(details), units.shown)


@dataclass(slots=True)
class _WrittenRows:
    """Rows of a figure as they are written, in the order of their units' places."""

    rows: list[msgspec.Raw]

    def at(self, place: int) -> list[_Row]:
        """Return the rows of the unit at a place."""
        return [_ROW.decode(row) for row in self.rows[self._first(place) : self._first(place + 1)]]

    def replace(self, places: Collection[int], rows: Sequence[msgspec.Raw]) -> None:
        """Put other rows in place of those of the units at these places."""
        in_order = sorted(rows, key=_place_of)
        if not self.rows:
            self.rows = in_order
            return
        for place in places:
            self.rows[self._first(place) : self._first(place + 1)] = []
        for row in in_order:
            self.rows.insert(self._first(_place_of(row) + 1), row)

    def _first(self, place: int) -> int:
        """Return where the rows of a unit begin, or would."""
        return bisect_left(self.rows, place, key=_place_of)


def _place_of(row: msgspec.Raw) -> int:
    """Return the place that a written row begins with."""
    return int(bytes(row).partition(b",")[0][1:])


def _rows_of(contributions: Iterable[PublishedContribution], places: Mapping[tuple[str, date], int]) -> _Rows:
    """Return contributions as rows, by indicator, each with the file's name and hash."""
    results: dict[str, list[list[Any]]] = defaultdict(list)
    for indicator, code, _, numerator, denominator, file, sources, _, valid_from, weight, _, _ in contributions:
        results[indicator].append(
            [
                places[code, valid_from],
                str(numerator),
                _plain(denominator),
                _plain(weight),
                addresses_of(sources),
                (file.file_name, file.sha256),
            ]
        )
    return results


def _numbered(rows: _Rows, units: int) -> list[tuple[str, str]]:
    """Replace the file in each row by its number, and return the files.

    Of an area with many units, each with a single file, it is the place of the unit, so that the rows of others stay
    as they are when a unit's file is another; else files are numbered in the order in which they are met.
    """
    of_units = {row[_PLACE]: row[_FILE] for listed in rows.values() for row in listed}
    is_by_place = units > MOST_UNITS_LISTED and all(
        row[_FILE] == of_units[row[_PLACE]] for listed in rows.values() for row in listed
    )
    files: dict[tuple[str, str], int] = {}
    for listed in rows.values():
        for row in listed:
            row[_FILE] = row[_PLACE] if is_by_place else files.setdefault(row[_FILE], len(files))
    return [of_units.get(place, _NO_FILE) for place in range(units)] if is_by_place else list(files)


@dataclass(frozen=True)
class ShownBeside:
    """What the page of a unit shows beside its figures: warnings, and what it reported in other forms.

    `codes` are those of the units by place, `warnings` and `beside` rows of facts.
    """

    codes: Sequence[str]
    warnings: Sequence[Sequence[Any]]
    counted_forms: Mapping[str, str]
    beside: Mapping[str, Sequence[Sequence[Any]]]

    @classmethod
    def of(cls, revision: Revision, keys: Sequence[str], places: Mapping[tuple[str, date], int]) -> Self:
        """Return what pages of a revision's units show."""
        beside: dict[str, list[list[Any]]] = defaultdict(list)
        for each in revision.beside:
            place = places[each.unit, each.unit_valid_from]
            counts = _plain(each.numerator), _plain(each.denominator)
            row = [place, each.form, each.period.id, *counts, addresses_of(each.sources), each.file.file_name]
            beside[each.indicator].append(row)
        counted = sorted(revision.other_forms, key=lambda each: each.period)
        return cls(
            [key.partition(" ")[0] for key in keys],
            [_warning(each) for each in revision.asked],
            {each.indicator: each.form for each in counted},
            beside,
        )

    def details(self, rows: Mapping[str, Sequence[Sequence[Any]]]) -> dict[int, str]:
        """Return a hash of what each page shows of units whose figures are in these rows, with their files."""
        figures: dict[int, list[list[Any]]] = defaultdict(list)
        for indicator, listed in rows.items():
            for place, *figure in listed:
                figures[place].append([indicator, *figure])
        return {place: self.key(place, each) for place, each in figures.items()}

    def key(self, place: int, figures: Sequence[Sequence[Any]]) -> str:
        """Return a hash of what the page of a unit with these figures shows: files in their order too."""
        code = self.codes[place]
        if not figures and code not in self._warnings_of and place not in self._beside_of:
            return self._nothing
        files = list(dict.fromkeys(file for *_, file in figures))
        return key_of(figures, files, self._warnings_of.get(code), self.counted_forms, self._beside_of.get(place))

    def changed(self, warnings: Iterable[Sequence[Any]]) -> frozenset[int]:
        """Return the places of the units with other warnings than these."""
        was, now = _by_unit(warnings), _by_unit(self.warnings)
        return frozenset(place for place, code in enumerate(self.codes) if was.get(code) != now.get(code))

    @cached_property
    def _nothing(self) -> str:
        """The hash of most units of a country before all have reported."""
        return key_of([], [], None, self.counted_forms, None)

    @cached_property
    def _warnings_of(self) -> Mapping[str, list[Any]]:
        results: dict[str, list[Any]] = defaultdict(list)
        for unit, *warning in self.warnings:
            results[unit].append(warning)
        return dict(results)

    @cached_property
    def _beside_of(self) -> Mapping[int, list[Any]]:
        results: dict[int, list[Any]] = defaultdict(list)
        for indicator, rows in self.beside.items():
            for place, *row in rows:
                results[place].append([indicator, *row])
        return dict(results)


def _by_unit(warnings: Iterable[Sequence[Any]]) -> dict[str, list[bytes]]:
    """Return what warnings say, as it is written, by the unit's code."""
    results: dict[str, list[bytes]] = defaultdict(list)
    for unit, *warning in warnings:
        results[unit].append(orjson.dumps(warning))
    return results


def _warning(warning: FigureWarning) -> list[Any]:
    issue = warning.asked.issue
    texts = {name: getattr(issue, name) for name in ("code", "sheet", "cell", "found", "expected", "indicator", "unit")}
    return [
        warning.unit,
        warning.indicator,
        warning.asked.waiver is not None,
        issue.severity,
        dict(issue.facts),
        texts,
    ]


def _plain(number: Decimal | None) -> str | None:
    return None if number is None else str(number)
