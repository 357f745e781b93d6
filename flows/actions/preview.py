"""Preview: carry out a run in a transaction that is rolled back, and list the published figures it would change."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from connectors.sources.filesystem import FilesystemConnector
from domain.errors import UsageError
from domain.rollups import Boundary
from domain.submissions import PENDING_STATES, SubmissionState
from flows.pipeline.exclusive_run import exclusive_run
from flows.pipeline.outcome import RunOutcome
from flows.pipeline.pipeline import Run, carry_out
from flows.pipeline.progress import ProgressListener
from flows.pipeline.scope import RunScope
from flows.pipeline.stages.rollup import affected_areas
from flows.pipeline.steps import PlainSteps
from flows.support.atomic_files import workspace
from flows.support.context import AppContext, Extent
from flows.support.dry_run import dry_run_context
from warehouse.queries.records import submission_of
from warehouse.rollups.closing import closed_rollup, closings_over, reopen
from warehouse.rollups.closings import Closing
from warehouse.store.engine import Engine, reading, serialise, transaction
from warehouse.store.run_lock import RunInProgressError, is_run_at_work


@dataclass(frozen=True, slots=True)
class UndeliveredReport:
    """A file that the run would not judge.

    `state` and `version` are those of the same bytes, known already; a pending state: its unit or period was not
    requested.
    """

    file_name: str
    state: SubmissionState
    version: int | None

    @property
    def waits(self) -> bool:
        """Return whether it would wait for another run."""
        return self.state in PENDING_STATES


@dataclass(frozen=True, slots=True)
class Preview:
    """Outcome that a run would have, and the named files that it would not judge.

    `closed` are the closings that would have to be opened first: the outcome is that of opening them, and of the run.
    """

    outcome: RunOutcome
    unjudged: tuple[UndeliveredReport, ...]
    closed: tuple[Closing, ...]


def preview(
    context: AppContext,
    scope: RunScope,
    listener: ProgressListener,
    files: Sequence[Path] = (),
    *,
    recheck: bool = False,
) -> Preview:
    """Return the outcome that a rerun would have now, with the inbox or with these files as if they had just arrived.

    Closed figures are opened for it: a rerun would be refused, and the preview shows what reopening would change.
    It is the run itself, in a transaction that is rolled back, with a temporary landing and published folder:
    afterwards warehouse, landing and published folder are as before.

    Raises:
        UsageError: a file is missing, or not accepted by runs.
        RunInProgressError: another run did not end in time.
    """
    with workspace("preview") as folder, _locked(context, listener) as run_id:
        digests = _drop(files, folder / "inbox", context)
        with dry_run_context(context, run_id, folder) as trial:
            connectors = [FilesystemConnector("preview", str(folder / "inbox"))] if files else context.connectors
            closed = _open_closed(trial, scope, run_id)
            trying = replace(trial, connectors=connectors)
            if files:
                # A person means the files that they name, and they are whole.
                trying = replace(trying, quiet_seconds=0, known_files_at_once=len(files), checks_senders=False)
            run = Run(trying, scope, PlainSteps(run_id), listener, recheck, releases=True)
            outcome = carry_out(run, "preview")
            return Preview(outcome, tuple(_unjudged(trial, outcome, digests)), closed)


@contextmanager
def tried(context: AppContext, listener: ProgressListener, *, judges: bool) -> Iterator[AppContext]:
    """Yield a context in which a decision does what it would do now; all of it is rolled back when the block ends.

    Nothing is published, and no other process moves states of reports meanwhile, so that a run that is at work need not
    end before. Where that run has moved some whose figures it has yet to roll up, these would be shown as what the
    decision changes: then, and where a decision that `judges` reports meets a run, states of reports alone move.
    """
    with ExitStack() as stack:
        is_alone = True
        if judges:
            try:
                stack.enter_context(_locked(context, listener))
            except RunInProgressError:
                is_alone = False
        folder = stack.enter_context(workspace("preview"))
        trial = stack.enter_context(dry_run_context(context, f"preview-{uuid4().hex}", folder))
        rolls_up = is_alone and not _is_half_done(context, trial)
        yield replace(trial, extent=Extent.FIGURES if rolls_up else Extent.STATES)


def _is_half_done(context: AppContext, trial: AppContext) -> bool:
    """Return whether a run is at work that has moved reports and not rolled all of them up; until the trial ends."""
    with transaction(trial.engine) as session:
        serialise(session)
    if not isinstance(context.engine, Engine) or not is_run_at_work(context.engine):
        return False
    # Within the boundary as now figures are always due.
    return any(each.boundary is Boundary.AS_THEN for each in affected_areas(trial, RunScope()))


@contextmanager
def _locked(context: AppContext, listener: ProgressListener) -> Iterator[str]:
    """Hold the lock of a run as a preview, and yield its id."""
    run_id = f"preview-{uuid4().hex}"
    with exclusive_run(context, run_id, "preview", listener):
        yield run_id


def _open_closed(context: AppContext, scope: RunScope, run_id: str) -> tuple[Closing, ...]:
    """Open the closed figures of the requested units, in the transaction of the preview alone."""
    opened: list[Closing] = []
    with transaction(context.engine) as session:
        for submission in scope.each():
            if submission.period is not None:
                for closing in closings_over(
                    session, context.catalog, submission.period, submission.units, context.today
                ):
                    reopen(
                        session,
                        closed_rollup(context.catalog, closing, context.today),
                        "preview",
                        run_id,
                        context.clock(),
                    )
                    opened.append(closing)
    return tuple(opened)


def facts_of(closing: Closing) -> dict[str, object]:
    """Return the values of the message about a closing."""
    period, area = closing.period.id, closing.area
    return {"name": closing.area_name, "area": area, "period": period, "revision": closing.revision}


def _drop(files: Sequence[Path], inbox: Path, context: AppContext) -> dict[str, str]:
    """Copy the files into an inbox of their own, as if delivered now; return their names by sha256."""
    names: dict[str, str] = {}
    for number, file in enumerate(files):
        if not file.is_file():
            raise UsageError(f"there is no file {file}")
        # Two files may have equal names; a folder of its own states no unit or period.
        target = inbox / (f"tep{number}" if file.name in names.values() else "") / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
        now = context.clock().timestamp()
        os.utime(target, (now, now))
        names[sha256(target.read_bytes()).hexdigest()] = file.name
    return names


def _unjudged(context: AppContext, outcome: RunOutcome, digests: dict[str, str]) -> Iterator[UndeliveredReport]:
    judged = {submission_outcome.submission_id for submission_outcome in outcome.verdicts}
    with reading(context.engine) as session:
        for digest, name in digests.items():
            record = submission_of(session, digest)
            if record is None:
                raise UsageError(f"{name} is none that a run would take: hidden files and Excel's lock files are not")
            if record.file.submission_id not in judged:
                yield UndeliveredReport(name, record.state, record.file.version)
