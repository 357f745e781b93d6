"""Data: the files for programs, made again where published figures moved."""

from flows.support.context import AppContext
from publishing.data.build import write_data
from warehouse.rollups.newest_figures import newest_figures
from warehouse.store.engine import Engine, reading


def make_data(context: AppContext) -> tuple[str, ...]:
    """Write the data files that are not what is published now; return their folders. A trial's are not written.

    Raises:
        PublicationInterruptedError, PublicationRefusedError: the storage failed; the files stay as they were.
    """
    if not isinstance(context.engine, Engine):
        return ()
    with reading(context.engine) as session:
        return write_data(newest_figures(session), context.catalog, context.published, context.lang)
