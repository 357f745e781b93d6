"""Facts of a revision as a file: written when the revision is published, or when the site misses it."""

from decimal import Decimal

import orjson

from domain.catalog.forms import Forms
from domain.rollups import Finality
from publishing.figures.by_unit import unit_lines
from publishing.site.facts import VERSION
from publishing.site.report_figures import GatheredFigures, figures_of
from warehouse.queries import Revision


def write_facts(revision: Revision, forms: Forms, figures: GatheredFigures | None = None) -> bytes:
    """Return the facts of a revision; the same revision gives the same bytes, whatever deadlines `forms` sets.

    `figures` are those of its reports where it has totals in place of contributions.
    """
    units = unit_lines(revision, forms)
    gathered = figures or figures_of(revision)
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
                gathered.details[place],
            ]
            for place, unit in enumerate(units)
        ],
    }
    shown = gathered.shown
    details = {
        "reports": gathered.rows,
        "files": gathered.files,
        "warnings": shown.warnings,
        "counted_forms": shown.counted_forms,
        "beside": shown.beside,
    }
    return b"".join(orjson.dumps(line) + b"\n" for line in (head, details))


def _plain(number: Decimal | None) -> str | None:
    return None if number is None else str(number)
