"""Reminders: which are due on a day, and which were sent."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import func, select

from domain.authorisations import Authorisations
from domain.catalog.catalog import Catalog
from domain.errors import UsageError
from domain.layouts import ReminderStep, reached_step
from domain.periods import Frequency, Period, parse_period
from domain.rollups import ReportingState
from domain.submissions import PENDING_STATES, SubmissionState
from domain.units import Level, OrgUnit, UnitKey
from warehouse.models import ReminderRow
from warehouse.officers.contacts import contact_mails
from warehouse.queries.read_models import SentReminders
from warehouse.queries.silent_units import owing_units, reporting_areas
from warehouse.rollups.reporting_status import ReportingStatus, reporting_statuses
from warehouse.store.engine import Session
from warehouse.submissions.authorisations import authorised_senders
from warehouse.submissions.reminders import CONSULTATION

_PERIODS_BACK = 3
"""How many periods are looked at: for the newest one with a step whose day has come, and for unanswered reminders."""


class MissingReport(StrEnum):
    """Why a unit's report is missing: none came, it was returned, or it waits for the office or the next run."""

    SILENT = "silent"
    RETURNED = "returned"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class MissingUnit:
    """A unit whose report is missing, the addresses registered for it, and the reminders that it had."""

    unit: OrgUnit
    report: MissingReport
    addresses: tuple[str, ...]
    sent: SentReminders | None


@dataclass(frozen=True, slots=True)
class DueReminder:
    """A reminder to the addresses registered for a unit, of its own report or of those missing below it."""

    unit: OrgUnit
    addresses: tuple[str, ...]
    missing: tuple[MissingUnit, ...]


@dataclass(frozen=True, slots=True)
class DueStep:
    """A step of a form and period whose day has come.

    `reminders` are those not sent yet, `missing` all units without an accepted report; `is_listed` says whether the
    office got its list of them for this step.
    """

    form: str
    period: Period
    step: ReminderStep
    deadline: date
    reminders: tuple[DueReminder, ...]
    missing: tuple[MissingUnit, ...]
    is_listed: bool


@dataclass(frozen=True, slots=True)
class UnansweredReminders:
    """A unit that owes a form for a period and sent nothing after its reminders; lateness in days."""

    unit: OrgUnit
    form: str
    period: Period
    days_late: int
    reminded: SentReminders


@dataclass(frozen=True, slots=True)
class RegisteredAddresses:
    """Addresses that are registered on a day: those that may report, and those of contacts."""

    authorisations: Authorisations
    contacts: Mapping[UnitKey, frozenset[str]]
    catalog: Catalog
    day: date

    def own(self, unit: OrgUnit, form: str) -> tuple[str, ...]:
        """Return the addresses that may report a form for a unit by its own code, and its contacts'."""
        senders = self.authorisations.own_addresses(self.catalog, unit, self.day, form)
        return tuple(sorted({*senders, *self.contacts.get(unit.key, ())}))

    def addresses(self, unit: OrgUnit, form: str) -> tuple[str, ...]:
        """Return a unit's own addresses; of one that ended without any, its successors'."""
        own = self.own(unit, form)
        if own or unit.holds_on(self.day):
            return own
        heirs = (self.catalog.units.find(each.new, self.day) for each in self.catalog.units.passed_into(unit))
        return tuple(sorted({address for heir in heirs if heir for address in self.own(heir, form)}))


def registered_addresses(session: Session, catalog: Catalog, today: date) -> RegisteredAddresses:
    """Return the addresses to which units are written on a day."""
    senders = Authorisations(authorised_senders(session))
    return RegisteredAddresses(senders, contact_mails(session, today), catalog, today)


