"""Write slices of publications in a worker of any machine."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache, partial

from domain.texts import Lang
from flows.pipeline.outcome import PublishedRevision
from flows.pipeline.stages.write import write
from flows.pipeline.writing_process import attempt
from flows.support.slices.identity import SliceIdentity, worker_settings
from warehouse.queries import RevisionRef
from warehouse.store.engine import Engine, open_engine


def write_slice(identity: SliceIdentity, lang: Lang, refs: Sequence[RevisionRef]) -> list[PublishedRevision | None]:
    """Write revisions below this worker's folder of published reports; None for each that could not be written.

    Their paths are below that folder, which may lie elsewhere on the run's machine.

    Raises:
        OtherIdentityError: this worker is not what the run asks for.
    """
    settings, catalog = worker_settings(identity)
    root = settings.published
    engine = _opened(settings.database)
    written = [attempt(partial(write, engine, catalog, root, lang, ref)) for ref in refs]
    return [each and replace(each, path=each.path.relative_to(root)) for each in written]


@lru_cache(maxsize=1)
def _opened(url: str) -> Engine:
    return open_engine(url)
