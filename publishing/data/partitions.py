"""Partitions of the data: which there are, what each is made from, and its rows."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import Any, Final

from domain.aggregation import percentage
from domain.catalog.catalog import Catalog
from domain.indicators import Indicator, Measure
from domain.periods import parse_period
from domain.rollups import Boundary
from domain.texts import visible
from domain.units import OrgUnit
from publishing.data.data_columns import OBSERVATIONS, ROLLUP
from publishing.data.table_files import DataTable
from publishing.figures.provinces import province_of
from warehouse.rollups.newest_figures import CountedReport, NewestFigures, RevisionHead, StoredFigure

UNKNOWN: Final = "unknown"
"""The province of units that have left the catalogue."""


@dataclass(frozen=True, slots=True)
class DataPartition:
    """One folder of the data: `stem` begins the names of its files, `key` is a hash of all that they are made from."""

    folder: PurePosixPath
    stem: str
    key: str
    read: Callable[[], DataTable]


def partitions_of(
    period: str, heads: Sequence[RevisionHead], newest: NewestFigures, catalog: Catalog
) -> Iterator[DataPartition]:
    """Yield the partitions of a period, from its newest revisions: the rollups, and the observations by province."""
    names = _names_of(catalog)
    yield DataPartition(
        PurePosixPath("rollup", f"period={period}"),
        f"rollup_{period}",
        key_of(names, [head[1:] for head in heads]),
        partial(_rollup, heads, newest, catalog),
    )
    provinces = _Provinces(catalog)
    by_province: dict[str, list[CountedReport]] = defaultdict(list)
    by_key = {head.key: head for head in heads}
    for report in _counted_once(heads, newest):
        by_province[provinces.code(by_key[report.key], report)].append(report)
    for province, reports in sorted(by_province.items()):
        yield DataPartition(
            PurePosixPath("observations", f"period={period}", f"province={province}"),
            f"observations_{period}_province-{province}",
            key_of(names, provinces.name(province), [(*by_key[report.key][1:], *report[1:]) for report in reports]),
            partial(_observations, (province, provinces.name(province)), reports, by_key, newest, catalog),
        )


def key_of(*facts: object) -> str:
    """Return a hash of facts."""
    return hashlib.sha256(json.dumps(facts, default=str, ensure_ascii=False).encode()).hexdigest()


def _names_of(catalog: Catalog) -> list[tuple[str, ...]]:
    return [(each.id, each.name.vi, each.name.en, each.denominator_kind) for each in catalog.indicators.values()]


def _counted_once(heads: Sequence[RevisionHead], newest: NewestFigures) -> list[CountedReport]:
    """Return each unit's report once, as the smallest area counts it: a district, not the country around it."""
    forms = {head.key: head.form for head in heads if head.boundary is Boundary.AS_THEN}
    sizes: dict[int, int] = defaultdict(int)
    reports = list(newest.reports(forms))
    for report in reports:
        sizes[report.key] += 1
    order = {head.key: (sizes[head.key], head.area, head.area_valid_from) for head in heads}
    chosen: dict[tuple[str, str], CountedReport] = {}
    for report in reports:
        place = report.unit, forms[report.key]
        if place not in chosen or order[report.key] < order[chosen[place].key]:
            chosen[place] = report
    return [report for _, report in sorted(chosen.items())]


class _Provinces:
    """Provinces of units on the last day of a period."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._known: dict[str, OrgUnit] = {}

    def code(self, head: RevisionHead, report: CountedReport) -> str:
        catalog = self._catalog
        if head.form not in catalog.forms.by_id:
            return UNKNOWN
        day = catalog.forms.last_day(head.form, parse_period(head.period))
        unit = catalog.units.find(report.unit, day)
        province = province_of(unit, catalog.units, day) if unit else None
        if province is None:
            return UNKNOWN
        self._known[province.code] = province
        return province.code

    def name(self, code: str) -> str | None:
        province = self._known.get(code)
        return province.name if province else None


def _rollup(heads: Sequence[RevisionHead], newest: NewestFigures, catalog: Catalog) -> DataTable:
    figures: dict[int, list[StoredFigure]] = defaultdict(list)
    for figure in newest.figures([head.key for head in heads]):
        figures[figure.key].append(figure)
    rows = [_figure_row(head, figure, catalog.indicators) for head in heads for figure in figures[head.key]]
    return DataTable(ROLLUP, rows)


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


def _observations(
    province: tuple[str, str | None],
    reports: Iterable[CountedReport],
    heads: Mapping[int, RevisionHead],
    newest: NewestFigures,
    catalog: Catalog,
) -> DataTable:
    by_place = {
        (report.key, report.unit): (
            heads[report.key].period,
            *province,
            report.unit,
            report.unit_valid_from,
            visible(report.unit_name),
        )
        for report in reports
    }
    named = {each.id: (each.id, each.name.vi, each.name.en) for each in catalog.indicators.values()}
    counts = {each.id for each in catalog.indicators.values() if each.measure is Measure.COUNT}
    rows: list[Sequence[Any]] = []
    for key, unit, indicator, numerator, denominator, form, file_name, sha256 in newest.amounts(
        {key for key, _ in by_place}
    ):
        place = by_place.get((key, unit))
        if place is None:
            continue  # of another province, or counted by a smaller area
        known = catalog.indicators.get(indicator)
        rows.append(
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
    rows.sort(key=lambda row: (row[3], row[6], row[7]))
    return DataTable(OBSERVATIONS, rows)


def _names(code: str, indicators: Mapping[str, Indicator]) -> tuple[str | None, str | None]:
    indicator = indicators.get(code)
    return (indicator.name.vi, indicator.name.en) if indicator else (None, None)