def due_steps(session: Session, catalog: Catalog, areas: Collection[str], today: date) -> tuple[DueStep, ...]:
    """Return the steps whose day has come, of each form of units those of the newest period that has any.

    The units of some areas (codes or ids) count, without any those of the areas right above communes that ever
    reported; and all other units with an address of their own that owe the form.
    """
    registered = registered_addresses(session, catalog, today)
    results: list[DueStep] = []
    for form in (each.id for each in catalog.forms.of_units):
        period, steps = _reached(catalog, form, today)
        if not steps:
            continue
        missing = _missing_units(session, catalog, registered, (form, period), areas)
        sent = _sent_steps(session, form, period)
        for step, deadline in steps:
            reminded = missing if step.level is catalog.forms.form(form).level else ()
            reminders = [DueReminder(each.unit, each.addresses, (each,)) for each in reminded]
            for area, below in _by_area(catalog, form, period, step.level, missing).items():
                reminders.append(DueReminder(area, registered.own(area, form), below))
            due = tuple(each for each in reminders if _may_be_sent(each) and (step.id, each.unit.key) not in sent)
            results.append(DueStep(form, period, step, deadline, due, missing, (step.id, None) in sent))
    return tuple(results)


def sent_reminders(session: Session, form: str, period: Period) -> dict[UnitKey, SentReminders]:
    """Return how often units were reminded of a form and period."""
    row = ReminderRow
    counts = (
        select(row.unit_code, row.unit_valid_from, func.count(), func.max(row.sent_at))
        .where(row.form == form, row.period == period.id, row.step.not_like(f"{CONSULTATION}%"))
        .group_by(row.unit_code, row.unit_valid_from)
    )
    return {
        UnitKey(code, valid_from): SentReminders(count, last_at)
        for code, valid_from, count, last_at in session.execute(counts).tuples()
        if code is not None and valid_from is not None
    }


def sent_consultation_mails(session: Session, form: str, period: Period) -> dict[tuple[str, UnitKey], datetime]:
    """Return when mails to consulted units of a form and period were sent (UTC), by step and unit."""
    row = ReminderRow
    statement = select(row.step, row.unit_code, row.unit_valid_from, row.sent_at).where(
        row.form == form, row.period == period.id, row.step.like(f"{CONSULTATION}%")
    )
    return {
        (step, UnitKey(code, valid_from)): at
        for step, code, valid_from, at in session.execute(statement).tuples()
        if code is not None and valid_from is not None
    }


def unanswered_reminders(session: Session, catalog: Catalog, today: date) -> tuple[UnansweredReminders, ...]:
    """Return the units that sent nothing after all their reminders, the longest overdue first.

    All are as many as their level has steps from the deadline on. Of the newest periods that any unit was reminded of.
    """
    row = ReminderRow
    statement = select(row.form, row.period).where(row.unit_code.is_not(None)).distinct()
    reminded: dict[str, list[Period]] = defaultdict(list)
    for form, text in session.execute(statement).tuples():
        if form in catalog.forms.by_id:
            reminded[form].append(parse_period(text))
    results: list[UnansweredReminders] = []
    for form, periods in reminded.items():
        for period in sorted(periods, key=lambda each: (each.year, each.last_month))[-_PERIODS_BACK:]:
            results += _unanswered(session, catalog, form, period, today)
    return tuple(sorted(results, key=lambda each: (-each.days_late, each.unit.code)))


def _unanswered(
    session: Session, catalog: Catalog, form: str, period: Period, today: date
) -> Iterator[UnansweredReminders]:
    level = catalog.forms.form(form).level
    steps = [step for step in catalog.reminders if step.level is level and step.form in {None, form}]
    enough = max(1, sum(step.working_days >= 0 for step in steps))
    reminded = {key: sent for key, sent in sent_reminders(session, form, period).items() if sent.count >= enough}
    units = [unit for key in reminded if (unit := catalog.units.find(key.code, key.valid_from)) is not None]
    deadline = catalog.forms.deadline(form, period, level)
    statuses = reporting_statuses(session, form, period, units, deadline)
    for unit in units:
        if statuses[unit.key].state is ReportingState.MISSING:
            yield UnansweredReminders(unit, form, period, (today - deadline).days, reminded[unit.key])


