"""Rollups due: figures to compute again, because a report or the catalogue's structure changed."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from sqlalchemy import ColumnElement, Select, Subquery, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from domain.catalog.catalog import Catalog
from domain.errors import UsageError
from domain.periods import Frequency, Period, parse_period
from domain.rollups import Boundary
from domain.submissions import MoveReason
from domain.units import Area, UnitKey
from warehouse.models import DeliveryRow, PlacementRow, RollupSeenRow, SubmissionEventRow, SubmissionRow, WaiverRow
from warehouse.rollups.closings import Closing, RollupKeyColumns, closings, key_columns
from warehouse.rollups.reviews import Review, ReviewPosition, in_years, newest_of, record_review, years_to_review
from warehouse.rollups.scope import RollupKey, base_periods, computation_version, overlaps_in
from warehouse.store.engine import Session


@dataclass(frozen=True, slots=True)
class AffectedArea:
    """An area, form and period with events about its units since its figures were last computed.

    `on_demand`: a person requested these figures, beside those of every nightly run.
    """

    area: Area
    form: str
    period: Period
    boundary: Boundary = Boundary.AS_THEN
    on_demand: bool = False


def areas_touched(session: Session, catalog: Catalog, areas: Sequence[str], *, today: date) -> tuple[AffectedArea, ...]:
    """Return the figures due for the areas with these codes, in order of period and area.

    Longer periods are included: a quarter is due once its last day has passed and its last month has events. Figures
    requested on demand are kept up to date as well. The log of submissions is compared with the position that the last
    rollup recorded, so a run killed between loading and rolling up leaves its work to the next. A code without an area
    in a period is skipped for that period. Closed figures are not due. Years of which nothing came since all figures
    were rolled up are left out.
    """
    years = years_to_review(session, catalog, today, areas)
    review = _read_review(session, catalog, today, years)
    closed = {closing.key for closing in closings(session, years)}
    rollup_keys = (
        rollup_key
        for rollup_key in (*review.regular(areas), *review.on_demand())
        if key_columns(rollup_key) not in closed
    )
    results = {key_columns(rollup_key): rollup_key for rollup_key in rollup_keys if review.is_due(rollup_key)}
    return tuple(
        AffectedArea(key.area, key.form, key.period, key.boundary, review.is_on_demand(key)) for key in results.values()
    )


def has_moved(session: Session, catalog: Catalog, rollup_key: RollupKey, today: date) -> bool:
    """Return whether reports or catalogue have changed since a rollup's figures were computed."""
    return _read_review(session, catalog, today, {rollup_key.period.year}).has_moved(rollup_key)


def record_all_rolled_up(
    session: Session, catalog: Catalog, areas: Sequence[str], position: ReviewPosition, *, today: date
) -> None:
    """Record that all figures that were due for these areas (codes) at a position in the log have been rolled up."""
    waiting = tuple(each.closing.period for each in awaiting_reopen(session, catalog, today=today))
    record_review(session, catalog, Review(areas, position, today, waiting))


@dataclass(frozen=True, slots=True)
class AwaitingReopen:
    """Closed figures with the number of reports that changed since, which wait until the figures are reopened."""

    closing: Closing
    reports: int


def awaiting_reopen(session: Session, catalog: Catalog, *, today: date) -> tuple[AwaitingReopen, ...]:
    """Return closed figures for which corrections wait, ordered by area and period."""
    years = years_to_review(session, catalog, today)
    closed = closings(session, years)
    review = _read_review(session, catalog, today, years) if closed else None
    results: list[AwaitingReopen] = []
    for closing in closed if review else ():
        rollup_key = (
            review.rollup_key_of(closing.area, closing.form, closing.period, closing.boundary) if review else None
        )
        count = review.reports_moved(rollup_key) if review and rollup_key else 0
        if count:
            results.append(AwaitingReopen(closing, count))
    return tuple(results)


_Positions = Mapping[tuple[str, Period], Mapping[UnitKey, ReviewPosition]]
_LastDays = Mapping[tuple[str, Period], Mapping[UnitKey, Sequence[date]]]


