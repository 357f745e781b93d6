"""The matrix of the desk: the state of the report of every unit and period, counted, selected and sorted."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Final, NamedTuple

from sqlalchemy import func, select

from domain.catalog.catalog import Catalog
from domain.periods import Frequency, Period, parse_period
from domain.texts import normalise_name
from domain.units import OrgUnit, UnitKey
from domain.vietnam_time import day_in_vietnam
from warehouse.models import SubmissionRow
from warehouse.queries.desk.report_facts import ReceivedVersions, received_facts, received_versions
from warehouse.queries.desk.report_states import (
    OPEN_QUESTIONS,
    OUTSTANDING,
    DeskState,
    ReportFacts,
    days_late,
    desk_state,
)
from warehouse.queries.silent_units import owing_units
from warehouse.store.engine import Session
from warehouse.submissions.report_keys import ReportKey

_PERIODS_OF_SILENCE: Final = 2


@dataclass(frozen=True, slots=True)
class MatrixSelection:
    """What a person selected: a form, `columns` periods up to `last` (None: the newest).

    Of the units those of an area (the code above them), whose name or code has a text, and with a state in any of the
    periods, or in `state_in`. Of these rows `most` are wanted, after the first `skip`.
    """

    form: str
    columns: int = 12
    last: Period | None = None
    area: str = ""
    state: DeskState | None = None
    state_in: Period | None = None
    text: str = ""
    skip: int = 0
    most: int = 50


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """State of a report; `versions` counts what was received, `days_late` goes on where something is outstanding."""

    state: DeskState
    days_late: int
    versions: int
    open_warnings: int
    is_correction_returned: bool


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A unit and its report of each period."""

    unit: OrgUnit
    cells: tuple[MatrixCell, ...]


@dataclass(frozen=True, slots=True)
class MatrixPeriod:
    """A column: the period, its deadline, and how many reports of the area are in each state."""

    period: Period
    deadline: date
    counts: Mapping[DeskState, int]


@dataclass(frozen=True, slots=True)
class ReportMatrix:
    """A page of the matrix; `selected` counts all rows that were selected, `areas` names all areas by code.

    `is_first` and `is_last`: no period was ever received before, and none has ended after those shown.
    """

    periods: tuple[MatrixPeriod, ...]
    rows: tuple[MatrixRow, ...]
    selected: int
    units: int
    areas: Mapping[str, str]
    is_first: bool
    is_last: bool


@dataclass(frozen=True)
class OwedReports:
    """Looks up which units owe a form; what was looked up is kept, for it depends on the catalogue alone."""

    catalog: Catalog
    _known: dict[tuple[str, frozenset[str], Period], Mapping[UnitKey, OrgUnit]] = field(default_factory=dict)

    def units(self, form: str, areas: Iterable[str], period: Period) -> Mapping[UnitKey, OrgUnit]:
        """Return the units of some areas (codes or ids) that owe a form for a period."""
        key = form, frozenset(areas), period
        if key not in self._known:
            units = owing_units(self.catalog, form, period, key[1]).values()
            self._known[key] = {unit.key: unit for unit in units}
        return self._known[key]


def report_matrix(
    session: Session,
    owed_reports: OwedReports,
    areas: Iterable[str],
    selection: MatrixSelection,
    at: datetime,
    *,
    limited: bool = False,
) -> ReportMatrix:
    """Return a page of the matrix at a moment (UTC), sorted by who needs a call.

    `areas` are those of the deployment (codes or ids); none: those above the units that reported. Units outside that
    sent a report are listed as well, unless `limited`.
    """
    catalog, today, form = owed_reports.catalog, day_in_vietnam(at), selection.form
    first, received, newest = _received_span(session, catalog, form, today)
    # Where nothing came for long, the last periods in which anything did are what there is to see.
    last = max(first, min(selection.last or received.shift(_PERIODS_OF_SILENCE), newest))
    back = (last.shift(-steps) for steps in range(selection.columns - 1, -1, -1))
    periods = tuple(period for period in back if period >= first)
    level = catalog.forms.form(form).level
    deadlines = {period: catalog.forms.deadline(form, period, level) for period in periods}
    facts = received_facts(session, catalog, form, deadlines, at)
    within = tuple(areas) or _areas_above(catalog, facts)
    if limited:
        facts = {key: flags for key, flags in facts.items() if _lies_in(catalog, key, within, today)}
    owing = {period: owed_reports.units(form, within, period) for period in periods}
    rows = list(_states(catalog, owing, facts, {period for period in periods if deadlines[period] < today}))
    inside = [row for row in rows if _is_inside(row, selection)]
    counts = [Counter(row.states[place] for row in inside) for place in range(len(periods))]
    outstanding_days = [(today - deadlines[period]).days for period in periods]
    chosen = [row for row in inside if _is_in_state(row, periods, selection)]
    chosen.sort(key=lambda row: _call_first(row, outstanding_days))
    page = chosen[selection.skip : selection.skip + selection.most]
    versions = received_versions(session, form, periods, [row.unit.key for row in page], at)
    return ReportMatrix(
        periods=tuple(
            MatrixPeriod(period, deadlines[period], count) for period, count in zip(periods, counts, strict=True)
        ),
        rows=tuple(_detailed(row, deadlines, versions, today) for row in page),
        selected=len(chosen),
        units=len(inside),
        areas=_area_names(catalog, rows, catalog.forms.last_day(form, last)),
        is_first=periods[0] <= first,
        is_last=last >= newest,
    )


