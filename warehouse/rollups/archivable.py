"""Which periods may be archived: old ones whose figures are closed and for whose reports nothing waits."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import func, select

from domain.catalog.catalog import Catalog
from domain.errors import UsageError
from domain.periods import Frequency, Period, parse_period
from domain.submissions import PENDING_STATES, SubmissionState
from warehouse.archive.files import ArchivedPeriod
from warehouse.archive.tables import ARCHIVED_TABLES
from warehouse.models import SubmissionRow
from warehouse.rollups.closing import units_inside
from warehouse.rollups.closings import closings
from warehouse.rollups.due import awaiting_reopen
from warehouse.rollups.scope import base_periods
from warehouse.store.engine import Session

KEPT_MONTHS: Final = 24
"""Months whose rows stay in the tables: each run reads them, for rules, comparisons and trends."""


class Obstacle(StrEnum):
    """Why a period is not archived."""

    NOT_CLOSED = "not_closed"
    """Figures of reports are in no closed figure."""
    UNSETTLED = "unsettled"
    """A report is held, or was left by an interrupted run."""
    TO_REOPEN = "to_reopen"
    """Reports wait until a closed period is reopened."""


@dataclass(frozen=True, slots=True)
class OldPeriod:
    """A form and period before the bound, how many rows of it are in the tables, and why these have to stay, if so."""

    of: ArchivedPeriod
    rows: int
    obstacle: Obstacle | None


def latest_bound(today: date) -> Period:
    """Return the first month whose rows have to stay in the tables."""
    return Period(today.year, today.month, Frequency.MONTH).shift(-KEPT_MONTHS)


def old_periods(
    session: Session, catalog: Catalog, before: Period, today: date, form: str | None = None
) -> tuple[OldPeriod, ...]:
    """Return the periods that end before a period begins and have rows in the tables, the oldest first.

    Raises:
        UsageError: runs still read periods before the bound.
    """
    latest = latest_bound(today)
    if (before.year, before.first_month) > (latest.year, latest.first_month):
        raise UsageError(
            f"the rows of the last {KEPT_MONTHS} months are read every day: name a period not after {latest}"
        )
    first = before.year, before.first_month
    rows = {
        key: count
        for key, count in _row_counts(session).items()
        if form in {None, key.form} and _end(parse_period(key.period)) < first
    }
    obstacles = _Obstacles(session, catalog, today) if rows else None
    ordered = sorted(rows, key=lambda key: (_end(parse_period(key.period)), key))
    return tuple(OldPeriod(key, rows[key], obstacles.of(key) if obstacles else None) for key in ordered)


def _end(period: Period) -> tuple[int, int]:
    return period.year, period.last_month


def _row_counts(session: Session) -> Counter[ArchivedPeriod]:
    results: Counter[ArchivedPeriod] = Counter()
    for of in ARCHIVED_TABLES:
        owner: Any = of.owner
        counted = (
            select(owner.form, owner.period, func.count())
            .join_from(of.table, owner, owner.id == of.table.columns[of.key])
            .group_by(owner.form, owner.period)
        )
        for form, period, rows in session.execute(counted):
            results[ArchivedPeriod(form, period)] += rows
    return results


class _Obstacles:
    """What keeps periods in the tables, looked up once for all of them."""

    def __init__(self, session: Session, catalog: Catalog, today: date) -> None:
        self._catalog = catalog
        self._today = today
        self._closings = closings(session)
        row = SubmissionRow
        self._reporting: dict[ArchivedPeriod, set[str]] = defaultdict(set)
        self._unsettled: set[ArchivedPeriod] = set()
        unsettled = {*PENDING_STATES, SubmissionState.HELD}
        columns = (row.form, row.period, row.unit_code, row.state)
        for form, period, unit, state in session.execute(select(*columns).where(row.version.is_not(None)).distinct()):
            key = ArchivedPeriod(form or "", period or "")
            self._reporting[key].add(unit or "")
            if state in unsettled:
                self._unsettled.add(key)
        self._to_reopen = {
            ArchivedPeriod(each.closing.form, each.closing.period.id)
            for each in awaiting_reopen(session, catalog, today=today)
        }

    def of(self, key: ArchivedPeriod) -> Obstacle | None:
        """Return what keeps a period in the tables."""
        if key.form not in self._catalog.forms.by_id:
            return Obstacle.NOT_CLOSED
        period = parse_period(key.period)
        bases = [ArchivedPeriod(key.form, base.id) for base in base_periods(self._catalog, key.form, period)]
        if self._unsettled.intersection(bases):
            return Obstacle.UNSETTLED
        if self._to_reopen.intersection({key, *bases}):
            return Obstacle.TO_REOPEN
        is_closed = all(self._reporting[base] <= set(self._closed_units(base)) for base in bases)
        return None if is_closed else Obstacle.NOT_CLOSED

    def _closed_units(self, base: ArchivedPeriod) -> Iterator[str]:
        """Yield the codes of the units that lie in an area whose figures of a period are closed."""
        period = parse_period(base.period)
        for closing in self._closings:
            if closing.form == base.form and closing.period == period:
                yield from units_inside(self._catalog, closing, [period], self._today)
