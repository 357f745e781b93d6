"""Reads calendars, holidays, forms, the marks of their cells, and who owes them."""

from collections.abc import Iterator
from datetime import date

from domain.catalog.entries import add_once
from domain.catalog.files import CatalogFiles, YamlDocument
from domain.catalog.kinds import CALENDARS, EXEMPTIONS, FORMS, HOLIDAYS, MARKS, OBLIGATIONS
from domain.catalog.models import DatedDeadlines, Deadlines
from domain.catalog.texts import CellMarks
from domain.catalog.words import FILE as WORDS
from domain.layouts import DueDays, Exemption, Form, Obligation
from domain.periods import Calendar
from domain.texts import normalise_name
from domain.units import Level

_MARKS = "forms/marks.yaml"


def read_calendars(files: CatalogFiles) -> dict[str, Calendar]:
    """Calendars by id."""
    document = files.document("calendars/calendars.yaml")
    results: dict[str, Calendar] = {}
    for place, raw in enumerate(CALENDARS.check_document(document)):
        add_once(results, raw.id, Calendar(raw.id, raw.cut_off_day), document, place, "id")
    return results


def read_holidays(files: CatalogFiles) -> frozenset[date]:
    """Public holidays."""
    table = files.table("calendars/holidays.csv", ("day", "name", "source"))
    results: set[date] = set()
    for row, raw in enumerate(HOLIDAYS.check_table(table)):
        if raw.day in results:
            raise table.error(row, f"{raw.day} stands here twice", "keep one of the two")
        results.add(raw.day)
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
        raw = FORMS.check_document(document)
        if raw.calendar not in calendars:
            problem = f"calendar {raw.calendar!r} is unknown"
            raise document.error(problem, "use an id of calendars/calendars.yaml", "calendar")
        form = Form(
            id=raw.id,
            number=raw.number,
            title=raw.title,
            calendar=raw.calendar,
            frequency=raw.frequency,
            level=raw.level,
            due_days=_due_days(raw.due_working_days, document),
        )
        add_once(results, form.id, form, document, "id")
    return results


def _due_days(deadlines: Deadlines | tuple[DatedDeadlines, ...], document: YamlDocument) -> tuple[DueDays, ...]:
    """Return the deadlines in their order; one mapping holds for all periods, as does the first of a list.

    Raises:
        CatalogError: only the first entry may do without `from`, and the days have to rise.
    """
    entries = deadlines if isinstance(deadlines, tuple) else (deadlines,)
    due: list[DueDays] = []
    for position, entry in enumerate(entries):
        steps = ("due_working_days", position) if isinstance(deadlines, tuple) else ("due_working_days",)
        first = entry.first_day if isinstance(entry, DatedDeadlines) else None
        if (first is None) != (position == 0) or (first is not None and first <= due[-1].valid_from):
            problem = f"due_working_days.{position}: the days from which deadlines hold do not follow one another"
            remedy = "write the first entry without `from`, and each later one with a later day: from: 2026-01-01"
            raise document.error(problem, remedy, *steps)
        days = {
            Level(level): days for level, days in entry.model_dump(exclude={"first_day"}, exclude_none=True).items()
        }
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
    data = MARKS.check_document(document)
    groups: dict[str, frozenset[str]] = {}
    for meanings in _TOGETHER:
        taken: dict[str, str] = {}
        for meaning in meanings:
            for place, entry in enumerate(getattr(data, meaning)):
                add_once(taken, normalise_name(entry.text), meaning, document, meaning, place, "text")
        for meaning in meanings:
            groups[meaning] = frozenset(text for text, meant in taken.items() if meant == meaning)
    scale = {normalise_name(entry.text): entry.power for entry in data.scale}
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
    for place, raw in enumerate(OBLIGATIONS.check_document(document)):
        if raw.form not in forms:
            raise document.error(f"form {raw.form!r} is unknown", "use an id of forms/", place, "form")
        yield document, place, Obligation(raw.form, raw.area, raw.valid_from, raw.valid_to, raw.source)


def read_exemptions(files: CatalogFiles, forms: dict[str, Form]) -> Iterator[tuple[YamlDocument, int, Exemption]]:
    """Exemptions with their places.

    Raises:
        CatalogError: a form is unknown, or days are out of order.
    """
    document = files.document("obligations/exemptions.yaml")
    for place, raw in enumerate(EXEMPTIONS.check_document(document)):
        if raw.form not in forms:
            raise document.error(f"form {raw.form!r} is unknown", "use an id of forms/", place, "form")
        yield document, place, Exemption(raw.unit, raw.form, raw.indicators, raw.valid_from, raw.valid_to, raw.reason)
