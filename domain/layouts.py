"""Forms and their layouts: sheet, columns and lines of each version of the template, who owes them, by when."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from domain.periods import Frequency, add_working_days
from domain.texts import Text
from domain.units import Level


class ColumnRole(StrEnum):
    """What a column of a form holds."""

    ORDER = "order"
    CODE = "code"
    LABEL = "label"
    UNIT = "unit"
    DENOMINATOR = "denominator"
    NUMERATOR = "numerator"
    PERCENT = "percent"
    NOTE = "note"
    VILLAGE_CODE = "village_code"
    VILLAGE_NAME = "village_name"
    UNIT_CODE = "unit_code"
    UNIT_NAME = "unit_name"
    FIGURE = "figure"


class Input(StrEnum):
    """What a person may type into a figure column of the village sheet."""

    YES_NO = "yes_no"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what it holds, its header, the mark in the column-number row ("3=2/1×100"), its width in characters.

    `input` is set on FIGURE columns of the village sheet only, `indicator` there and on figures of a table of units.
    `aliases` are further headers met.
    """

    role: ColumnRole
    header: str
    mark: str
    width: float
    indicator: str | None = None
    input: Input | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the form: a section heading (`indicator` None) or an indicator, with its number and label.

    `code` is what the form's code column holds ("CT01"). `sections` are the labels of the headings above it, the
    outermost first: they distinguish two lines of one label.
    """

    number: str
    label: str
    indicator: str | None = None
    aliases: tuple[str, ...] = ()
    code: str | None = None
    sections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DueDays:
    """Working days from cut-off to deadline by level, for periods whose last day is `valid_from` or later."""

    valid_from: date
    working_days: Mapping[Level, int]


@dataclass(frozen=True, slots=True)
class Form:
    """A form that units owe: its number, calendar, frequency, and deadlines; `due_days` from the first to the last.

    `reporter` is the office that gives it for the units, None where they fill it in themselves.
    """

    id: str
    number: str
    title: Text
    calendar: str
    frequency: Frequency
    level: Level
    due_days: tuple[DueDays, ...]
    reporter: Text | None = None

    def working_days_due(self, level: Level, last_day: date) -> int:
        """Return the working days a level has after the cut-off of the period that ends on a day.

        Decree 09/2019 art. 8.5 requires at least one.

        Raises:
            KeyError: the form sets none for the level then.
        """
        return next(due for due in reversed(self.due_days) if due.valid_from <= last_day).working_days[level]


@dataclass(frozen=True, slots=True)
class Layout:
    """One version of a form's workbook. `lines` go on `sheet` in order; `village_columns` head `village_sheet`.

    `totals` are labels of rows that only sum the rows above them ("Tổng cộng"): no template has them, people add them.
    `abbreviations` are words that people shorten in labels, normalised, with their full forms. `units_by_sheet`: one
    workbook may hold the forms of several units, a sheet each. `unit_columns` are those of a table with a row a unit on
    `sheet`; such a layout has neither lines nor villages. `texts` are wordings of the workbook's texts that this
    version has of its own, by their key without the prefix `workbooks.`. `checks`: the workbook says while it is filled
    in what is missing and wrong.
    """

    form: str
    version: str
    valid_from: date
    valid_to: date | None
    sheet: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    village_sheet: str | None
    village_columns: tuple[Column, ...]
    totals: tuple[str, ...] = ()
    abbreviations: Mapping[str, str] = field(default_factory=dict)
    units_by_sheet: bool = False
    texts: Mapping[str, str] = field(default_factory=dict)
    checks: bool = False
    unit_columns: tuple[Column, ...] = ()

    def holds_on(self, day: date) -> bool:
        """Whether the version is in use on that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    @property
    def indicators(self) -> tuple[str, ...]:
        """Ids of the form's indicators, in order."""
        of_lines = (line.indicator for line in self.lines)
        of_columns = (column.indicator for column in self.unit_columns)
        return tuple(dict.fromkeys(each for each in (*of_lines, *of_columns) if each is not None))

    @property
    def village_indicators(self) -> tuple[str, ...]:
        """Ids of the indicators reported village by village."""
        return tuple(column.indicator for column in self.village_columns if column.indicator is not None)


@dataclass(frozen=True, slots=True)
class Obligation:
    """Which units owe a form: all of the form's level at or below `area`, for periods that end within the span."""

    form: str
    area: str
    valid_from: date
    valid_to: date | None
    source: str

    def holds_on(self, day: date) -> bool:
        """Whether the obligation is in force on that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Exemption:
    """A unit that need not give a form, or some of its indicators (empty: the whole form), for a span, and why."""

    unit: str
    form: str
    indicators: tuple[str, ...]
    valid_from: date
    valid_to: date | None
    reason: str

    def holds_on(self, day: date) -> bool:
        """Whether the exemption is in force on that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class ReminderStep:
    """A day on which units of a level are reminded of a form; `form` None: of any.

    `working_days` after the level's deadline; before it where negative.
    """

    id: str
    level: Level
    working_days: int
    form: str | None = None

    def day(self, deadline: date, holidays: Collection[date]) -> date:
        """Return the day of the step for a deadline."""
        return add_working_days(deadline, self.working_days, holidays)


def reached_step(
    steps: Iterable[ReminderStep], deadline: date, today: date, holidays: Collection[date]
) -> ReminderStep | None:
    """Return the last of a level's steps whose day has come; None: there is none.

    Steps before a deadline lapse with it, and of steps that were missed only the last is made up for.
    """
    ahead = [step for step in steps if step.working_days > 0 or today <= deadline]
    reached = [step for step in ahead if step.day(deadline, holidays) <= today]
    return max(reached, key=lambda step: step.working_days, default=None)
