"""Publish a revision: write its files, and let the area's link show the newest one."""

from collections.abc import Mapping
from pathlib import Path

from domain.catalog.catalog import Catalog
from domain.rollups import Boundary
from domain.texts import Lang
from publishing.data.rollup_csv import write_csv
from publishing.figures.assemble import assemble
from publishing.figures.formatter import ReportFormatter
from publishing.page.rollup_page import write_page
from publishing.storage.folders import store
from publishing.storage.manifest import MANIFEST, Identity, write_manifest
from publishing.workbook.rollup_workbook import write_workbook
from warehouse.queries import Revision


def publish(revision: Revision, catalog: Catalog, root: Path, lang: Lang = "vi") -> Path:
    """Give a revision out under `root` and return the link `root/<period>/<shelf>`, which shows the newest revision.

    The files lie in `root/.revisions/<period>/<shelf>/<n>/`; see `shelf_of` for the shelf. A revision that lies there
    already stays as it is, in the language it was written in; an older one never takes the link back from a newer one.

    Raises:
        PublicationDamagedError: the folder of this revision holds something else.
        PublicationInterruptedError: the storage did not answer; what was published before is untouched.
        PublicationRefusedError: the storage is full or closed to us; what was published before is untouched.
    """
    return store(root, shelf_of(revision, catalog), _identity(revision), lambda: render(revision, catalog, lang))


def shelf_of(revision: Revision, catalog: Catalog) -> str:
    """Under which name an area's publications of a period lie: `585`, `22810.as_now`, `585.other_form`.

    The catalogue's first form and the boundaries of the period go without saying; neither codes nor ids have dots.
    """
    name = revision.area
    if revision.form != next(iter(catalog.forms)):
        name = f"{name}.{revision.form}"
    return f"{name}.{revision.boundary}" if revision.boundary is not Boundary.AS_THEN else name


def bundle(revision: Revision, catalog: Catalog, lang: Lang = "vi") -> Mapping[str, bytes]:
    """What would be published of figures that are no revision, with the list of files: for a folder of its own."""
    files = render(revision, catalog, lang)
    return {**files, MANIFEST: write_manifest(_identity(revision), files)}


def render(revision: Revision, catalog: Catalog, lang: Lang) -> Mapping[str, bytes]:
    """The files of a revision by name; the same revision, catalogue and language give the same bytes."""
    words = ReportFormatter(catalog, lang)
    report = assemble(revision, words)
    return {
        "rollup.csv": write_csv(revision.rows, catalog.indicators),
        "rollup.xlsx": write_workbook(report, words),
        "report.html": write_page(report, words),
    }


def _identity(revision: Revision) -> Identity:
    return Identity(
        area=revision.area,
        period=revision.period.id,
        form=revision.form,
        boundary=revision.boundary,
        revision=revision.number,
        run_id=revision.run_id,
        content_sha256=revision.content_sha256,
    )
