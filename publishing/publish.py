"""Publish a revision: write its files, and point the area's link at the newest revision."""

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
    """Publish a revision under `root` and return the link `root/<period>/<name>`, which shows the newest revision.

    The files lie in `root/.revisions/<period>/<name>/<n>/`; `publication_name` makes the name. A revision that was
    published before stays as it is, in the language it was written in; the link never moves back to an older one.

    Raises:
        PublicationDamagedError: the folder of this revision holds something else.
        PublicationInterruptedError: the storage did not answer; what was published before is untouched.
        PublicationRefusedError: the storage is full or not writable; what was published before is untouched.
    """
    return store(
        root, publication_name(revision, catalog), _identity(revision), lambda: render(revision, catalog, lang)
    )


def publication_name(revision: Revision, catalog: Catalog) -> str:
    """Return the folder name of an area's publications: `585`, `22810.as_now`, `585.other_form`.

    The catalogue's first form and the period's own boundaries are left out; neither codes nor ids contain dots.
    """
    name = revision.area
    if revision.form != next(iter(catalog.forms.by_id)):
        name = f"{name}.{revision.form}"
    return f"{name}.{revision.boundary}" if revision.boundary is not Boundary.AS_THEN else name


def bundle(revision: Revision, catalog: Catalog, lang: Lang = "vi") -> Mapping[str, bytes]:
    """Render figures that are not a revision, with their manifest, for a folder outside the published one."""
    files = render(revision, catalog, lang)
    return {**files, MANIFEST: write_manifest(_identity(revision), files)}


def render(revision: Revision, catalog: Catalog, lang: Lang) -> Mapping[str, bytes]:
    """Render the files of a revision by name; the same revision, catalogue and language give the same bytes."""
    formatter = ReportFormatter(catalog, lang)
    report = assemble(revision, formatter)
    return {
        "rollup.csv": write_csv(revision.rows, catalog.indicators),
        "rollup.xlsx": write_workbook(report, formatter),
        "report.html": write_page(report, formatter),
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
