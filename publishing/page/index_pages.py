"""Index page: publications by area and period."""

from collections.abc import Sequence
from datetime import date

from domain.periods import Period
from publishing.figures.formatter import ReportFormatter
from publishing.page.rollup_page import render
from publishing.storage.published_index import PublishedEntry

MOST_PERIODS = 12


def published_page(entries: Sequence[PublishedEntry], formatter: ReportFormatter, today: date) -> bytes:
    """Render the publications: areas as rows, the newest twelve periods as columns."""
    periods = sorted(
        {entry.period for entry in entries}, key=lambda period: (period.year, period.last_month), reverse=True
    )
    periods = periods[:MOST_PERIODS]
    cells = {(entry.area, entry.form, entry.as_now, entry.period): entry for entry in entries}
    rows = sorted({(entry.area, entry.form, entry.as_now) for entry in entries if entry.period in periods})
    names = {
        row: _name_of(formatter, row, [period for period in periods if (*row, period) in cells], today) for row in rows
    }
    return render("published.html.j2", formatter, periods=periods, rows=rows, cells=cells, names=names)


def _name_of(formatter: ReportFormatter, row: tuple[str, str, bool], shown: Sequence[Period], today: date) -> str:
    """Name the area of a row: an area of the catalogue by its name, a unit by its name in the newest period.

    A unit has its name of today on today's boundaries, and where its form has left the catalogue, because the last
    days of the form's periods are then unknown; `shown` are the row's periods, the newest first.
    """
    area, form, as_now = row
    if area in formatter.catalog.areas:
        return formatter.catalog.areas[area].name.get(formatter.lang)
    is_dated = form in formatter.catalog.forms.by_id and not as_now
    days = [formatter.catalog.forms.last_day(form, period) for period in shown] if is_dated else []
    units = (formatter.catalog.units.find(area, day) for day in (*days, today))
    return next((unit.name for unit in units if unit is not None), area)
