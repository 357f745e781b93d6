"""History of a report: its versions with deliveries, changes of state and their authors, and figures."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter

from sqlalchemy import select

from domain.observations import CellState, Figure, Observation
from domain.periods import Period
from domain.submissions import SubmissionState
from domain.units import UnitKey
from warehouse.archive.reading import archived_figures
from warehouse.models import DeliveryRow, FileRow, ObservationRow, SubmissionEventRow, SubmissionRow
from warehouse.queries.files import issue_counts
from warehouse.store.bulk import in_chunks
from warehouse.store.engine import Session
from warehouse.store.reference import unit_names
from warehouse.submissions.arrivals import deliveries_of
from warehouse.submissions.report_keys import ReportKey, versions_by_report


@dataclass(frozen=True, slots=True)
class DeliveryRecord:
    """One delivery of a file: connector, path, sender if known, and when (UTC)."""

    connector: str
    path: str
    file_name: str
    sender: str | None
    delivered_at: datetime
    landed_at: datetime


@dataclass(frozen=True, slots=True)
class MoveRecord:
    """A change of state: `reason` is a code of `MoveReason`; `note` and `actor` are a person's, if any."""

    from_state: SubmissionState | None
    to_state: SubmissionState
    at: datetime
    run_id: str | None
    reason: str | None
    note: str | None
    actor: str | None


@dataclass(frozen=True, slots=True)
class ReportVersion:
    """One version of a report with its deliveries and changes of state.

    `counted`: published figures are made from it. `superseded_by` is the number of the version that replaced it;
    `issues` counts those of its last judgement, of any severity. Deliveries and moves are in their order; times in UTC.
    """

    version: int
    submission_id: int
    state: SubmissionState
    counted: bool
    file_name: str
    sha256: str
    size: int
    layout_version: str | None
    received_at: datetime
    judged_at: datetime | None
    judgements: int
    issues: int
    accepted_at: datetime | None
    superseded_by: int | None
    deliveries: tuple[DeliveryRecord, ...]
    moves: tuple[MoveRecord, ...]


@dataclass(frozen=True, slots=True)
class ReportHistory:
    """All versions of a unit's report for a form and period, by number; none where nothing was received."""

    unit: str
    unit_valid_from: date
    unit_name: str
    form: str
    period: Period
    versions: tuple[ReportVersion, ...]


def history(session: Session, unit: UnitKey, form: str, period: Period) -> ReportHistory:
    """Return the versions of a unit's report, by number."""
    key = ReportKey(unit, form, period)
    return histories(session, [key])[key]


def histories(session: Session, keys: Iterable[ReportKey]) -> dict[ReportKey, ReportHistory]:
    """Return the versions of many reports, by report key."""
    rows = versions_by_report(session, keys)
    versions = _versions(session, [row for rows_of_key in rows.values() for row in rows_of_key])
    names = unit_names(session, {key.unit for key in rows})
    return {
        key: ReportHistory(
            unit=key.unit.code,
            unit_valid_from=key.unit.valid_from,
            unit_name=names[key.unit],
            form=key.form,
            period=key.period,
            versions=tuple(versions[row.id] for row in rows_of_key),
        )
        for key, rows_of_key in rows.items()
    }


def _versions(session: Session, rows: Collection[SubmissionRow]) -> dict[int, ReportVersion]:
    numbers = {row.id: row.version for row in rows}
    deliveries, moves = deliveries_of(session, numbers), moves_of(session, numbers)
    sizes = _sizes(session, {row.sha256 for row in rows})
    issues = issue_counts(session, [(row.id, row.judgement) for row in rows])
    return {
        row.id: _version(
            row,
            numbers,
            size=sizes[row.sha256],
            issues=issues.get((row.id, row.judgement), 0),
            deliveries=deliveries[row.id],
            moves=moves[row.id],
        )
        for row in rows
    }


def _sizes(session: Session, digests: Collection[str]) -> dict[str, int]:
    """Return the bytes of each file, by sha256."""
    results: dict[str, int] = {}
    for chunk in in_chunks(digests):
        named = select(FileRow.sha256, FileRow.size).where(FileRow.sha256.in_(chunk))
        results |= dict(session.execute(named).tuples().all())
    return results