def _may_be_sent(reminder: DueReminder) -> bool:
    """Whether a unit has an address, and something to do: what waits for the office is not the unit's to do."""
    return bool(reminder.addresses) and any(each.report is not MissingReport.WAITING for each in reminder.missing)


def _sent_steps(session: Session, form: str, period: Period) -> set[tuple[str, UnitKey | None]]:
    """Return the steps that were sent with the unit of each, None for the office."""
    row = ReminderRow
    statement = select(row.step, row.unit_code, row.unit_valid_from).where(row.form == form, row.period == period.id)
    return {
        (step, UnitKey(code, valid_from) if code is not None and valid_from is not None else None)
        for step, code, valid_from in session.execute(statement).tuples()
    }


def _reached(catalog: Catalog, form: str, today: date) -> tuple[Period, list[tuple[ReminderStep, date]]]:
    """Return the newest period with steps whose day has come, and these with their deadlines, one of each level."""
    frequency = catalog.forms.form(form).frequency
    period = Period(today.year, today.month, Frequency.MONTH).within(frequency).shift(1)
    for _ in range(_PERIODS_BACK):
        steps = list(_reached_in(catalog, form, period, today))
        if steps:
            return period, steps
        period = period.shift(-1)
    return period, []


def _reached_in(catalog: Catalog, form: str, period: Period, today: date) -> Iterator[tuple[ReminderStep, date]]:
    steps = [step for step in catalog.reminders if step.form in {None, form}]
    for level in dict.fromkeys(step.level for step in steps):
        try:
            deadline = catalog.forms.deadline(form, period, level)
        except UsageError:
            continue  # the form sets none for the level
        of_level = [step for step in steps if step.level is level]
        step = reached_step(of_level, deadline, today, catalog.forms.holidays)
        if step is not None:
            yield step, deadline


def _missing_units(
    session: Session,
    catalog: Catalog,
    registered: RegisteredAddresses,
    report: tuple[str, Period],
    areas: Collection[str],
) -> tuple[MissingUnit, ...]:
    """Return the units that owe a form for a period and have no accepted report, by code."""
    form, period = report
    owing = owing_units(catalog, form, period, areas or reporting_areas(session, catalog, form))
    everywhere = catalog.obligations.areas_owing(form, catalog.forms.last_day(form, period))
    with_address = {
        code: unit
        for code, unit in owing_units(catalog, form, period, everywhere).items()
        if registered.addresses(unit, form)
    }
    units = sorted((owing | with_address).values(), key=lambda unit: unit.code)
    deadline = catalog.forms.deadline(form, period, catalog.forms.form(form).level)
    statuses = reporting_statuses(session, form, period, units, deadline)
    sent = sent_reminders(session, form, period)
    return tuple(
        MissingUnit(unit, _missing(status), registered.addresses(unit, form), sent.get(unit.key))
        for unit, status in zip(units, statuses.values(), strict=True)
        if status.state is not ReportingState.ACCEPTED
    )


def _missing(status: ReportingStatus) -> MissingReport:
    states = {file.state for file in status.files}
    if states & {SubmissionState.HELD, *PENDING_STATES}:
        return MissingReport.WAITING
    return MissingReport.RETURNED if status.state is ReportingState.QUARANTINED else MissingReport.SILENT


def _by_area(
    catalog: Catalog, form: str, period: Period, level: Level, missing: Sequence[MissingUnit]
) -> Mapping[OrgUnit, tuple[MissingUnit, ...]]:
    """Return the units of a level above missing ones, each with those."""
    day = catalog.forms.last_day(form, period)
    results: dict[OrgUnit, tuple[MissingUnit, ...]] = defaultdict(tuple)
    for each in missing:
        for area in catalog.units.above(each.unit, day):
            if area.level is level:
                results[area] += (each,)
    return results
