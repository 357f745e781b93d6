"""Facts of a revision as a file: written when the revision is published, or when the site misses it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any, BinaryIO, Final

import orjson

from domain.catalog.forms import Forms
from domain.rollups import Finality
from publishing.figures.by_unit import unit_key, unit_lines
from publishing.figures.provinces import MOST_UNITS_LISTED
from publishing.figures.report import UnitLine, addresses_of
from publishing.site.facts import VERSION, key_of, read_facts
from warehouse.queries import FigureWarning, Revision

KnownCells = Mapping[str, Mapping[str, str]]
"""Addresses of the cells that figures were read from, by the indicator and the file's hash."""

_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


def known_cells(file: BinaryIO) -> KnownCells:
    """Return the cells that the facts of a large area name; nothing of a small one, whose pages show each cell."""
    facts = read_facts(file)
    if facts is None or len(facts.units) <= MOST_UNITS_LISTED:
        return {}
    details = orjson.loads(file.readline())
    hashes = [sha256 for _, sha256 in details["files"]]
    return {
        indicator: {hashes[number]: cells for *_, cells, number in reports}
        for indicator, reports in details["reports"].items()
    }


def write_facts(revision: Revision, forms: Forms, known: KnownCells = _NOTHING) -> bytes:
    """Return the facts of a revision; the same revision gives the same bytes, whatever deadlines `forms` sets.

    `known` are the cells of contributions that were read without.
    """
    units = unit_lines(revision, forms)
    order = {unit.key: place for place, unit in enumerate(units)}
    places = {(unit.code, unit.unit_valid_from): order[unit_key(unit)] for unit in revision.units}
    files: dict[tuple[str, str], int] = {}
    reports: dict[str, list[list[Any]]] = defaultdict(list)
    for (
        indicator,
        code,
        _,
        numerator,
        denominator,
        file,
        sources,
        _,
        valid_from,
        weight,
        _,
        _,
    ) in revision.contributions:
        reports[indicator].append(
            [
                places[code, valid_from],
                str(numerator),
                _plain(denominator),
                _plain(weight),
                addresses_of(sources) if sources else known.get(indicator, _NOTHING).get(file.sha256, ""),
                files.setdefault((file.file_name, file.sha256), len(files)),
            ]
        )
    warnings = [_warning(each) for each in revision.asked]
    counted_forms = {each.indicator: each.form for each in sorted(revision.other_forms, key=lambda each: each.period)}
    beside: dict[str, list[list[Any]]] = defaultdict(list)
    for each in revision.beside:
        place = places[each.unit, each.unit_valid_from]
        counts = _plain(each.numerator), _plain(each.denominator)
        row = [place, each.form, each.period.id, *counts, addresses_of(each.sources), each.file.file_name]
        beside[each.indicator].append(row)
    details_of = _details_by_unit(units, reports, list(files), warnings, (counted_forms, beside))
    head = {
        "version": VERSION,
        "area": [revision.area, revision.area_valid_from.isoformat(), revision.area_name],
        "form": revision.form,
        "boundary": revision.boundary,
        "period": revision.period.id,
        "number": revision.number,
        "published_at": revision.published_at.isoformat(),
        "finality": next((row.finality for row in revision.rows), Finality.PRELIMINARY),
        "figures": [
            [
                row.indicator,
                *map(_plain, (row.value, row.numerator, row.denominator)),
                row.denominator_kind,
                _plain(row.target),
                row.target_assumed,
                row.attained,
                row.units_expected,
                row.units_accepted,
                row.status,
                row.notes,
            ]
            for row in revision.rows
        ],
        "units": [
            [
                unit.key,
                unit.code,
                unit.name,
                unit.state,
                unit.received_at.isoformat() if unit.received_at else None,
                unit.file_name,
                unit.sha256,
                unit.issues,
                details,
            ]
            for unit, details in zip(units, details_of, strict=True)
        ],
    }
    details = {
        "reports": reports,
        "files": list(files),
        "warnings": warnings,
        "counted_forms": counted_forms,
        "beside": beside,
    }
    return b"".join(orjson.dumps(line) + b"\n" for line in (head, details))


def _details_by_unit(
    units: Sequence[UnitLine],
    reports: Mapping[str, Sequence[Sequence[Any]]],
    files: Sequence[tuple[str, str]],
    warnings: Sequence[Sequence[Any]],
    other_forms: tuple[Mapping[str, str], Mapping[str, Sequence[Sequence[Any]]]],
) -> list[str]:
    """Return a hash of each unit's figures, files in their order, warnings, and what it reported in other forms."""
    counted_forms, beside = other_forms
    beside_of: dict[int, list[Any]] = defaultdict(list)
    for indicator, rows in beside.items():
        for place, *row in rows:
            beside_of[place].append([indicator, *row])
    figures: list[list[Any]] = [[] for _ in units]
    numbers: list[set[int]] = [set() for _ in units]
    for indicator, listed in reports.items():
        for place, *amounts, file in listed:
            figures[place].append([indicator, *amounts, files[file]])
            numbers[place].add(file)
    warnings_of: dict[str, list[Any]] = defaultdict(list)
    for unit, *warning in warnings:
        warnings_of[unit].append(warning)
    nothing = key_of([], [], None, counted_forms, None)  # as of most units of a country before all have reported
    return [
        key_of(
            figures[place],
            [files[number] for number in sorted(numbers[place])],
            warnings_of.get(unit.code),
            counted_forms,
            beside_of.get(place),
        )
        if figures[place] or unit.code in warnings_of or place in beside_of
        else nothing
        for place, unit in enumerate(units)
    ]


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