def moves_of(session: Session, submission_ids: Collection[int]) -> dict[int, list[MoveRecord]]:
    """Return the changes of state of each submission, in their order."""
    moves: dict[int, list[MoveRecord]] = defaultdict(list)
    row = SubmissionEventRow
    columns = (row.from_state, row.to_state, row.at, row.run_id, row.reason, row.note, row.actor)
    for chunk in in_chunks(submission_ids):
        events = select(row.submission_id, *columns).where(row.submission_id.in_(chunk)).order_by(row.id)
        for submission_id, *move in session.execute(events):
            moves[submission_id].append(MoveRecord(*move))
    return moves


def kept_figures(session: Session, submission_id: int) -> tuple[Observation, ...]:
    """Return the stored figures of a submission, by sheet and unit; none unless it was ever accepted."""
    return figures_of(session, [submission_id]).get(submission_id, ())


def figures_of(session: Session, submission_ids: Collection[int]) -> dict[int, tuple[Observation, ...]]:
    """Return the stored figures of each submission, by sheet and unit; submissions without any are absent."""
    results: dict[int, list[Observation]] = defaultdict(list)
    for chunk in in_chunks(submission_ids):
        # Columns, not objects of the ORM: a batch of replies reads thousands of figures.
        rows = session.execute(
            select(*_FIGURE_COLUMNS)
            .where(ObservationRow.submission_id.in_(chunk))
            .order_by(ObservationRow.sheet, ObservationRow.unit_code, ObservationRow.indicator)
        )
        archived = map(_FIGURE_OF, archived_figures(session, chunk))
        for submission_id, unit, indicator, sheet, *cells in (*rows, *archived):
            numerator, denominator, stated = Figure(*cells[:4]), _figure(*cells[4:8]), _figure(*cells[8:])
            results[submission_id].append(Observation(unit, indicator, sheet, numerator, denominator, stated))
    return {key: tuple(figures) for key, figures in results.items()}


_FIGURE_COLUMNS = (
    ObservationRow.submission_id,
    ObservationRow.unit_code,
    ObservationRow.indicator,
    ObservationRow.sheet,
    ObservationRow.numerator_state,
    ObservationRow.numerator,
    ObservationRow.cell,
    ObservationRow.numerator_raw,
    ObservationRow.denominator_state,
    ObservationRow.denominator,
    ObservationRow.denominator_cell,
    ObservationRow.denominator_raw,
    ObservationRow.stated_state,
    ObservationRow.stated,
    ObservationRow.stated_cell,
    ObservationRow.stated_raw,
    ObservationRow.stated_decimals,
)
"""The submission, unit, indicator and sheet of a figure, then the fields of `Figure` for each of its three cells."""
_FIGURE_OF = attrgetter(*(column.key for column in _FIGURE_COLUMNS))


def _figure(
    state: CellState | None, number: Decimal | None, cell: str | None, raw: str | None, decimals: int | None = None
) -> Figure | None:
    return None if state is None else Figure(state, number, cell or "", raw or "", decimals)


def _version(
    row: SubmissionRow,
    numbers: Mapping[int, int | None],
    *,
    size: int,
    issues: int,
    deliveries: Sequence[DeliveryRow],
    moves: Sequence[MoveRecord],
) -> ReportVersion:
    return ReportVersion(
        version=row.version or 0,
        submission_id=row.id,
        state=row.state,
        counted=row.state is SubmissionState.ACCEPTED,
        file_name=row.file_name,
        sha256=row.sha256,
        size=size,
        layout_version=row.layout_version,
        received_at=row.received_at,
        judged_at=row.judged_at,
        judgements=row.judgement,
        issues=issues,
        accepted_at=row.accepted_at,
        superseded_by=numbers.get(row.superseded_by) if row.superseded_by is not None else None,
        deliveries=tuple(map(_delivery, deliveries)),
        moves=tuple(moves),
    )


def _delivery(row: DeliveryRow) -> DeliveryRecord:
    return DeliveryRecord(row.connector, row.path, row.file_name, row.sender, row.delivered_at, row.landed_at)