def report_cell(session: Session, catalog: Catalog, key: ReportKey, at: datetime) -> MatrixCell:
    """Return the state of a single report at a moment (UTC), as the matrix has it."""
    today, period = day_in_vietnam(at), key.period
    deadlines = {period: catalog.forms.deadline(key.form, period, catalog.forms.form(key.form).level)}
    facts = received_facts(session, catalog, key.form, deadlines, at, unit_code=key.unit.code)
    unit = catalog.units.get(key.unit.code, key.unit.valid_from)
    owing = {period: {key.unit: unit} if catalog.owes(key.form, unit, period) else {}}
    ours = {key.unit: facts.get(key.unit, {})}
    (row,) = _states(catalog, owing, ours, {each for each in deadlines if deadlines[each] < today})
    versions = received_versions(session, key.form, [period], [key.unit], at)
    return _detailed(row, deadlines, versions, today).cells[0]


def _received_span(session: Session, catalog: Catalog, form: str, today: date) -> tuple[Period, Period, Period]:
    """Return the first and last period ever received, and the newest that was received or has ended."""
    row = SubmissionRow
    span = select(func.min(row.period), func.max(row.period)).where(row.form == form, row.version.is_not(None))
    first, last = session.execute(span).tuples().one()
    ended = Period(today.year, today.month, Frequency.MONTH).within(catalog.forms.form(form).frequency)
    while catalog.forms.last_day(form, ended) >= today:
        ended = ended.shift(-1)
    if not first or not last:
        return ended, ended, ended
    return parse_period(first), parse_period(last), max(parse_period(last), ended)


def _areas_above(catalog: Catalog, units: Iterable[UnitKey]) -> tuple[str, ...]:
    above = (unit.parent for key in units if (unit := catalog.units.find(key.code, key.valid_from)) is not None)
    return tuple({parent for parent in above if parent})


def _lies_in(catalog: Catalog, key: UnitKey, areas: Collection[str], today: date) -> bool:
    unit = catalog.units.find(key.code, key.valid_from)
    return unit is not None and catalog.lies_in(unit, areas, today)


class _UnitStates(NamedTuple):
    unit: OrgUnit
    states: tuple[DeskState, ...]


def _states(
    catalog: Catalog,
    owing: Mapping[Period, Mapping[UnitKey, OrgUnit]],
    facts: Mapping[UnitKey, Mapping[str, int]],
    past_deadline: Collection[Period],
) -> Iterator[_UnitStates]:
    """Yield the states of every unit that owes or sent a report of any of the periods."""
    units = {key: unit for of_period in owing.values() for key, unit in of_period.items()}
    for key in facts.keys() - units.keys():
        unit = catalog.units.find(key.code, key.valid_from)
        if unit is not None:
            units[key] = unit
    derived = cache(lambda flags: desk_state(ReportFacts(flags)))  # of a few dozen combinations
    owes, past = int(ReportFacts.OWED), int(ReportFacts.PAST_DEADLINE)
    columns = [(period.id, by.keys(), past if period in past_deadline else 0) for period, by in owing.items()]
    for key, unit in units.items():
        received = facts.get(key, {})
        states = (
            derived((owes if key in owed_by else 0) | due | received.get(period, 0)) for period, owed_by, due in columns
        )
        yield _UnitStates(unit, tuple(states))


def _detailed(
    row: _UnitStates,
    deadlines: Mapping[Period, date],
    versions: Mapping[tuple[UnitKey, str], ReceivedVersions],
    today: date,
) -> MatrixRow:
    cells = []
    for (period, deadline), state in zip(deadlines.items(), row.states, strict=True):
        received = versions.get((row.unit.key, period.id))
        first = day_in_vietnam(received.first_received_at) if received else None
        cells.append(
            MatrixCell(
                state,
                days_late(state, deadline, first, today),
                received.versions if received else 0,
                received.open_warnings if received else 0,
                is_correction_returned=bool(received and received.is_correction_returned),
            )
        )
    return MatrixRow(row.unit, tuple(cells))


def _is_inside(row: _UnitStates, selection: MatrixSelection) -> bool:
    if selection.area and row.unit.parent != selection.area:
        return False
    text = selection.text.strip()
    return not text or row.unit.code.startswith(text) or normalise_name(text) in normalise_name(row.unit.name)


def _is_in_state(row: _UnitStates, periods: Sequence[Period], selection: MatrixSelection) -> bool:
    if selection.state is None:
        return True
    return any(
        state is selection.state and selection.state_in in {None, period}
        for period, state in zip(periods, row.states, strict=True)
    )


def _call_first(row: _UnitStates, days: Sequence[int]) -> tuple[int, int, int, str]:
    """Return a sort key: most reports outstanding, then the longest lateness, then most questions, then the code."""
    late = [of_period for state, of_period in zip(row.states, days, strict=True) if state in OUTSTANDING]
    questions = sum(state in OPEN_QUESTIONS for state in row.states)
    return -len(late), -max(late, default=0), -questions, row.unit.code


def _area_names(catalog: Catalog, rows: Iterable[_UnitStates], day: date) -> dict[str, str]:
    """Return the names of the areas right above the units, as of a day or, where they ended, as they last were."""
    names = {}
    for code in sorted({row.unit.parent for row in rows if row.unit.parent}):
        unit = catalog.units.find(code, day) or next(iter(catalog.units.versions(code)[::-1]), None)
        names[code] = unit.name if unit is not None else code
    return names
