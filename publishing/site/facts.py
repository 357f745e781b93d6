"""Facts of a revision that pages of the site are made from, read from a file beside the published folders.

They hold no text of the catalogue and no language: a page made again after a text changed needs no warehouse. The first
line holds the area's figures and units, the second each report's figures, which fewer pages need.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, BinaryIO, Final, NamedTuple

import msgspec
import orjson

from domain.aggregation import Amount, over_time, percentage
from domain.indicators import Flow
from domain.issues import Issue, Severity
from domain.periods import Period, parse_period
from domain.rollups import Boundary

VERSION: Final = 4
"""Version of the files' form; those of another version are made again."""
_STATUS: Final = 10
"""Place in the row of a figure."""

_Text = str | None
_Figure = tuple[str, _Text, _Text, _Text, str, _Text, bool | None, bool | None, int, int, str, str]
"""A figure as it is written: the fields of `FigureFact` with numbers as texts."""
_Report = tuple[int, Decimal, Decimal | None, Decimal | None, str, int]
"""A unit's figure in a report: its place, numerator, denominator, weight, source cells, and the file's number."""


class FigureFact(NamedTuple):
    """One figure of the area: the published row without what its revision says."""

    indicator: str
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    denominator_kind: str
    target: Decimal | None
    target_assumed: bool | None
    attained: bool | None
    expected: int
    accepted: int
    status: str
    notes: str


class UnitFact(NamedTuple):
    """The reporting status of one unit, as `UnitLine` has it; `received_at` is an ISO time in UTC.

    `details` is a hash of what the second line holds of the unit: the same while its page shows the same.
    """

    key: str
    code: str
    name: str
    state: str
    received_at: str | None
    file_name: str | None
    sha256: str | None
    issues: int
    details: str

    @property
    def is_accepted(self) -> bool:
        """Return whether its report was accepted."""
        return self.state in {"accepted", "late"}


class UnitValue(NamedTuple):
    """The figure of one unit over the whole period, with its source cells and the number of its last file."""

    value: Decimal | None
    numerator: Decimal
    denominator: Decimal | None
    cells: str
    file: int


class BesideValue(NamedTuple):
    """A figure that a unit reported in a form which does not count, with its cells and file."""

    unit: int
    form: str
    period: str
    numerator: Decimal
    denominator: Decimal | None
    cells: str
    file_name: str

    @property
    def value(self) -> Decimal | None:
        """Return the figure: a percentage where there is a denominator."""
        return self.numerator if self.denominator is None else percentage(self.numerator, self.denominator)


class UnitWarning(NamedTuple):
    """A warning about a unit's figure, and whether a person answered it."""

    unit: str
    indicator: str
    issue: Issue
    is_answered: bool


@dataclass(frozen=True)
class AreaFacts:
    """The first line: area, period and form of a revision, its figures and units.

    `rows` are the figures by indicator as they are written: of most areas few are looked at.
    """

    area: str
    area_valid_from: str
    area_name: str
    form: str
    boundary: str
    period: Period
    number: int
    published_at: datetime
    finality: str
    rows: Mapping[str, _Figure]
    units: tuple[UnitFact, ...]

    @property
    def head(self) -> tuple[str, ...]:
        """Return area, form, boundary and period as plain values, without what its revision says."""
        return self.area, self.area_valid_from, self.area_name, self.form, self.boundary, self.period.id

    def figure(self, indicator: str) -> FigureFact | None:
        """Return a figure; None where the area has none of the indicator."""
        row = self.rows.get(indicator)
        return None if row is None else _figure(row)

    @cached_property
    def figures(self) -> tuple[FigureFact, ...]:
        """Return all figures in their order."""
        return tuple(map(_figure, self.rows.values()))

    @cached_property
    def by_indicator(self) -> Mapping[str, FigureFact]:
        """Return the figures by indicator."""
        return {figure.indicator: figure for figure in self.figures}

    @cached_property
    def accepted(self) -> int:
        """Return how many units have an accepted report."""
        return sum(unit.is_accepted for unit in self.units)

    @property
    def has_observations(self) -> bool:
        """Return whether a report counts for the figures of the time, and so is among the data files' observations."""
        return self.boundary == Boundary.AS_THEN and self.accepted > 0

    @cached_property
    def is_partial(self) -> bool:
        """Return whether units or figures are missing."""
        return self.accepted < len(self.units) or any(row[_STATUS] == "partial" for row in self.rows.values())

    @cached_property
    def stems(self) -> tuple[str, ...]:
        """Return the name of each unit's page: its code, followed by its first day where units share a code."""
        codes = Counter(unit.code for unit in self.units)
        return tuple(unit.code if codes[unit.code] == 1 else unit.key.replace(" ", "-") for unit in self.units)


class _IndicatorFigures(NamedTuple):
    """Reports, amounts and, of those that a page asked for, values of an indicator, by the unit's place."""

    reports: Mapping[int, list[_Report]]
    amounts: Mapping[int, Amount]
    values: dict[int, UnitValue]


_MOST_READ: Final = 8
_MOST_FILES: Final = 1_000
"""Indicators that are kept once they were read, of an area with more files: pages take them in turn, lists six."""