@dataclass(frozen=True)
class _Review:
    """The log's latest positions by form, base period and unit, to compare with those that rollups recorded.

    `positions` are those of reports that count for a form's rollups, `beside` those of reports of other forms that are
    only shown there. `last_days` are the last days on which answers to warnings are in force.
    """

    catalog: Catalog
    today: date
    positions: _Positions
    beside: _Positions
    last_days: _LastDays
    seen: Mapping[RollupKeyColumns, RollupSeenRow]

    @cached_property
    def recorded(self) -> Mapping[tuple[str, str], Mapping[str, Sequence[RollupSeenRow]]]:
        """The recorded positions of rollups within the boundary as then, by form and period, then by area's code."""
        results: dict[tuple[str, str], dict[str, list[RollupSeenRow]]] = defaultdict(lambda: defaultdict(list))
        for row in self.seen.values():
            if row.boundary is Boundary.AS_THEN:
                results[row.form, row.period][row.area_code].append(row)
        return results

    def regular(self, areas: Sequence[str]) -> Iterator[RollupKey]:
        """Yield rollups of these areas for every base period with events, and longer periods that end with it."""
        for form, period in self._periods():
            for code in self._changed(areas, form, period):
                rollup_key = self.rollup_key_of(code, form, period, Boundary.AS_THEN)
                if rollup_key is not None:
                    yield rollup_key

    def _changed(self, areas: Sequence[str], form: str, period: Period) -> Sequence[str]:
        """Return the codes of which something of a period may have changed; of the others nothing is looked up.

        Unchanged are areas whose rollup lies behind no unit of the country, and areas without a rollup and reports.
        """
        bases = base_periods(self.catalog, form, period)
        by_unit = (each.get((form, base), {}) for base in bases for each in (self.positions, self.beside))
        newest = newest_of(position for positions in by_unit for position in positions.values())
        may_expire = any(self.last_days.get((form, base)) for base in bases)
        recorded = self.recorded.get((form, period.id), {})
        above = self._above(form, period) if bases == (period,) else None
        return [
            code
            for code in areas
            if (
                may_expire or any(self._is_behind(row, newest) for row in recorded[code])
                if code in recorded
                else above is None or code in above or code in self.catalog.areas
            )
        ]

    def _is_behind(self, row: RollupSeenRow, newest: ReviewPosition) -> bool:
        return row.structure_version != computation_version(self.catalog) or newest.is_beyond(_position_of(row))

    def _above(self, form: str, base: Period) -> frozenset[str]:
        """Return the codes of the units with reports of a base period, and of all above them."""
        day, units = self.catalog.forms.last_day(form, base), self.catalog.units
        reporting = [unit for key in self.positions[form, base] if (unit := units.find(key.code, day)) is not None]
        below = {unit.parent: unit for unit in reporting}  # of ten thousand units a few hundred differ in those above
        above = (each.code for unit in below.values() for each in units.above(unit, day))
        return frozenset((*(unit.code for unit in reporting), *above))

    def on_demand(self) -> Iterator[RollupKey]:
        """Yield the rollups that a person requested."""
        # In order of period: a revision knows of earlier periods what was written before it.
        for row in sorted(self.seen.values(), key=lambda row: (row.period, row.area_code, row.form, row.boundary)):
            if row.asked:
                rollup_key = self.rollup_key_of(row.area_code, row.form, parse_period(row.period), row.boundary)
                if rollup_key is not None:
                    yield rollup_key

    def is_on_demand(self, rollup_key: RollupKey) -> bool:
        """Return whether a person requested a rollup."""
        row = self.seen.get(key_columns(rollup_key))
        return row is not None and row.asked

    def is_due(self, rollup_key: RollupKey) -> bool:
        """Return whether a rollup is due; within the boundary as now it always is, for "now" moves without a report."""
        is_made = key_columns(rollup_key) in self.seen
        return self.has_moved(rollup_key) or (is_made and rollup_key.boundary is Boundary.AS_NOW)

    def has_moved(self, rollup_key: RollupKey) -> bool:
        """Return whether reports or catalogue have changed since the rollup was computed."""
        row = self.seen.get(key_columns(rollup_key))
        if row is not None and row.structure_version != computation_version(self.catalog):
            return True
        if row is not None and self._has_expired(rollup_key, row.looked_on):
            return True
        return self._position(rollup_key).is_beyond(self._seen(rollup_key))

    def reports_moved(self, rollup_key: RollupKey) -> int:
        """Count reports that changed since the rollup was computed; a repeated delivery is no change."""
        seen = self._seen(rollup_key)
        return sum(
            position._replace(delivery=0, waiver=0).is_beyond(seen)
            for position in self._reports(rollup_key, self.positions)
        )

    def rollup_key_of(self, code: str, form: str, period: Period, boundary: Boundary) -> RollupKey | None:
        """Return the key of an area's rollup; None where its code or form is unknown."""
        if form not in self.catalog.forms.by_id:
            return None
        day = self.today if boundary is Boundary.AS_NOW else self.catalog.forms.last_day(form, period)
        if code not in self.catalog.areas and self.catalog.units.find(code, day) is None:
            return None  # most codes of other times: the error that says when they were valid takes longest
        try:
            return RollupKey(self.catalog.area(code, form, period, boundary, self.today), form, period, boundary)
        except UsageError:
            return None

    def _seen(self, rollup_key: RollupKey) -> ReviewPosition:
        row = self.seen.get(key_columns(rollup_key))
        return _position_of(row) if row else ReviewPosition()

    def _position(self, rollup_key: RollupKey) -> ReviewPosition:
        """Return the latest position of a rollup's units, in any of its base periods."""
        return newest_of(each for of in (self.positions, self.beside) for each in self._reports(rollup_key, of))

    def _reports(self, rollup_key: RollupKey, positions: _Positions) -> Iterator[ReviewPosition]:
        for base in base_periods(self.catalog, rollup_key.form, rollup_key.period):
            known = positions.get((rollup_key.form, base))
            if known:
                inside = {overlap.unit.key for overlap in overlaps_in(self.catalog, rollup_key, base)}
                yield from (known[unit] for unit in inside & known.keys())

    def _has_expired(self, rollup_key: RollupKey, looked_on: date) -> bool:
        """Return whether an answer in force when the rollup was computed has expired since."""
        for base in base_periods(self.catalog, rollup_key.form, rollup_key.period):
            days = self.last_days.get((rollup_key.form, base))
            if days:
                inside = {overlap.unit.key for overlap in overlaps_in(self.catalog, rollup_key, base)}
                if any(looked_on <= day < self.today for unit in inside & days.keys() for day in days[unit]):
                    return True
        return False

    def _periods(self) -> Iterator[tuple[str, Period]]:
        for form, base in sorted(self.positions, key=lambda key: (key[0], key[1].id)):
            if form in self.catalog.forms.by_id:
                yield form, base
                yield from ((form, longer) for longer in _ending_with(base) if self._is_over(form, longer))

    def _is_over(self, form: str, period: Period) -> bool:
        return self.catalog.forms.last_day(form, period) < self.today


