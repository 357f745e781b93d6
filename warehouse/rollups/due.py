"""Which figures have to be looked at again: where a report moved, or the catalogue's structure did."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute

from domain.catalog.catalog import Catalog
from domain.errors import UsageError
from domain.periods import Frequency, Period, parse_period
from domain.rollups import Boundary
from domain.units import Area, UnitKey
from warehouse.models import DeliveryRow, PlacementRow, RollupSeenRow, SubmissionEventRow, WaiverRow
from warehouse.rollups.closings import CellKey, Closing, closings, key_of
from warehouse.rollups.scope import RollupKey, base_periods, overlaps_in
from warehouse.store.engine import Session


@dataclass(frozen=True, slots=True)
class AffectedArea:
    """An area, form and period about whose units something happened since its figures were last made.

    `asked`: a person asked for these figures, beside those that every night makes.
    """

    area: Area
    form: str
    period: Period
    boundary: Boundary = Boundary.AS_THEN
    asked: bool = False


class ReviewPosition(NamedTuple):
    """How far something has been looked at: the last move, delivery and placement of submissions, the last answer."""

    event: int = 0
    delivery: int = 0
    placement: int = 0
    waiver: int = 0

    def is_beyond(self, seen: "ReviewPosition") -> bool:
        """Whether there is anything that was not seen."""
        return any(mine > theirs for mine, theirs in zip(self, seen, strict=True))

    def and_also(self, other: "ReviewPosition") -> "ReviewPosition":
        """The later of each."""
        return ReviewPosition(*(max(mine, theirs) for mine, theirs in zip(self, other, strict=True)))


def areas_touched(session: Session, catalog: Catalog, areas: Sequence[str], *, today: date) -> tuple[AffectedArea, ...]:
    """Where figures have to be looked at again, of the areas with these codes, in order of period and area.

    Beside the periods that are reported, those made up of them: a quarter is looked at once its last day has passed and
    something came for its last month. Figures that a person asked for are kept up to date as well. It goes by the log
    of submissions against what the last rollup saw, so a run that was killed between loading and rolling up leaves its
    work to the next. A code that names no area in a period is passed over for that period. Closed figures are not due.
    """
    look = _look(session, catalog, today)
    closed = {closing.key for closing in closings(session)}
    cells = (cell for cell in (*look.regular(areas), *look.on_demand()) if key_of(cell) not in closed)
    results = {key_of(cell): cell for cell in cells if look.is_due(cell)}
    return tuple(
        AffectedArea(item.area, item.form, item.period, item.boundary, look.is_asked(item)) for item in results.values()
    )


def has_moved(session: Session, catalog: Catalog, cell: RollupKey, today: date) -> bool:
    """Whether anything happened that a cell's figures have not seen, of the reports or of the catalogue."""
    return _look(session, catalog, today).has_moved(cell)


@dataclass(frozen=True, slots=True)
class AwaitingReopen:
    """Closed figures, and of how many reports something came since: it waits until they are opened again."""

    closing: Closing
    reports: int


def held_back(session: Session, catalog: Catalog, *, today: date) -> tuple[AwaitingReopen, ...]:
    """Where corrections came after a closing, by area and period."""
    standing = closings(session)
    look = _look(session, catalog, today) if standing else None
    results: list[AwaitingReopen] = []
    for closing in standing if look else ():
        cell = look.cell_of(closing.area, closing.form, closing.period, closing.boundary) if look else None
        count = look.reports_moved(cell) if look and cell else 0
        if count:
            results.append(AwaitingReopen(closing, count))
    return tuple(results)


_Marks = Mapping[tuple[str, Period], Mapping[UnitKey, ReviewPosition]]
_LastDays = Mapping[tuple[str, Period], Mapping[UnitKey, Sequence[date]]]


