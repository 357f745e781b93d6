"""Reads calendars, holidays, forms, the marks of their cells, and who owes them."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any

from domain.catalog.entries import add_once, day_of, span_of, text_of
from domain.catalog.errors import CatalogError
from domain.catalog.files import CatalogFiles, YamlDocument
from domain.catalog.schemas import check_document, check_table
from domain.catalog.texts import CellMarks
from domain.catalog.words import FILE as WORDS
from domain.layouts import DueDays, Exemption, Form, Obligation
from domain.periods import Calendar, Frequency
from domain.texts import normalise_name
from domain.units import Level

_MARKS = "forms/marks.yaml"


def read_calendars(files: CatalogFiles) -> dict[str, Calendar]:
    """Calendars by id."""
    document = files.document("calendars/calendars.yaml")
    results: dict[str, Calendar] = {}
    for place, raw in enumerate(check_document(document, "calendars")):
        add_once(results, raw["id"], Calendar(raw["id"], raw["cut_off_day"]), document, place, "id")
    return results


def read_holidays(files: CatalogFiles) -> frozenset[date]:
    """Public holidays."""
    table = files.table("calendars/holidays.csv", ("day", "name", "source"))
    results: set[date] = set()
    for row, raw in enumerate(check_table(table, "holidays")):
        day = day_of(raw["day"], partial(table.error, row))
        if day is None or day in results:
            raise table.error(row, f"{raw['day']} stands here twice", "keep one of the two")
        results.add(day)
    return frozenset(results)


def read_forms(files: CatalogFiles, calendars: dict[str, Calendar]) -> dict[str, Form]:
    """Forms by id.

    Raises:
        CatalogError: a form names an unknown calendar, or an id comes twice.
    """
    results: dict[str, Form] = {}
    for document in files.documents("forms"):
        if document.file in {_MARKS, WORDS}:
            continue
        raw = check_document(document, "forms")
        if raw["calendar"] not in calendars:
            problem = f"calendar {raw['calendar']!r} is unknown"
            raise document.error(problem, "use an id of calendars/calendars.yaml", "calendar")
        form = Form(
            id=raw["id"],
            number=raw["number"],
            title=text_of(raw["title"]),
            calendar=raw["calendar"],
            frequency=Frequency(raw["frequency"]),
            level=Level(raw["level"]),
            due_days=_due_days(raw["due_working_days"], document),
        )
        add_once(results, form.id, form, document, "id")
    return results


def _day_from(entry: dict[str, Any], document: YamlDocument, *steps: str | int) -> date | None:
    def complain(problem: str, remedy: str) -> CatalogError:
        return document.error(problem, remedy, *steps)

    return day_of(entry.get("from"), complain)


def _due_days(raw: dict[str, int] | list[dict[str, Any]], document: YamlDocument) -> tuple[DueDays, ...]:
    """Return the deadlines in their order; one mapping holds for all periods, as does the first of a list.

    Raises:
        CatalogError: only the first entry may do without `from`, and the days have to rise.
    """
    entries = [raw] if isinstance(raw, dict) else raw
    due: list[DueDays] = []
    for position, entry in enumerate(entries):
        steps = ("due_working_days", position) if isinstance(raw, list) else ("due_working_days",)
        first = _day_from(entry, document, *steps)
        if (first is None) != (position == 0) or (first is not None and first <= due[-1].valid_from):
            problem = f"due_working_days.{position}: the days from which deadlines hold do not follow one another"
            remedy = "write the first entry without `from`, and each later one with a later day: from: 2026-01-01"
            raise document.error(problem, remedy, *steps)
        days = {Level(level): number for level, number in entry.items() if level != "from"}
        due.append(DueDays(first or date.min, days))
    return tuple(due)


_TOGETHER = (
    ("zero", "no_figure", "not_applicable", "scale"), ("rates",), ("yes", "no"), ("other_figures",), ("provisional",)
)  # fmt: skip
"""Meanings that one cell may have: none of them shares a text with another of its group."""


def read_marks(files: CatalogFiles) -> CellMarks:
    """What texts stand for in a cell, and which words beside a number multiply it or make it another.

    Raises:
        CatalogError: one text is meant to mean two things in one place.
    """
    document = files.document(_MARKS)
    data = check_document(document, "marks")
    groups: dict[str, frozenset[str]] = {}
    for meanings in _TOGETHER:
        taken: dict[str, str] = {}
        for meaning in meanings:
            for place, entry in enumerate(data[meaning]):
                add_once(taken, normalise_name(entry["text"]), meaning, document, meaning, place, "text")
        for meaning in meanings:
            groups[meaning] = frozenset(text for text, meant in taken.items() if meant == meaning)
    scale = {normalise_name(entry["text"]): int(entry["power"]) for entry in data["scale"]}
    return CellMarks(
        groups["zero"], groups["no_figure"], groups["not_applicable"], scale, groups["rates"],
        groups["yes"], groups["no"], groups["other_figures"], groups["provisional"],
    )  # fmt: skip


def read_obligations(files: CatalogFiles, forms: dict[str, Form]) -> Iterator[tuple[YamlDocument, int, Obligation]]:
    """Obligations with their places.

    Raises:
        CatalogError: a form is unknown, or days are out of order.
    """
    document = files.document("obligations/obligations.yaml")
    for place, raw in enumerate(check_document(document, "obligations")):
        first, last = span_of(raw, document, place)
        if raw["form"] not in forms:
            raise document.error(f"form {raw['form']!r} is unknown", "use an id of forms/", place, "form")
        yield document, place, Obligation(raw["form"], raw["area"], first or date.min, last, raw["source"])


def read_exemptions(files: CatalogFiles, forms: dict[str, Form]) -> Iterator[tuple[YamlDocument, int, Exemption]]:
    """Exemptions with their places.

    Raises:
        CatalogError: a form is unknown, or days are out of order.
    """
    document = files.document("obligations/exemptions.yaml")
    for place, raw in enumerate(check_document(document, "exemptions")):
        first, last = span_of(raw, document, place)
        if raw["form"] not in forms:
            raise document.error(f"form {raw['form']!r} is unknown", "use an id of forms/", place, "form")
        indicators = tuple(raw.get("indicators", ()))
        yield document, place, Exemption(raw["unit"], raw["form"], indicators, first or date.min, last, raw["reason"])