@dataclass(frozen=True)
class UnitFigures:
    """The second line: each unit's figures, the files they came from (name, sha256), and warnings.

    `reports` are the figures by indicator as they are written: of a country few are looked at.
    `counted_forms` are the other forms that figures count from, by indicator; `beside` is what units reported in forms
    that do not count, by indicator.
    """

    reports: Mapping[str, msgspec.Raw]
    files: Sequence[tuple[str, str]]
    warnings: tuple[UnitWarning, ...]
    counted_forms: Mapping[str, str] = field(default_factory=dict)
    beside: Mapping[str, Sequence[BesideValue]] = field(default_factory=dict)
    _read: dict[str, _IndicatorFigures] = field(init=False, repr=False, compare=False, default_factory=dict)

    def amounts(self, indicator: str, flow: Flow) -> Mapping[int, Amount]:
        """Return what each unit gave to an indicator, by the unit's place in the list of units."""
        return self._of(indicator, flow).amounts

    def values(self, indicator: str, flow: Flow, places: Sequence[int]) -> list[UnitValue | None]:
        """Return the figures of an indicator of the units at these places; None of those that gave none."""
        of, known = self._of(indicator, flow), self._of(indicator, flow).values
        known |= {
            place: _value(of.amounts[place], of.reports[place])
            for place in places
            if place in of.amounts and place not in known
        }
        return [known.get(place) for place in places]

    def _of(self, indicator: str, flow: Flow) -> _IndicatorFigures:
        if indicator not in self._read:
            written = self.reports.get(indicator)
            reports = [] if written is None else _REPORTS.decode(written)
            by_unit = {report[0]: [report] for report in reports}
            if len(by_unit) < len(reports):  # of a longer period
                by_unit = {place: [] for place in by_unit}
                for report in reports:
                    by_unit[report[0]].append(report)
            if len(self.files) > _MOST_FILES and len(self._read) >= _MOST_READ:
                del self._read[next(iter(self._read))]
            amounts = {place: _over_time(flow, each) for place, each in by_unit.items()}
            self._read[indicator] = _IndicatorFigures(by_unit, amounts, {})
        return self._read[indicator]

    def key(self, indicator: str) -> str:
        """Return a hash of the units' figures of an indicator."""
        return hashlib.sha256(self.reports.get(indicator, b"")).hexdigest()


class _Head(msgspec.Struct):
    """The first line as it is written."""

    version: int
    area: tuple[str, str, str]
    form: str
    boundary: str
    period: str
    number: int
    published_at: str
    finality: str
    figures: list[_Figure]
    units: tuple[UnitFact, ...]


class _Details(msgspec.Struct):
    """The second line as it is written."""

    reports: dict[str, msgspec.Raw]
    files: list[tuple[str, str]]
    warnings: list[Any]
    counted_forms: dict[str, str]
    beside: dict[str, list[Any]]


_HEAD: Final = msgspec.json.Decoder(_Head)
_DETAILS: Final = msgspec.json.Decoder(_Details)
_REPORTS: Final = msgspec.json.Decoder(list[_Report])


def key_of(*parts: object) -> str:
    """Return a short hash of plain values."""
    return hashlib.sha256(orjson.dumps(parts, _of_named_tuple, orjson.OPT_NON_STR_KEYS)).hexdigest()[:20]


def _of_named_tuple(value: object) -> tuple[object, ...]:
    """Return the values of a named tuple, which orjson does not write by itself."""
    if not isinstance(value, tuple):
        raise TypeError(f"no plain value: {value!r}")
    return tuple(value)


def read_facts(file: BinaryIO) -> AreaFacts | None:
    """Read the first line; None where the file is damaged, or of another version."""
    try:
        head = _HEAD.decode(file.readline())
        if head.version != VERSION:
            return None
        area, valid_from, name = head.area
        return AreaFacts(
            area=area,
            area_valid_from=valid_from,
            area_name=name,
            form=head.form,
            boundary=head.boundary,
            period=parse_period(head.period),
            number=head.number,
            published_at=datetime.fromisoformat(head.published_at),
            finality=head.finality,
            rows={row[0]: row for row in head.figures},
            units=head.units,
        )
    except ValueError:
        return None


def read_unit_figures(file: BinaryIO) -> UnitFigures:
    """Read the second line of a file whose first could be read.

    Raises:
        ValueError: the file is damaged.
    """
    file.readline()
    details = _DETAILS.decode(file.read())
    return UnitFigures(
        reports=details.reports,
        files=details.files,
        warnings=tuple(
            UnitWarning(unit, indicator, Issue(severity=Severity(severity), facts=facts, **issue), is_answered)
            for unit, indicator, is_answered, severity, facts, issue in details.warnings
        ),
        counted_forms=details.counted_forms,
        beside={indicator: [_beside(row) for row in rows] for indicator, rows in details.beside.items()},
    )


def _beside(row: Sequence[Any]) -> BesideValue:
    place, form, period, numerator, denominator, cells, file_name = row
    return BesideValue(place, form, period, Decimal(numerator), _exact(denominator), cells, file_name)


def _figure(row: _Figure) -> FigureFact:
    indicator, value, numerator, denominator, kind, target = row[:6]
    return FigureFact(indicator, _exact(value), _exact(numerator), _exact(denominator), kind, _exact(target), *row[6:])


def _amount(report: _Report) -> Amount:
    _, numerator, denominator, weight, _, _ = report
    amount = Amount(numerator, denominator)
    return amount if weight is None else amount.weighted(weight)


def _over_time(flow: Flow, reports: Sequence[_Report]) -> Amount:
    """Return what a unit's reports, of which there is one at least, give to the figure."""
    amount = _amount(reports[-1])
    return amount if len(reports) == 1 else over_time(flow, [*map(_amount, reports)]) or amount


def _value(amount: Amount, reports: Sequence[_Report]) -> UnitValue:
    value = amount.numerator if amount.denominator is None else percentage(*amount)
    cells = reports[0][4] if len(reports) == 1 else "; ".join([report[4] for report in reports])
    return UnitValue(value, amount.numerator, amount.denominator, cells, reports[-1][5])


def _exact(number: str | None) -> Decimal | None:
    return None if number is None else Decimal(number)
