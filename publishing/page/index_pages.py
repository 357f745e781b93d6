"""Pages that lead to others: what is published, and what came in and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from domain.periods import Period
from publishing.figures.formatter import ReportFormatter
from publishing.page.rollup_page import render
from publishing.storage.published_index import PublishedEntry
from warehouse.queries.inventory import Inventory, InventoryEntry

MOST_PERIODS = 12


@dataclass(frozen=True, slots=True)
class OfficeFile:
    """A file that was returned to a commune, by name, and its size in bytes."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a list shows: submissions of which period and state, and where each leads: key of a text, and address.

    `further` is the address of the rest of the list; empty where there is none.
    """

    period: str
    state: str
    links: Mapping[int, Sequence[tuple[str, str]]]
    further: str = ""


def published_page(entries: Sequence[PublishedEntry], words: ReportFormatter, today: date) -> bytes:
    """What is published: areas down, periods across, the newest twelve."""
    periods = sorted(
        {published_entry.period for published_entry in entries},
        key=lambda item: (item.year, item.last_month),
        reverse=True,
    )
    periods = periods[:MOST_PERIODS]
    cells = {
        (published_entry.area, published_entry.form, published_entry.as_now, published_entry.period): published_entry
        for published_entry in entries
    }
    rows = sorted(
        {
            (published_entry.area, published_entry.form, published_entry.as_now)
            for published_entry in entries
            if published_entry.period in periods
        }
    )
    names = {
        row: _name_of(words, row, [period for period in periods if (*row, period) in cells], today) for row in rows
    }
    return render("published.html.j2", words, periods=periods, rows=rows, cells=cells, names=names)


def inventory_page(entries: Inventory, runs_page: str, words: ReportFormatter) -> bytes:
    """What came in, by period and state; `nights` is the address of what the rules found, night by night."""
    return render("inventory.html.j2", words, found=entries, runs_page=runs_page)


def submissions_page(listed: Sequence[InventoryEntry], chosen: Chosen, words: ReportFormatter) -> bytes:
    """The submissions of one period and state."""
    return render(
        "submissions.html.j2",
        words,
        listed=listed,
        period=chosen.period,
        state=chosen.state,
        links=chosen.links,
        further=chosen.further,
    )


def returned_page(title: str, period: str, files: Sequence[OfficeFile], words: ReportFormatter) -> bytes:
    """What was returned to a commune for a period."""
    return render("returned.html.j2", words, title=title, period=period, files=files)


def _name_of(words: ReportFormatter, row: tuple[str, str, bool], shown: Sequence[Period], today: date) -> str:
    """What the area of a row is called: an officer's own by its name, a unit by the name it bore in the newest period.

    On today's boundaries a unit is today's, and so is one whose form has left the catalogue, for nobody knows its
    periods' last days; `shown` are the row's periods, the newest first.
    """
    area, form, as_now = row
    if area in words.catalog.areas:
        return words.catalog.areas[area].name.get(words.lang)
    is_dated = form in words.catalog.forms and not as_now
    days = [words.catalog.last_day(form, period) for period in shown] if is_dated else []
    results = (words.catalog.units.find(area, day) for day in (*days, today))
    return next((unit.name for unit in results if unit is not None), area)
