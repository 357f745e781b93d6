"""Index pages: publications by area and period; submissions by period and state; returned files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from domain.errors import UsageError
from domain.periods import Period, parse_period
from publishing.figures.formatter import ReportFormatter
from publishing.page.rollup_page import render
from publishing.storage.published_index import PublishedEntry
from warehouse.queries.inventory import Inventory, InventoryEntry
from warehouse.queries.reminders import UnansweredReminders

MOST_PERIODS = 12
MOST_UNANSWERED = 100
"""Units that answered no reminder listed on the page; the rest is counted."""


@dataclass(frozen=True, slots=True)
class OfficeFile:
    """Name and size, in bytes, of a file that was returned to a commune."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class SubmissionSelection:
    """Period and state of the listed submissions, and each one's links: key of a text, and address.

    `further` is the address of the next page; empty on the last.
    """

    period: str
    state: str
    links: Mapping[int, Sequence[tuple[str, str]]]
    further: str = ""


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


def inventory_page(
    inventory: Inventory, unanswered: Sequence[UnansweredReminders], runs_page: str, formatter: ReportFormatter
) -> bytes:
    """Render the submissions by period and state, and the units that answered no reminder.

    `runs_page` is the address of the quality pages of nightly runs.
    """
    return render(
        "inventory.html.j2",
        formatter,
        inventory=inventory,
        unanswered=unanswered[:MOST_UNANSWERED],
        further=max(0, len(unanswered) - MOST_UNANSWERED),
        runs_page=runs_page,
    )


def submissions_page(
    listed: Sequence[InventoryEntry], selection: SubmissionSelection, formatter: ReportFormatter
) -> bytes:
    """Render the submissions of one period and state."""
    return render(
        "submissions.html.j2",
        formatter,
        listed=listed,
        period=selection.period,
        state=selection.state,
        links=selection.links,
        further=selection.further,
    )


def returned_page(unit: str, period: str, files: Sequence[OfficeFile], formatter: ReportFormatter) -> bytes:
    """Render the files that were returned to a commune (its code) for a period, under its name in that period."""
    title = f"{unit} {_name_in(formatter, unit, period)}".strip()
    return render("returned.html.j2", formatter, title=title, period=period, files=files)


def _name_in(formatter: ReportFormatter, unit: str, period: str) -> str:
    """Return the name of the unit that had a code at the end of a period; "" where that is no period, or none had it.

    Forms differ in the last day of their periods; the first one that finds a unit is asked.
    """
    catalog = formatter.catalog
    try:
        days = [catalog.forms.last_day(form, parse_period(period)) for form in catalog.forms.by_id]
    except (UsageError, ValueError):  # no period, or one outside the calendar, such as 0000
        return ""
    units = (catalog.units.find(unit, day) for day in days)
    return next((known.name for known in units if known is not None), "")


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
