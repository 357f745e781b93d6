"""Fill and clear the staging tables, on which the rules run."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import Select, delete, select, text
from sqlalchemy.orm import aliased

from domain.periods import parse_period
from domain.staging import StagedHistory, StagedRow
from warehouse.archive.reading import archived_figures, archived_periods
from warehouse.models import STAGING, Base, ObservationRow, RunRow, SubmissionRow
from warehouse.store.bulk import add_records, in_chunks
from warehouse.store.engine import Engine, Session
from warehouse.submissions.accepted_as_of import is_accepted

_ROWS_COUNTED = 400
"""SQLite estimates from so many rows of an index, which takes a millisecond."""


def create_staging(engine: Engine) -> None:
    """Create the staging tables alone, in an empty database that lives as long as a dry run."""
    Base.metadata.create_all(engine, list(STAGING.values()))


def stage(session: Session, rows: Iterable[StagedRow], *, is_last: bool = True) -> int:
    """Insert rows into the staging tables, each kind into its own.

    The last rows of a run have the tables counted, since both engines take fresh tables for almost empty, and rules
    take minutes then, not milliseconds. Counting takes PostgreSQL as long as inserting 500 reports.

    Returns:
        How many rows were staged.
    """
    by_kind: dict[type[StagedRow], list[StagedRow]] = defaultdict(list)
    for row in rows:
        by_kind[type(row)].append(row)
    for kind, staged in by_kind.items():
        add_records(session, STAGING[kind], kind._fields, staged)
    if is_last:
        _count(session)
    return sum(map(len, by_kind.values()))


def clear(session: Session, run_id: str, submissions: Collection[int] | None = None) -> None:
    """Delete a run's rows from the staging tables, all or those of some submissions."""
    for table in STAGING.values():
        of_run = delete(table).where(table.c.run_id == run_id)
        if submissions is None:
            session.execute(of_run)
        for chunk in in_chunks(submissions or ()):
            session.execute(of_run.where(table.c.submission_id.in_(chunk)))


def clear_abandoned(session: Session, started_before: datetime) -> None:
    """Delete the staged rows of killed runs: those that began before a moment and never finished.

    Rows of no recorded run come from a killed preview.
    """
    abandoned = select(RunRow.run_id).where(RunRow.finished_at.is_(None), RunRow.started_at < started_before)
    for table in STAGING.values():
        unknown = table.c.run_id.not_in(select(RunRow.run_id))
        session.execute(delete(table).where(table.c.run_id.in_(abandoned) | unknown))


@dataclass(frozen=True, slots=True)
class PastMoment:
    """A moment of the past: before the event of number `before`.

    `beside` are submissions accepted together with those being judged: for a period of which nothing had been accepted
    yet, they are the history.
    """

    before: int
    beside: frozenset[int] = frozenset()


def history(
    session: Session,
    run_id: str,
    submission_ids: Sequence[int],
    steps: int | None = None,
    then: PastMoment | None = None,
) -> tuple[StagedHistory, ...]:
    """Return the figures accepted for earlier periods of the same unit and form, newest first, as rows to stage.

    Args:
        session: the session to read in.
        run_id: the run they are to be staged for.
        submission_ids: the submissions to be judged; each has to be placed.
        steps: how many periods to go back; None: all. A unit is identified by code *and* first day: a reused code has
            no history of the unit before.
        then: use what was accepted at that moment instead of now.
    """
    chunks = in_chunks(submission_ids)
    return tuple(row for chunk in chunks for row in _history_of(session, run_id, chunk, steps, then))


def _history_of(
    session: Session, run_id: str, submission_ids: Sequence[int], steps: int | None, then: PastMoment | None
) -> Iterable[StagedHistory]:
    now, earlier = aliased(SubmissionRow), aliased(SubmissionRow)
    beside = then.beside if then else frozenset()
    counts = is_accepted(earlier.id, earlier.state, then.before if then else None)
    within = () if steps is None else (earlier.period.in_(_periods_before(session, submission_ids, steps)),)
    figure = ObservationRow
    pairs = (
        select(earlier.id, now.id, now.period, now.unit_code, earlier.period)
        .join(
            earlier,
            (earlier.unit_code == now.unit_code)
            & (earlier.unit_valid_from == now.unit_valid_from)
            & (earlier.form == now.form),
        )
        .where(now.id.in_(submission_ids), counts | earlier.id.in_(beside), earlier.period < now.period, *within)
    )
    rows: list[Any] = list(
        session.execute(
            pairs.add_columns(figure.unit_code, figure.indicator, figure.numerator, figure.denominator)
            .join(figure, figure.submission_id == earlier.id)
            .order_by(now.id, earlier.period.desc(), figure.unit_code, figure.indicator)
        )
    )
    archived = {each.period for each in archived_periods(session)}
    if archived:
        rows += _archived_history(session, pairs.where(earlier.period.in_(archived)))
        rows.sort(key=itemgetter(4), reverse=True)
        rows.sort(key=itemgetter(1))
    known = {(key, past) for source, key, _, _, past, *_ in rows if source not in beside}
    for source, key, period, unit, past, observed, indicator, numerator, denominator in rows:
        back = steps_between(past, period)
        is_shadowed = source in beside and (key, past) in known
        if back is not None and (steps is None or back <= steps) and not is_shadowed:
            village = "" if observed == unit else observed
            yield StagedHistory(run_id, key, unit, village, indicator, past, back, numerator, denominator)


def _archived_history(session: Session, pairs: Select[Any]) -> Iterator[tuple[Any, ...]]:
    """Yield pairs of an earlier and a judged report with the archived figures of the earlier one."""
    by_earlier: dict[int, list[Any]] = defaultdict(list)
    for pair in session.execute(pairs):
        by_earlier[pair[0]].append(pair)
    for each in archived_figures(session, by_earlier):
        for pair in by_earlier[each.submission_id]:
            yield (*pair, each.unit_code, each.indicator, each.numerator, each.denominator)


def _periods_before(session: Session, submission_ids: Sequence[int], steps: int) -> list[str]:
    """Return the periods up to so many steps before those of submissions; of a unit's others no figure is read."""
    own = select(SubmissionRow.period).where(SubmissionRow.id.in_(submission_ids)).distinct()
    periods = [parse_period(period) for period in session.scalars(own) if period is not None]
    return sorted({period.shift(-back).id for period in periods for back in range(1, steps + 1)})


def steps_between(earlier: str, later: str) -> int | None:
    """Return how many periods lie between two; None where they are not of one frequency."""
    first, last = parse_period(earlier), parse_period(later)
    if first.frequency is not last.frequency:
        return None
    return ((last.year - first.year) * 12 + last.last_month - first.last_month) // last.months


def _count(session: Session) -> None:
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text(f"PRAGMA analysis_limit = {_ROWS_COUNTED}"))
    for table in STAGING.values():
        session.execute(text(f"ANALYZE {table.name}"))
