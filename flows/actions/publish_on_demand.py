"""Export requested figures: published, or as of a moment in a folder of their own."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from domain.errors import UsageError
from flows.pipeline.exclusive_run import exclusive_run
from flows.pipeline.outcome import PublishedRevision, RunOutcome
from flows.pipeline.pipeline import Run, begin, end
from flows.pipeline.publisher import Publisher
from flows.pipeline.stages.publish import publish
from flows.support.area_figures import FiguresRequest, render_as_of
from flows.support.atomic_files import write_all_or_none
from flows.support.context import AppContext
from publishing.figures.provinces import MOST_UNITS_LISTED
from publishing.publish import bundle
from warehouse.queries import RevisionRef, newest_ref
from warehouse.rollups.rollups import roll_up
from warehouse.rollups.scope import RollupKey
from warehouse.store.engine import reading, transaction
from workbooks.pool.garbage import no_garbage_collection


def hand_over(context: AppContext, wanted: FiguresRequest, at: datetime, folder: Path) -> Path:
    """Write the outputs of the figures as they were known at a moment to a folder of its own.

    Published files and the newest revision stay as they are.

    Raises:
        UsageError: the folder is not empty, the code denotes no area then, or no unit in it reports the form.
        NoRoomError: the disk is full; nothing was written.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} holds something already: name another folder with --output")
    files = bundle(render_as_of(context.engine, context.catalog, wanted, at), context.catalog, context.lang)
    return _write(folder, files)


def publish_on_demand(run: Run, wanted: FiguresRequest) -> PublishedRevision:
    """Roll figures up and publish their newest revision; every nightly run updates them from then on.

    Raises:
        UsageError: the code denotes no area then, or no unit in it reports the form.
        RunInProgressError: another run did not end in time; nothing was done.
    """
    context = run.context
    key = wanted.key(context.catalog, context.clock())
    with exclusive_run(context, run.id, "publish", run.listener):
        begin(run, "publish", None)
        ref = _roll_up(context, run.id, key)
        result = () if ref is None else (publish(context, ref),)
        with Publisher(context) as publisher:
            if len(key.area.members) > MOST_UNITS_LISTED:
                publisher.begin_pages(of_a_large_area=True)
            end(run, RunOutcome(run.id, given=result), publisher)
    if not result:
        raise UsageError(f"nobody in area {wanted.area} owes form {wanted.form} for {wanted.period}")
    return result[0]


def _roll_up(context: AppContext, run_id: str, key: RollupKey) -> RevisionRef | None:
    """Return the newest revision, which is made if the figures changed."""
    area, form, period, boundary = key.area, key.form, key.period, key.boundary
    with no_garbage_collection(), transaction(context.engine) as session:
        at = context.clock()
        roll_up(session, context.catalog, area, form, period, run_id=run_id, at=at, boundary=boundary, on_demand=True)
    with reading(context.engine) as session:
        return newest_ref(session, key)


def _write(folder: Path, files: Mapping[str, bytes]) -> Path:
    write_all_or_none({folder / name: data for name, data in files.items()})
    return folder
