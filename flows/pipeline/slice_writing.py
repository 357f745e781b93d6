"""Write slices of publications in a worker of any machine."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from domain.texts import Lang
from flows.pipeline.outcome import PublishedRevision
from flows.pipeline.stages.write import write_together
from flows.support.slices.identity import SliceIdentity, worker_settings
from flows.support.stores.opening import published_store
from flows.support.warehouse import open_database
from warehouse.queries import RevisionRef
from warehouse.store.engine import Engine


def write_slice(identity: SliceIdentity, lang: Lang, refs: Sequence[RevisionRef]) -> list[PublishedRevision | None]:
    """Write revisions into this worker's store of published reports; None for each that could not be written.

    Their addresses are this worker's: its store may be mounted elsewhere than the run's.

    Raises:
        OtherIdentityError: this worker is not what the run asks for.
    """
    settings, catalog = worker_settings(identity)
    published = published_store(settings)
    engine = _opened(settings.database, settings.home)
    return write_together(engine, catalog, published, lang, refs)


@lru_cache(maxsize=1)
def _opened(url: str, home: Path) -> Engine:
    return open_database(url, home)
