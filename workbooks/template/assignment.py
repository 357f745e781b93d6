"""Assignment of a template: the unit, form and period it is made for, and how its headings name them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from domain.catalog.catalog import Catalog
from domain.errors import UsageError
from domain.indicators import Flow, Indicator
from domain.layouts import ColumnRole, Form, Layout
from domain.observations import CellState, Figure, PastObservation
from domain.periods import Frequency, Period
from domain.texts import Lang, Text, ascii_key
from domain.units import OrgUnit

_LANG: Lang = "vi"
_QUARTERS = ("", "I", "II", "III", "IV")


@dataclass(frozen=True, slots=True)
class Assignment:
    """A unit's report of a form and period; `upper` is its parent unit on the period's last day.

    `past` are previously reported stocks to fill in, by code of the unit or village and indicator.
    """

    catalog: Catalog
    form: Form
    layout: Layout
    unit: OrgUnit
    upper: OrgUnit
    period: Period
    first_day: date
    last_day: date
    deadline: date
    due: frozenset[str]
    past: Mapping[tuple[str, str], PastObservation]

    def text(self, key: str, **facts: object) -> str:
        """Return a template text in the language of the form; `key` is without the prefix of this package's texts."""
        own = self.layout.texts.get(key)
        if own is not None:
            return Text(own, own).format(_LANG, facts)
        return self.catalog.texts.text(f"workbooks.{key}", _LANG, **facts)

    @property
    def file_name(self) -> str:
        """Return a file name that identifies unit and period in plain ASCII, which mail programs leave alone.

        `BC_22813_Lam-Son_2025-06.xlsx`; the form's id is appended where other forms share its frequency.
        """
        alike = {form.id for form in self.catalog.forms.of_units if form.frequency is self.form.frequency}
        plain = "-".join(re.findall(r"\w+", ascii_key(self.unit.bare_name))).title()
        parts = ("BC", self.unit.code, plain, self.period.id, *([self.form.id] if alike - {self.form.id} else []))
        return "_".join(parts) + ".xlsx"

    @property
    def title(self) -> str:
        """Return the form's title in capitals."""
        return self.form.title.get(_LANG).upper()

    @property
    def period_name(self) -> str:
        """Return the period for headings: "Tháng 5/2025", "Quý II/2025", "6 tháng đầu năm 2025" or "Năm 2025"."""
        return self.name_of(self.period)

    def name_of(self, period: Period) -> str:
        """Return the heading name of any period."""
        year, month = period.year, period.last_month
        match period.frequency:
            case Frequency.MONTH:
                return self.text("period_month", month=month, year=year)
            case Frequency.QUARTER:
                return self.text("period_quarter", quarter=_QUARTERS[month // 3], year=year)
            case Frequency.HALF_YEAR:
                return self.text("period_first_half" if month == 6 else "period_second_half", year=year)
            case Frequency.YEAR:
                return self.text("period_year", year=year)

    @property
    def period_line(self) -> str:
        """Return the period with its days: "Kỳ báo cáo: Tháng 5/2025 (từ 15/4/2025 đến 14/5/2025)"."""
        return self.text(
            "period", name=self.period_name, first=short_date(self.first_day), last=short_date(self.last_day)
        )

    @property
    def receiver(self) -> str:
        """Return the receiver of the report: "UBND huyện Ninh Sơn"."""
        return self.text("committee", unit=name_in_sentence(self.upper))

    @property
    def not_applicable_mark(self) -> str:
        """Return the simplest not-applicable mark, which the instructions tell officials to use."""
        return max(self.catalog.marks.not_applicable, key=lambda mark: (len(mark), mark))

    def place_line(self, day: date | None) -> str:
        """Return place and date of signing: the date left open, or written as Decree 30/2020 requires."""
        if day is None:
            return self.text("place_blank", place=self.unit.bare_name, year=self.deadline.year)
        # Decree 30/2020: a leading zero for days below 10 and for January and February only.
        month = f"{day.month:02}" if day.month < 3 else str(day.month)
        return self.text("place_date", place=self.unit.bare_name, day=f"{day.day:02}", month=month, year=day.year)

    def past_entry(self, unit: str, indicator: str, role: ColumnRole) -> "PastEntry | None":
        """Return the last reported figure of a unit or village; None if unknown or left blank."""
        past = self.past.get((unit, indicator))
        figure = None if past is None else _figure_of(past, role)
        if past is None or figure is None:
            return None
        if figure.state is CellState.NOT_APPLICABLE:
            return PastEntry(past.period, self.not_applicable_mark)
        if figure.number is None:
            return None
        whole = int(figure.number)
        return PastEntry(past.period, whole if whole == figure.number else float(figure.number))

    def not_due_reason(self, indicator: Indicator) -> str:
        """Return the reason why a line of the form is not due in this period."""
        if not indicator.holds_on(self.last_day):
            return self.text("not_due_force")
        if not self.period.ends(indicator.frequency):
            return self.text(f"not_due_{indicator.frequency.value}")
        return self.text("not_due_exempt")


@dataclass(frozen=True, slots=True)
class PastEntry:
    """A value filled in from an earlier report, and that report's period."""

    period: Period
    value: int | float | str


def assign(
    catalog: Catalog, form: str, unit: OrgUnit, period: Period, past: Iterable[PastObservation] = ()
) -> Assignment:
    """Collect what a template needs of its unit and period.

    Only stocks of the `past` are kept: flows and year-to-date figures differ in each period.

    Raises:
        UsageError: the period is not one of the form's, or the unit does not owe the form for it.
    """
    wanted = catalog.forms.form(form)
    if period.frequency is not wanted.frequency:
        raise UsageError(f"form {form} is reported each {wanted.frequency}: {period} is no such period")
    last_day = catalog.forms.last_day(form, period)
    if not unit.holds_on(last_day):
        raise UsageError(f"{unit.name} ({unit.code}) does not exist on {last_day}, the last day of {period}")
    if not catalog.owes(form, unit, period):
        raise UsageError(f"{unit.name} ({unit.code}) does not owe form {form} for {period}")
    return Assignment(
        catalog=catalog,
        form=wanted,
        layout=catalog.forms.layout_for(form, period),
        unit=unit,
        upper=_upper(catalog, unit, last_day),
        period=period,
        first_day=catalog.forms.calendar_of(form).first_day(period),
        last_day=last_day,
        deadline=catalog.forms.deadline(form, period, unit.level),
        due=frozenset(due_indicator.id for due_indicator in catalog.due_indicators(form, unit, period)),
        past={
            (past_observation.observation.unit, past_observation.observation.indicator): past_observation
            for past_observation in past
            if catalog.indicators[past_observation.observation.indicator].flow is Flow.STOCK
        },
    )


def name_in_sentence(unit: OrgUnit) -> str:
    """Return a unit's name with its kind in lower case: "huyện Ninh Sơn"."""
    return f"{unit.kind.lower()} {unit.bare_name}" if unit.kind else unit.name


def short_date(day: date) -> str:
    """Return a day as officials write it: 15/4/2025."""
    return f"{day.day}/{day.month}/{day.year}"


def _upper(catalog: Catalog, unit: OrgUnit, on: date) -> OrgUnit:
    return catalog.units.get(unit.parent, on) if unit.parent else unit


def _figure_of(past: PastObservation, role: ColumnRole) -> Figure | None:
    return past.observation.denominator if role is ColumnRole.DENOMINATOR else past.observation.numerator
