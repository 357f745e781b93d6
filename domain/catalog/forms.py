"""Forms: what units fill in by when, by calendars, deadlines and the layouts of workbooks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from domain.catalog import marks, words
from domain.catalog.fields import Bilingual, Day, FileModel, Id, Words, list_or_plain
from domain.catalog.files import CatalogFiles, YamlDocument
from domain.catalog.layouts import read_layouts
from domain.catalog.shapes import Kind
from domain.errors import UsageError
from domain.layouts import DueDays, Form, Layout
from domain.periods import Calendar, Frequency, Period, add_working_days
from domain.units import Level


class CalendarEntry(FileModel):
    """A calendar."""

    id: Id
    cut_off_day: Annotated[
        int | None, Field(ge=1, le=28, description="a day from 1 to 28, or null for the month's own last day")
    ]
    source: Words


class HolidayRow(FileModel):
    """A public holiday."""

    day: Day
    name: Words
    source: Words


WorkingDays = Annotated[
    int, Field(ge=1, description="working days after the cut-off, at least 1 (Decree 09/2019 art. 8.5)")
]


class Deadlines(FileModel):
    """Working days by level."""

    commune: WorkingDays
    district: WorkingDays | None = None
    province: WorkingDays | None = None
    country: WorkingDays | None = None


class DatedDeadlines(Deadlines):
    """Working days by level, with the day from which they hold."""

    first_day: Day | None = Field(None, alias="from")


class FormFile(FileModel):
    """A form that units owe."""

    id: Id
    number: Words
    title: Bilingual
    reporter: Annotated[
        Bilingual | None, Field(description="the office that gives it for the units; left out: they do themselves")
    ] = None
    calendar: Id
    frequency: Frequency
    level: Annotated[Literal[Level.COMMUNE], Field(description="commune: forms of other levels are not built")]
    due_working_days: Annotated[
        Annotated[Deadlines, Tag("plain")] | Annotated[tuple[DatedDeadlines, ...], Field(min_length=1), Tag("list")],
        Discriminator(list_or_plain),
        Field(
            description="working days by level; or a list of them, each but the first with the day from which it "
            "holds: from: 2026-01-01"
        ),
    ]
    source: Words


CALENDARS: Kind[tuple[CalendarEntry, ...]] = Kind(
    "calendars",
    "Calendars (calendars/calendars.yaml).",
    Annotated[tuple[CalendarEntry, ...], Field(min_length=1)],  # type: ignore[arg-type] # a type all the same
)
HOLIDAYS = Kind("holidays", "Rows of calendars/holidays.csv.", tuple[HolidayRow, ...])
FORMS = Kind("forms", "A form that units owe (forms/<id>.yaml).", FormFile)


@dataclass(frozen=True)
class Forms:
    """Forms by id with their layouts (by form and first day), calendars by id, and public holidays."""

    by_id: Mapping[str, Form]
    layouts: tuple[Layout, ...]
    calendars: Mapping[str, Calendar]
    holidays: frozenset[date]

    @property
    def of_units(self) -> tuple[Form, ...]:
        """Return the forms that units fill in themselves."""
        return tuple(form for form in self.by_id.values() if form.reporter is None)

    def form(self, form: str) -> Form:
        """Return the form of that id.

        Raises:
            UsageError: there is none.
        """
        if form not in self.by_id:
            raise UsageError(f"no form has the id {form!r}; known: {', '.join(self.by_id)}")
        return self.by_id[form]

    def layout(self, form: str, version: str) -> Layout:
        """Return the layout of a form in that version.

        Raises:
            UsageError: there is none.
        """
        known = [layout for layout in self.layouts if layout.form == self.form(form).id]
        result = next((layout for layout in known if layout.version == version), None)
        if result is None:
            versions = ", ".join(layout.version for layout in known)
            raise UsageError(f"form {form} has no layout {version!r}; known: {versions}")
        return result

    def layout_for(self, form: str, period: Period) -> Layout:
        """Return the newest layout of a form that is valid on the period's last day.

        Raises:
            UsageError: the form is unknown, or has no layout then.
        """
        day = self.last_day(form, period)
        results = [layout for layout in self.layouts if layout.form == form and layout.holds_on(day)]
        if not results:
            raise UsageError(f"form {form} has no layout for {period}")
        return max(results, key=lambda layout: layout.valid_from)

    def calendar_of(self, form: str) -> Calendar:
        """Return the calendar that a form goes by."""
        return self.calendars[self.form(form).calendar]

    def last_day(self, form: str, period: Period) -> date:
        """Return the day on which a period's data close, by the form's calendar."""
        return self.calendar_of(form).last_day(period)

    def deadline(self, form: str, period: Period, level: Level) -> date:
        """Return the last day on which a level may send the form: the cut-off plus the level's working days.

        Raises:
            UsageError: the form sets no deadline for the level.
        """
        last_day = self.last_day(form, period)
        try:
            days = self.form(form).working_days_due(level, last_day)
        except KeyError as missing:
            raise UsageError(f"form {form} sets no deadline for level {level}") from missing
        return add_working_days(last_day, days, self.holidays)


def load_forms(folder: Path) -> Forms:
    """Read the forms of a catalogue's folder and nothing else of it, as `read_forms` does."""
    return read_forms(CatalogFiles(folder))


def read_forms(files: CatalogFiles) -> Forms:
    """Read forms, layouts, calendars and holidays.

    Raises:
        CatalogError: a form names an unknown calendar or a layout an unknown form, an id comes twice, deadlines do not
            follow one another, or two labels of a layout read the same.
    """
    calendars = _read_calendars(files)
    forms: dict[str, Form] = {}
    for document in files.documents("forms"):
        if document.file in {marks.FILE, words.FILE}:
            continue
        raw = FORMS.check_document(document)
        if raw.calendar not in calendars:
            problem = f"calendar {raw.calendar!r} is unknown"
            raise document.error(problem, "use an id of calendars/calendars.yaml", "calendar")
        due_days = _due_days(raw.due_working_days, document)
        form = Form(raw.id, raw.number, raw.title, raw.calendar, raw.frequency, raw.level, due_days, raw.reporter)
        document.add_once(forms, form.id, form, "id")
    layouts = read_layouts(files, forms)
    return Forms(MappingProxyType(forms), layouts, MappingProxyType(calendars), _read_holidays(files))


def _read_calendars(files: CatalogFiles) -> dict[str, Calendar]:
    document = files.document("calendars/calendars.yaml")
    results: dict[str, Calendar] = {}
    for place, raw in enumerate(CALENDARS.check_document(document)):
        document.add_once(results, raw.id, Calendar(raw.id, raw.cut_off_day), place, "id")
    return results


def _read_holidays(files: CatalogFiles) -> frozenset[date]:
    table = files.table("calendars/holidays.csv", ("day", "name", "source"))
    results: set[date] = set()
    for row, raw in enumerate(HOLIDAYS.check_table(table)):
        if raw.day in results:
            raise table.error(row, f"{raw.day} is listed here twice", "keep one of the two")
        results.add(raw.day)
    return frozenset(results)


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
