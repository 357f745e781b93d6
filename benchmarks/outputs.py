"""CPU time of each file of the published revisions, of their data and of the site: every one is rendered again.

    TONGHOP_HOME=… python -m benchmarks.outputs

Prints a JSON object: file → CPU seconds. Files of revisions are those of every published one; what several share,
assembling a revision's figures in a language, counts for the first of them. Data are those of the newest revisions, and
so is the site, whose pages are written into a folder that is removed: all of them, which a run makes of moved ones.
"""

import json
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from itertools import chain, groupby
from pathlib import Path
from typing import Any

from sqlalchemy import select

from connectors.stores.local import LocalStore
from domain.catalog.catalog import Catalog
from flows.support.context import build_context
from flows.support.settings import load_settings
from publishing.data.data_columns import ROLLUP
from publishing.data.partitions import partitions_of
from publishing.data.sdmx_csv import write_sdmx_csv
from publishing.data.sdmx_structure import write_structure
from publishing.data.table_files import DataTable, arrow_table, write_excel_csv, write_parquet, write_plain_csv
from publishing.editions import EDITION
from publishing.page.rollup_page import OTHER
from publishing.publish import WRITERS, Rendering
from publishing.site.builder import build_site
from warehouse.models import PublicationRow, RollupRevisionRow
from warehouse.queries import revision_to_publish
from warehouse.queries.revisions import ref_of
from warehouse.rollups.newest_figures import NewestFigures, newest_figures
from warehouse.store.engine import reading


class CpuSeconds:
    """CPU seconds by what they were spent on."""

    def __init__(self) -> None:
        """Begin with none."""
        self.spent: dict[str, float] = defaultdict(float)

    def take(self, name: str, work: Callable[..., Any], *of: Any) -> Any:  # noqa: ANN401 # as the work says
        """Do some work, add its seconds to those of the name, and return its result."""
        began = time.process_time()
        result = work(*of)
        self.spent[name] += time.process_time() - began
        return result


def main() -> None:
    """Render the published revisions of the settings' home and their data, and print the seconds of each file."""
    settings = load_settings()
    context = build_context(settings)
    catalog, cpu = context.catalog, CpuSeconds()
    with reading(context.engine) as session:
        heads = session.scalars(
            select(RollupRevisionRow).where(RollupRevisionRow.id.in_(select(PublicationRow.revision_id)))
        ).all()
        for head in heads:
            revision = cpu.take("read revisions", revision_to_publish, session, catalog, ref_of(head))
            rendering = Rendering(revision, catalog, context.lang, EDITION)
            for name, write in WRITERS[EDITION].items():
                cpu.take(name.format(other=OTHER[context.lang]), write, rendering)
        _measure_data(newest_figures(session), catalog, cpu)
    _measure_site(settings.published, catalog, cpu)
    json.dump(cpu.spent, sys.stdout)


def _measure_data(newest: NewestFigures, catalog: Catalog, cpu: CpuSeconds) -> None:
    write_parquet(arrow_table(DataTable(ROLLUP, [])))  # imports
    heads = sorted(newest.heads, key=lambda head: head.period)
    for period, of_period in groupby(heads, key=lambda head: head.period):
        for partition in partitions_of(period, list(of_period), newest, catalog):
            rows = cpu.take("data: read", partition.read, partition.parts)
            table = DataTable(partition.columns, list(chain.from_iterable(rows)))
            headings = [column.name for column in table.columns]
            cpu.take("data: Parquet", lambda table: write_parquet(arrow_table(table)), table)
            cpu.take("data: CSV", write_plain_csv, table)
            cpu.take("data: CSV for Excel", write_excel_csv, table, headings, {True: "có", False: "không"})
            if table.columns is ROLLUP:
                cpu.take("data: SDMX-CSV", write_sdmx_csv, table)
    cpu.take("data: SDMX structure", write_structure, catalog, heads, {})


def _measure_site(published: Path, catalog: Catalog, cpu: CpuSeconds) -> None:
    """Build the site of the published revisions elsewhere, from the facts that are kept of them."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "published")
        shutil.copytree(published / ".site" / "facts", root / ".site" / "facts")
        (root / ".revisions").symlink_to((published / ".revisions").absolute(), target_is_directory=True)
        for period in published.glob("[0-9]*/"):
            shutil.copytree(period, root / period.name, symlinks=True)
        cpu.take("site: all pages", build_site, LocalStore(root), catalog, lambda _: None)


if __name__ == "__main__":
    main()
