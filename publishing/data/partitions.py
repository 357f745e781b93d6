"""Partitions of the data: which there are, what each is made from, and its rows."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import PurePosixPath
from typing import Any, Final

import orjson

from domain.aggregation import percentage
from domain.catalog.catalog import Catalog
from domain.indicators import Indicator, Measure
from domain.periods import parse_period
from domain.rollups import Boundary
from domain.texts import visible
from domain.units import OrgUnit
from publishing.data.data_columns import OBSERVATIONS, ROLLUP, DataColumn
from publishing.figures.provinces import province_of
from warehouse.rollups.newest_figures import CountedReport, NewestFigures, RevisionHead, StoredFigure

UNKNOWN: Final = "unknown"
"""The province of units that have left the catalogue."""

_Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class DataPartition:
    """One folder of the data: `stem` begins the names of its files.

    Its rows come in parts. The key of a part is a hash of all that it is made from; `parts` has the keys in the order
    of the rows, and `read` returns the rows of each part that it is asked for.
    """

    folder: PurePosixPath
    stem: str
    columns: Sequence[DataColumn]
    parts: Sequence[str]
    read: Callable[[Sequence[str]], Sequence[Sequence[_Row]]]

    @property
    def key(self) -> str:
        """Return a hash of all that the files are made from."""
        return key_of(self.parts)


def partitions_of(
    period: str, heads: Sequence[RevisionHead], newest: NewestFigures, catalog: Catalog
) -> Iterator[DataPartition]:
    """Yield the partitions of a period, from its newest revisions: the rollups, and the observations by province.

    A part of the rollups is an area's; one of the observations that of consecutive units which one area counts.
    """
    partitions, provinces = _Partitions(period, heads, newest, catalog), _Provinces(period, catalog)
    yield partitions.rollup()
    forms = {head.key: head.form for head in heads}
    by_province: dict[str, list[CountedReport]] = defaultdict(list)
    for report in _counted_once(heads, newest):
        by_province[provinces.code(forms[report.key], report.unit)].append(report)
    for code, reports in sorted(by_province.items()):
        yield partitions.observations((code, provinces.name(code)), reports)


def key_of(*facts: object) -> str:
    """Return a hash of plain facts."""
    return hashlib.sha256(orjson.dumps(facts)).hexdigest()


def _counted_once(heads: Collection[RevisionHead], newest: NewestFigures) -> list[CountedReport]:
    """Return each unit's report once, as the smallest area counts it: a district, not the country around it."""
    forms = {head.key: head.form for head in heads if head.boundary is Boundary.AS_THEN}
    by_key: dict[int, list[CountedReport]] = defaultdict(list)
    for report in newest.reports(forms):
        by_key[report.key].append(report)
    chosen: dict[tuple[str, str], CountedReport] = {}
    for head in sorted(heads, key=lambda head: (len(by_key[head.key]), head.area, head.area_valid_from)):
        for report in by_key[head.key]:
            chosen.setdefault((report.unit, head.form), report)
    return [report for _, report in sorted(chosen.items())]


def _by_area(reports: Collection[CountedReport]) -> Iterator[list[CountedReport]]:
    """Yield the reports of consecutive units that one area counts; of a unit with several, the last does."""
    areas = {report.unit: report.key for report in reports}
    for _, part in groupby(reports, key=lambda report: areas[report.unit]):
        yield list(part)


class _Provinces:
    """Provinces of units on the last day of a period."""

    def __init__(self, period: str, catalog: Catalog) -> None:
        self._units = catalog.units
        self._days = {form: catalog.forms.last_day(form, parse_period(period)) for form in catalog.forms.by_id}
        self._known: dict[str, OrgUnit] = {}

    def code(self, form: str, unit: str) -> str:
        day = self._days.get(form)
        known = self._units.find(unit, day) if day else None
        province = province_of(known, self._units, day) if day and known else None
        if province is None:
            return UNKNOWN
        self._known[province.code] = province
        return province.code

    def name(self, code: str) -> str | None:
        province = self._known.get(code)
        return province.name if province else None


