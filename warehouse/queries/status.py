"""Who reported, who is late, who is missing, whose report was refused and why; and which rollups are due for a look."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from domain.catalog import Catalog
from domain.errors import UsageError
from domain.periods import Period, parse_period
from domain.rollups import Boundary
from domain.submissions import PENDING_STATES, SubmissionState
from domain.units import Area, UnitKey
from warehouse.engine import Session
from warehouse.models import RollupSeenRow, SubmissionEventRow, SubmissionRow
from warehouse.queries.files import file_ref, issue_counts, issues_of
from warehouse.queries.read_models import PeriodStatus, Refusal, UnitStanding, UnitStatus
from warehouse.revision_rows import newest_revision
from warehouse.standing import Standing, standings


@dataclass(frozen=True, slots=True)
class TouchedArea:
    """An area, form and period about whose units something happened since its figures were last made."""

    area: Area
    form: str
    period: Period


def period_status(session: Session, catalog: Catalog, area: Area, form: str, period: Period) -> PeriodStatus:
    """How all units of an area that owe a form stand at this moment, by code."""
    units = catalog.owing_units(form, area.code, period)
    deadline = catalog.deadline(form, period, catalog.form(form).level)
    found = standings(session, form, period, units, deadline)
    counts = issue_counts(
        session, [(one.submission.id, one.submission.judgement) for one in found.values() if one.submission]
    )
    newest = newest_revision(session, area, form, period, Boundary.AS_THEN)
    return PeriodStatus(
        area=area.code,
        area_name=area.name,
        form=form,
        period=period,
        deadline=deadline,
        revision=newest.number if newest else None,
        units=tuple(_status(session, one, counts) for one in found.values()),
    )


def refusals(session: Session, *, unplaced_only: bool = False) -> tuple[Refusal, ...]:
    """All refused files that stand refused, newest first; those whose unit, form or period is unknown, if so asked."""
    statement = select(SubmissionRow).where(SubmissionRow.state == SubmissionState.QUARANTINED)
    if unplaced_only:
        statement = statement.where(SubmissionRow.version.is_(None))
    rows = session.scalars(statement.order_by(SubmissionRow.landed_at.desc(), SubmissionRow.id.desc()))
    return tuple(_refusal(session, row) for row in rows.all())


def areas_touched(session: Session, catalog: Catalog, areas: Sequence[str]) -> tuple[TouchedArea, ...]:
    """Where figures have to be looked at again, of the areas with these codes, in order of period and area.

    It goes by the log of submissions against what the last rollup saw, so a run that was killed between loading and
    rolling up leaves its work to the next. A code that names no area in a period is passed over for that period.
    """
    placed = (
        select(
            SubmissionRow.form,
            SubmissionRow.period,
            SubmissionRow.unit_code,
            SubmissionRow.unit_valid_from,
            func.max(SubmissionEventRow.id),
        )
        .join(SubmissionEventRow, SubmissionEventRow.submission_id == SubmissionRow.id)
        .where(SubmissionRow.version.is_not(None))
        .group_by(SubmissionRow.form, SubmissionRow.period, SubmissionRow.unit_code, SubmissionRow.unit_valid_from)
    )
    last_events: dict[tuple[str, str], dict[UnitKey, int]] = {}
    for form, period, code, valid_from, event_id in session.execute(placed):
        if form and period and code and valid_from:
            last_events.setdefault((form, period), {})[UnitKey(code, valid_from)] = event_id
    seen = {
        (row.area_code, row.area_valid_from, row.form, row.period): row.event_id
        for row in session.scalars(select(RollupSeenRow).where(RollupSeenRow.boundary == Boundary.AS_THEN))
    }
    touched: list[TouchedArea] = []
    for (form, period_id), events in sorted(last_events.items()):
        period = parse_period(period_id)
        for code in areas:
            area = _area(catalog, code, form, period)
            if area is None:
                continue
            looked_at = seen.get((area.code, area.valid_from, form, period_id), 0)
            if any(events.get(unit.key, 0) > looked_at for unit in area.members):
                touched.append(TouchedArea(area, form, period))
    return tuple(touched)


def _area(catalog: Catalog, code: str, form: str, period: Period) -> Area | None:
    try:
        return catalog.units.area(code, catalog.last_day(form, period))
    except UsageError:
        return None


def _status(session: Session, one: Standing, counts: dict[tuple[int, int], int]) -> UnitStatus:
    row = one.submission
    standing = UnitStanding(
        code=one.unit.code,
        name=one.unit.name,
        state=one.state,
        late=one.late,
        file=file_ref(row) if row else None,
        received_at=row.received_at if row else None,
        issues=counts.get((row.id, row.judgement), 0) if row else 0,
    )
    accepted = next((file for file in one.files if file.state is SubmissionState.ACCEPTED), None)
    after = one.files[one.files.index(accepted) + 1 :] if accepted else one.files
    refused = [file for file in reversed(after) if file.state is SubmissionState.QUARANTINED]
    return UnitStatus(
        standing=standing,
        refusals=tuple(_refusal(session, file) for file in refused),
        waiting=sum(file.state in PENDING_STATES for file in one.files),
    )


def _refusal(session: Session, row: SubmissionRow) -> Refusal:
    return Refusal(file_ref(row), row.received_at, row.judged_at, issues_of(session, row))