def _read_review(session: Session, catalog: Catalog, today: date, years: Collection[int] | None) -> _Review:
    """Read the log of these years, None: of all, and what was recorded of their rollups and of requested ones."""
    rows = session.scalars(select(RollupSeenRow).where(or_(in_years(RollupSeenRow.period, years), RollupSeenRow.asked)))
    seen = {_key_of(row): row for row in rows}
    waivers = session.scalars(select(WaiverRow).where(in_years(WaiverRow.period, years))).all()
    positions = _positions(session, waivers, years)
    counting, beside = _with_other_forms(catalog, positions)
    return _Review(catalog, today, counting, beside, _last_days(waivers), seen)


def _with_other_forms(catalog: Catalog, positions: _Positions) -> tuple[_Positions, _Positions]:
    """Return the positions of each form's rollups, those of other forms that count there included, and of the rest."""
    counting: dict[tuple[str, Period], Mapping[UnitKey, ReviewPosition]] = dict(positions)
    beside: dict[tuple[str, Period], Mapping[UnitKey, ReviewPosition]] = {}
    for other, base in positions:
        for form in catalog.precedence.rivals.get(other, ()) if other in catalog.forms.by_id else ():
            results = counting if catalog.counts_from(other, form, base) else beside
            results[form, base] = _latest(results.get((form, base), {}), positions[other, base])
    return counting, beside