class _Partitions:
    """Partitions of a period, and their rows."""

    def __init__(self, period: str, heads: Iterable[RevisionHead], newest: NewestFigures, catalog: Catalog) -> None:
        self._period, self._newest = period, newest
        self._heads = {head.key: head for head in heads}
        self._indicators = catalog.indicators
        indicators = key_of(
            [
                (each.id, each.name.vi, each.name.en, each.measure, each.denominator_kind)
                for each in self._indicators.values()
            ]
        )
        self._keys = {key: key_of(indicators, head[1:]) for key, head in self._heads.items()}

    def rollup(self) -> DataPartition:
        heads = {_short(self._keys[key]): head for key, head in self._heads.items()}
        return DataPartition(
            PurePosixPath("rollup", f"period={self._period}"),
            f"rollup_{self._period}",
            ROLLUP,
            list(heads),
            lambda parts: self._figures([heads[part] for part in parts]),
        )

    def observations(self, province: tuple[str, str | None], reports: Collection[CountedReport]) -> DataPartition:
        counted = {
            _short(key_of(province, [(self._keys[report.key], *report[1:]) for report in part])): part
            for part in _by_area(reports)
        }
        code, _ = province
        return DataPartition(
            PurePosixPath("observations", f"period={self._period}", f"province={code}"),
            f"observations_{self._period}_province-{code}",
            OBSERVATIONS,
            list(counted),
            lambda parts: self._amounts(province, [counted[part] for part in parts]),
        )

    def _figures(self, heads: Sequence[RevisionHead]) -> Sequence[Sequence[_Row]]:
        figures: dict[int, list[StoredFigure]] = defaultdict(list)
        for figure in self._newest.figures([head.key for head in heads]):
            figures[figure.key].append(figure)
        return [[_figure_row(head, figure, self._indicators) for figure in figures[head.key]] for head in heads]

    def _amounts(
        self, province: tuple[str, str | None], parts: Sequence[Sequence[CountedReport]]
    ) -> Sequence[Sequence[_Row]]:
        rows: list[list[_Row]] = [[] for _ in parts]
        by_place = {
            (report.key, report.unit): (
                rows_of_part,
                (self._period, *province, report.unit, report.unit_valid_from, visible(report.unit_name)),
            )
            for rows_of_part, part in zip(rows, parts, strict=True)
            for report in part
        }
        indicators = self._indicators
        named = {each.id: (each.id, each.name.vi, each.name.en) for each in indicators.values()}
        counts = {each.id for each in indicators.values() if each.measure is Measure.COUNT}
        for key, unit, indicator, numerator, denominator, form, file_name, sha256 in self._newest.amounts(
            {key for key, _ in by_place}
        ):
            if (key, unit) not in by_place:
                continue  # of another part, or counted by a smaller area
            rows_of_part, place = by_place[key, unit]
            known = indicators.get(indicator)
            rows_of_part.append(
                (
                    *place,
                    form,
                    *(named.get(indicator) or (indicator, None, None)),
                    numerator if indicator in counts else percentage(numerator, denominator),
                    numerator,
                    denominator,
                    known.denominator_kind if known else None,
                    visible(file_name),
                    sha256,
                )
            )
        for rows_of_part in rows:
            rows_of_part.sort(key=lambda row: (row[3], row[6], row[7]))
        return rows


def _short(key: str) -> str:
    return key[:16]  # thousands of them are kept


def _figure_row(head: RevisionHead, figure: StoredFigure, indicators: Mapping[str, Indicator]) -> Sequence[Any]:
    return (
        head.period,
        head.area,
        head.area_valid_from,
        visible(head.area_name),
        head.form,
        str(head.boundary),
        figure.indicator,
        *_names(figure.indicator, indicators),
        figure.value,
        figure.numerator,
        figure.denominator,
        figure.denominator_kind,
        figure.target,
        figure.target_assumed,
        None if figure.target_assumed else figure.attained,  # no verdict on a target without a document
        figure.units_expected,
        figure.units_accepted,
        figure.units_late,
        figure.units_missing,
        str(figure.status),
        head.number,
        head.published_at,
        head.run_id,
        visible(figure.notes),
        str(head.finality),
    )


def _names(code: str, indicators: Mapping[str, Indicator]) -> tuple[str | None, str | None]:
    indicator = indicators.get(code)
    return (indicator.name.vi, indicator.name.en) if indicator else (None, None)