@dataclass(frozen=True)
class _Look:
    """One look at everything that moved, against what was seen of it; by form and base period, then by unit.

    `last_days` are those on which answers to warnings count.
    """

    catalog: Catalog
    today: date
    marks: _Marks
    last_days: _LastDays
    seen: Mapping[CellKey, RollupSeenRow]

    def regular(self, areas: Sequence[str]) -> Iterator[RollupKey]:
        """The cells of these areas in every period of which something came, and in those that end with it."""
        for form, period in self._periods():
            for code in areas:
                cell = self.cell_of(code, form, period, Boundary.AS_THEN)
                if cell is not None:
                    yield cell

    def on_demand(self) -> Iterator[RollupKey]:
        """The cells that a person asked for."""
        for row in self.seen.values():
            if row.asked:
                cell = self.cell_of(row.area_code, row.form, parse_period(row.period), row.boundary)
                if cell is not None:
                    yield cell

    def is_asked(self, cell: RollupKey) -> bool:
        """Whether a person asked for a cell."""
        row = self.seen.get(key_of(cell))
        return row is not None and row.asked

    def is_due(self, cell: RollupKey) -> bool:
        """Whether the cell has to be looked at; what "now" is moves without any report."""
        is_made = key_of(cell) in self.seen
        return self.has_moved(cell) or (is_made and cell.boundary is Boundary.AS_NOW)

    def has_moved(self, cell: RollupKey) -> bool:
        """Whether something moved, of the reports or of the catalogue, that the cell has not seen."""
        row = self.seen.get(key_of(cell))
        if row is not None and row.structure_version != self.catalog.structure_version:
            return True
        if row is not None and self._has_expired(cell, row.looked_on):
            return True
        return self._mark(cell).is_beyond(self._seen(cell))

    def reports_moved(self, cell: RollupKey) -> int:
        """Of how many reports something happened that the cell has not seen; the same file once more is nothing."""
        seen = self._seen(cell)
        return sum(mark._replace(delivery=0, waiver=0).is_beyond(seen) for mark in self._reports(cell))

    def cell_of(self, code: str, form: str, period: Period, boundary: Boundary) -> RollupKey | None:
        """The cell of an area's code; None where the code, or the form, means nothing."""
        if form not in self.catalog.forms:
            return None
        try:
            return RollupKey(self.catalog.area(code, form, period, boundary, self.today), form, period, boundary)
        except UsageError:
            return None

    def _seen(self, cell: RollupKey) -> ReviewPosition:
        row = self.seen.get(key_of(cell))
        return (
            ReviewPosition(row.event_id, row.delivery_id, row.placement_id, row.waiver_id) if row else ReviewPosition()
        )

    def _mark(self, cell: RollupKey) -> ReviewPosition:
        """The last of all that happened to the units of a cell, in any of its base periods."""
        mark = ReviewPosition()
        for report in self._reports(cell):
            mark = mark.and_also(report)
        return mark

    def _reports(self, cell: RollupKey) -> Iterator[ReviewPosition]:
        for base in base_periods(self.catalog, cell.form, cell.period):
            known = self.marks.get((cell.form, base))
            if known:
                inside = {overlap.unit.key for overlap in overlaps_in(self.catalog, cell, base)}
                yield from (known[unit] for unit in inside & known.keys())

    def _has_expired(self, cell: RollupKey, looked_on: date) -> bool:
        """Whether an answer that counted when the cell was made counts no more, for its last day has passed."""
        for base in base_periods(self.catalog, cell.form, cell.period):
            days = self.last_days.get((cell.form, base))
            if days:
                inside = {overlap.unit.key for overlap in overlaps_in(self.catalog, cell, base)}
                if any(looked_on <= day < self.today for unit in inside & days.keys() for day in days[unit]):
                    return True
        return False

    def _periods(self) -> Iterator[tuple[str, Period]]:
        for form, base in sorted(self.marks, key=lambda key: (key[0], key[1].id)):
            if form in self.catalog.forms:
                yield form, base
                yield from ((form, longer) for longer in _ending_with(base) if self._is_over(form, longer))

    def _is_over(self, form: str, period: Period) -> bool:
        return self.catalog.last_day(form, period) < self.today


def _look(session: Session, catalog: Catalog, today: date) -> _Look:
    rows = session.scalars(select(RollupSeenRow))
    seen = {_key_of(row): row for row in rows}
    waivers = session.scalars(select(WaiverRow)).all()
    return _Look(catalog, today, _marks(session, waivers), _last_days(waivers), seen)


def _ending_with(base: Period) -> Iterator[Period]:
    """The longer periods whose last base period this is."""
    for frequency in Frequency:
        longer = base.within(frequency)
        if longer.months > base.months and longer.last_month == base.last_month:
            yield longer


def _key_of(row: RollupSeenRow) -> CellKey:
    return CellKey(row.area_code, row.area_valid_from, row.form, row.period, row.boundary)


def _last_days(waivers: Iterable[WaiverRow]) -> _LastDays:
    results: dict[tuple[str, Period], dict[UnitKey, list[date]]] = defaultdict(lambda: defaultdict(list))
    for row in waivers:
        if row.until is not None:
            unit = UnitKey(row.unit_code, row.unit_valid_from)
            results[row.form, parse_period(row.period)][unit].append(row.until)
    return results


def _marks(session: Session, waivers: Iterable[WaiverRow]) -> _Marks:
    """By form and base period, then by unit: the last of all that happened to the files ever placed there."""
    place = PlacementRow
    events = _last(session, SubmissionEventRow.submission_id, SubmissionEventRow.id)
    deliveries = _last(session, DeliveryRow.submission_id, DeliveryRow.id)
    placements = _last(session, place.submission_id, place.id)
    results: dict[tuple[str, Period], dict[UnitKey, ReviewPosition]] = defaultdict(dict)
    placed = select(place.submission_id, place.form, place.period, place.unit_code, place.unit_valid_from)
    for submission, form, period, code, valid_from in session.execute(placed.where(place.version.is_not(None))):
        marks, unit = results[form, parse_period(period)], UnitKey(code, valid_from)
        mark = ReviewPosition(events[submission], deliveries[submission], placements[submission])
        marks[unit] = mark.and_also(marks.get(unit, ReviewPosition()))
    for row in waivers:
        marks, unit = results[row.form, parse_period(row.period)], UnitKey(row.unit_code, row.unit_valid_from)
        marks[unit] = ReviewPosition(waiver=row.id).and_also(marks.get(unit, ReviewPosition()))
    return results


def _last(session: Session, of: InstrumentedAttribute[int], key: InstrumentedAttribute[int]) -> dict[int, int]:
    return dict(session.execute(select(of, func.max(key)).group_by(of)).tuples().all())