def _latest(
    positions: Mapping[UnitKey, ReviewPosition], others: Mapping[UnitKey, ReviewPosition]
) -> Mapping[UnitKey, ReviewPosition]:
    """Return the later position of each unit."""
    return {
        **positions,
        **{
            unit: position.and_also(positions[unit]) if unit in positions else position
            for unit, position in others.items()
        },
    }


def _position_of(row: RollupSeenRow) -> ReviewPosition:
    return ReviewPosition(row.event_id, row.delivery_id, row.placement_id, row.waiver_id)


def _ending_with(base: Period) -> Iterator[Period]:
    """Yield the longer periods whose last base period this is."""
    for frequency in Frequency:
        longer = base.within(frequency)
        if longer.months > base.months and longer.last_month == base.last_month:
            yield longer


def _key_of(row: RollupSeenRow) -> RollupKeyColumns:
    return RollupKeyColumns(row.area_code, row.area_valid_from, row.form, row.period, row.boundary)


def _last_days(waivers: Iterable[WaiverRow]) -> _LastDays:
    results: dict[tuple[str, Period], dict[UnitKey, list[date]]] = defaultdict(lambda: defaultdict(list))
    for row in waivers:
        if row.until is not None:
            unit = UnitKey(row.unit_code, row.unit_valid_from)
            results[row.form, parse_period(row.period)][unit].append(row.until)
    return results


def _positions(session: Session, waivers: Iterable[WaiverRow], years: Collection[int] | None) -> _Positions:
    """Return the latest position of the files ever placed there, by form and base period, then by unit."""
    place, event = PlacementRow, SubmissionEventRow
    # Grouped by the database: of ten years of a country these are millions of rows.
    wanted = select(place.submission_id).where(in_years(place.period, years))
    reports = event.submission_id.in_(wanted), event.reason.is_distinct_from(MoveReason.FINDINGS_UNCHANGED)
    events = _last(event.submission_id, event.id, *reports)
    placements = _last(place.submission_id, place.id, place.submission_id.in_(wanted))
    deliveries = _last_deliveries(wanted)
    unit_columns = (place.form, place.period, place.unit_code, place.unit_valid_from)
    placed = (
        select(*unit_columns, *(func.max(each.c.last) for each in (events, deliveries, placements)))
        .join(events, events.c.submission_id == place.submission_id)
        .join(deliveries, deliveries.c.submission_id == place.submission_id)
        .join(placements, placements.c.submission_id == place.submission_id)
        .where(place.version.is_not(None), in_years(place.period, years))
        .group_by(*unit_columns)
    )
    results: dict[tuple[str, Period], dict[UnitKey, ReviewPosition]] = defaultdict(dict)
    for form, period, code, valid_from, *position in session.execute(placed):
        results[form, parse_period(period)][UnitKey(code, valid_from)] = ReviewPosition(*position)
    for row in waivers:
        positions, unit = results[row.form, parse_period(row.period)], UnitKey(row.unit_code, row.unit_valid_from)
        positions[unit] = ReviewPosition(waiver=row.id).and_also(positions.get(unit, ReviewPosition()))
    return results


def _last_deliveries(submissions: Select[tuple[int]]) -> Subquery:
    """Select the last delivery of each submission: the newest that repeats its own, else that."""
    repeats = (
        select(DeliveryRow.repeats_id, func.max(DeliveryRow.id).label("last"))
        .where(DeliveryRow.repeats_id.is_not(None))
        .group_by(DeliveryRow.repeats_id)
        .subquery()
    )
    own = SubmissionRow.delivery_id
    return (
        select(SubmissionRow.id.label("submission_id"), func.coalesce(repeats.c.last, own).label("last"))
        .outerjoin(repeats, repeats.c.repeats_id == own)
        .where(SubmissionRow.id.in_(submissions))
        .subquery()
    )


def _last(of: InstrumentedAttribute[int], key: InstrumentedAttribute[int], *narrowed: ColumnElement[bool]) -> Subquery:
    return select(of.label("submission_id"), func.max(key).label("last")).where(*narrowed).group_by(of).subquery()
