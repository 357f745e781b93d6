"""Data: the files for programs, made again where published figures moved."""

from domain.catalog.catalog import Catalog
from domain.stores.store import Store
from domain.texts import Lang
from publishing.data.build import write_data
from warehouse.rollups.newest_figures import newest_figures
from warehouse.store.engine import Engine, reading


def make_data(engine: Engine, catalog: Catalog, published: Store, lang: Lang) -> tuple[str, ...]:
    """Write the data files that are not what is published now; return their folders.

    Raises:
        PublicationInterruptedError, PublicationRefusedError: the storage failed; the files stay as they were.
    """
    with reading(engine) as session:
        return write_data(newest_figures(session), catalog, published, lang)
