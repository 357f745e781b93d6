"""Close a period of an area into a bundle that is verified before it counts, and reopen it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

from domain.errors import TerminalError, UsageError
from domain.periods import Period
from domain.vietnam_time import day_in_vietnam
from flows.bundles.archive import digest_of, write_archive
from flows.bundles.bundle import OUTPUTS, BundleContents, BundleManifest, gather
from flows.bundles.compare_figures import FIGURES, FigureDifference
from flows.bundles.recompute import RecomputedRollup, recompute
from flows.pipeline.exclusive_run import exclusive_run
from flows.pipeline.outcome import PublishedRevision, RunOutcome
from flows.pipeline.pipeline import Run, begin, end, finish_publishing, publish_changes
from flows.pipeline.publisher import Publisher
from flows.support.atomic_files import atomic_file, workspace
from flows.support.context import AppContext
from flows.support.settings import Settings
from flows.support.slices.provenance import versions
from warehouse.models import RollupRevisionRow
from warehouse.rollups.closing import ClosablePeriod, closable, close, closings_over, reopen
from warehouse.rollups.closings import Bundle, Closing
from warehouse.rollups.rollups import roll_up, write_final
from warehouse.rollups.scope import RollupKey
from warehouse.store.engine import Engine, Session, reading, transaction, trial
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.withdrawal import Decision

CLOSED: Final = "closed"
_NAMED: Final = 10


class NotRecomputableError(TerminalError):
    """Published figures cannot be reproduced from the stored files."""

    def __init__(self, moved: Sequence[FigureDifference]) -> None:
        """Keep the figures that differ."""
        self.moved = tuple(moved)
        described = (f"{each.indicator} {each.column}: {each.published!r} → {each.recomputed!r}" for each in moved)
        result = "; ".join(described)
        super().__init__(
            f"the published figures do not come out of the communes' files again ({result}). Nothing was closed. "
            "Was the program changed since they were published? tonghop explain shows the files; have those of these "
            "figures sent again, or withdraw them, and close after the next nightly run."
        )


@dataclass(frozen=True, slots=True)
class ClosedPeriod:
    """A closed period: final revision, missing units, path and hash of its bundle, and the result of verifying it."""

    found: ClosablePeriod
    revision: int
    area_name: str
    path: Path
    sha256: str
    proof: RecomputedRollup


def close_period(
    run: Run, cell: RollupKey, decision: DecisionReason, settings: Settings, *, partial: bool = False
) -> ClosedPeriod:
    """Close an area's period: publish its figures as final; nothing moves them until it is reopened.

    The bundle is gathered and its figures recomputed from it; only then it gets its name and the period is closed, by a
    final revision that is published at once.

    Raises:
        UsageError: it cannot be closed now; the message says what to do first.
        NotRecomputableError: the figures cannot be reproduced from the files.
        RunInProgressError: another run did not end in time.
        NoRoomError, NoRoomToWorkError: the disk is full. In all cases nothing was closed.
    """
    context = run.context
    with exclusive_run(context, run.id, "close", run.listener):
        begin(run, "close", decision.note, decision.actor)
        outcome = RunOutcome(run.id, is_refused=True)
        with Publisher(context) as publisher:
            try:
                closed = _close(run, cell, decision, settings, partial=partial)
                outcome = RunOutcome(run.id)
                outcome = RunOutcome(run.id, given=finish_publishing(run, publisher))
            finally:
                end(run, outcome, publisher)
    return closed


def what_closes(session: Session, context: AppContext, cell: RollupKey, *, partial: bool) -> ClosablePeriod:
    """Return what closing an area's period would keep now.

    Raises:
        UsageError: it cannot be closed now; the message says what to do first.
    """
    result = closable(session, context.catalog, cell, context.today)
    _refuse_partial(result, partial=partial)
    return result


def reopen_period(run: Run, cell: RollupKey, decision: DecisionReason) -> tuple[Closing, tuple[PublishedRevision, ...]]:
    """Reopen a closed period, and publish at once what has arrived for it since; its bundle stays where it is.

    Raises:
        UsageError: the reason is missing, or the period is not closed; nothing was done.
        RunInProgressError: another run did not end in time; nothing was done.
    """
    context = run.context
    outcome = RunOutcome(run.id, is_refused=True)
    with exclusive_run(context, run.id, "reopen", run.listener):
        begin(run, "reopen", decision.note, decision.actor)
        try:
            now = context.clock()
            with transaction(context.engine) as session:
                closing = reopen(session, cell, decision.note, decision.actor, now)
                area, form, period, boundary = cell.area, cell.form, cell.period, cell.boundary
                # Preliminary again from the moment on at which it is open again.
                roll_up(session, context.catalog, area, form, period, run_id=run.id, at=now, boundary=boundary)
            outcome = RunOutcome(run.id)
            outcome = RunOutcome(run.id, given=publish_changes(run))
        finally:
            end(run, outcome)
    return closing, outcome.given


def require_open(context: AppContext, period: Period, units: Sequence[str], form: str | None = None) -> None:
    """Raise unless a period is open for these units (codes).

    Raises:
        UsageError: figures of the period that use one of them are closed; the message says how to open them.
    """
    with reading(context.engine) as session:
        result = closings_over(session, context.catalog, period, units, context.today, form=form)
    for closing in result:
        command = f"tonghop close {closing.period} --area {closing.area} --reopen"
        raise UsageError(
            f"{closing.period} of {closing.area_name} ({closing.area}) was closed by {closing.closed_by} "
            f"on {day_in_vietnam(closing.closed_at)}, at revision {closing.revision}; nothing was done. To let its "
            f'figures move: {command} --reason "…". Otherwise nightly runs take corrections in, and they wait.'
        )


def _close(run: Run, cell: RollupKey, decision: DecisionReason, settings: Settings, *, partial: bool) -> ClosedPeriod:
    context = run.context
    if not isinstance(context.engine, Engine):
        raise TypeError("a trial cannot be tried in")
    now = context.clock()

    def final(session: Session) -> RollupRevisionRow:
        return write_final(session, context.catalog, cell, run_id=run.id, at=now)

    with workspace("close") as folder:
        with reading(context.engine) as session:
            result = what_closes(session, context, cell, partial=partial)
        # The final revision is tried first: it counts once its figures have come out of the bundle again.
        with trial(context.engine) as tried, transaction(tried) as session:
            contents = gather(session, context, cell, final(session).number, folder)
        manifest = _manifest(run, decision, result, contents)
        proof = recompute(manifest, contents.files, context.catalog.root, folder / "home", settings)
        if proof.figures:
            raise NotRecomputableError(proof.figures[:_NAMED])
        manifest = replace(manifest, differing=proof.differing, judged_otherwise=proof.judged_otherwise)
        place = _place(contents, cell)
        with atomic_file(settings.home / place) as draft:
            write_archive(draft, asdict(manifest), contents.files, lambda: None)
            digest = digest_of(draft)
    with transaction(context.engine) as session:
        head = final(session)
        close(session, head, result.missing, Bundle(place.as_posix(), digest), Decision(decision, now, run.id))
    return ClosedPeriod(result, head.number, cell.area.name, settings.home / place, digest, proof)


def _place(contents: BundleContents, cell: RollupKey) -> Path:
    """Return the path of the bundle: no two closings have the same revision."""
    folder_name = contents.files[f"{OUTPUTS}/{FIGURES}"].parent.parent.name
    return Path(CLOSED, cell.period.id, f"{folder_name}-{contents.facts['revision']}.tar.gz")


def _refuse_partial(result: ClosablePeriod, *, partial: bool) -> None:
    if not result.is_partial or partial:
        return
    names = [
        f"{absent_unit.code} {absent_unit.name} ({absent_unit.period}, {absent_unit.state})"
        for absent_unit in result.absent[:_NAMED]
    ]
    more = f" and {len(result.absent) - _NAMED} more" if len(result.absent) > _NAMED else ""
    who = f"missing: {', '.join(names)}{more}" if names else f"figures left blank: {', '.join(result.partial[:_NAMED])}"
    raise UsageError(f"revision {result.number} is partial, {who}. To close it as it is, add --partial")


def _manifest(run: Run, decision: DecisionReason, result: ClosablePeriod, contents: BundleContents) -> BundleManifest:
    return BundleManifest(
        **contents.facts,
        missing=tuple(
            f"{absent_unit.code} {absent_unit.name} {absent_unit.period} {absent_unit.state}"
            for absent_unit in result.absent
        ),
        closed_at=run.context.clock().isoformat(),
        closed_by=decision.actor,
        versions=versions(),
        differing=(),
        judged_otherwise=(),
        files={name: digest_of(path) for name, path in contents.files.items()},
    )
