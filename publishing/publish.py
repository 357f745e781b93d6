"""Publish a revision: write its files, and point the area's link at the newest revision."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

from domain.catalog.catalog import Catalog
from domain.rollups import Boundary, RollupRow
from domain.stores.store import Store
from domain.texts import Lang
from publishing.data.changes_file import write_changes
from publishing.data.rollup_csv import columns_of, write_csv
from publishing.editions import EDITION, SECOND_EDITION
from publishing.figures.assemble import assemble
from publishing.figures.formatter import ReportFormatter
from publishing.figures.report import Report
from publishing.figures.revision_facts import RevisionFacts
from publishing.page.leader_page import write_leader_page, write_second_edition
from publishing.page.rollup_page import OTHER, PagePlace, write_page
from publishing.storage.folders import store_revision
from publishing.storage.manifest import MANIFEST, Identity, write_manifest
from publishing.workbook.rollup_workbook import write_workbook
from warehouse.queries import AS_OF_RUN, Revision


@dataclass(frozen=True)
class Rendering:
    """A revision as its writers take it: assembled once for each language that a file is written in."""

    revision: Revision
    catalog: Catalog
    lang: Lang
    edition: int
    _reports: dict[Lang, tuple[Report, ReportFormatter]] = field(init=False, repr=False, default_factory=dict)

    @cached_property
    def facts(self) -> RevisionFacts:
        """What the report is made from in any language."""
        return RevisionFacts(self.revision, self.catalog)

    @property
    def report(self) -> tuple[Report, ReportFormatter]:
        """Return the report in the language of the publication, and its formatter."""
        return self.report_in(self.lang)

    @property
    def place(self) -> PagePlace:
        """Return where the pages lie; figures that are no revision lie anywhere, without a site around them."""
        revision = self.revision
        if revision.run_id == AS_OF_RUN:
            return PagePlace("", None, self.lang)
        before = revision.period.shift(-1)
        earlier = revision.earlier.figures if revision.earlier else ()
        is_published = any(figure.period == before and figure.boundary is revision.boundary for figure in earlier)
        return PagePlace(publication_name(revision, self.catalog), before if is_published else None, self.lang)

    def report_in(self, lang: Lang) -> tuple[Report, ReportFormatter]:
        """Return the report in a language, and its formatter."""
        if lang not in self._reports:
            formatter = ReportFormatter(self.catalog, lang, self.edition)
            self._reports[lang] = assemble(self.revision, formatter, self.edition, self.facts), formatter
        return self._reports[lang]


def _judged(rows: Iterable[RollupRow]) -> list[RollupRow]:
    """Return the rows without a verdict where the target is only assumed."""
    return [replace(row, attained=None) if row.target_assumed else row for row in rows]


def _write_document(rendering: Rendering) -> bytes:
    # docxtpl takes as long to import as all else here.
    from publishing.document.report_document import write_document  # noqa: PLC0415 # only where it runs

    return write_document(*rendering.report)


Writer = Callable[[Rendering], bytes]

_EDITION_1: Final[Mapping[str, Writer]] = {
    "rollup.csv": lambda rendering: write_csv(
        rendering.revision.rows, rendering.catalog.indicators, columns_of(SECOND_EDITION)
    ),
    "rollup.xlsx": lambda rendering: write_workbook(*rendering.report, official=False),
    "report.html": lambda rendering: write_page(*rendering.report),
}
# A file's writer is a line here; a library of its own is imported inside the writer, which runs in few processes.
_EDITION_2: Final[Mapping[str, Writer]] = {
    **_EDITION_1,
    "changes.json": lambda rendering: write_changes(rendering.revision),
    "leader.vi.html": lambda rendering: write_second_edition(*rendering.report_in("vi")),
    "leader.en.html": lambda rendering: write_second_edition(*rendering.report_in("en")),
    "rollup.xlsx": lambda rendering: write_workbook(*rendering.report),
    "report.docx": _write_document,
}
WRITERS: Final[Mapping[int, Mapping[str, Writer]]] = {
    1: _EDITION_1,
    2: _EDITION_2,
    3: {
        **_EDITION_2,
        "rollup.csv": lambda rendering: write_csv(_judged(rendering.revision.rows), rendering.catalog.indicators),
        "report.html": lambda rendering: write_page(*rendering.report, rendering.place),
        "report.{other}.html": lambda rendering: write_page(
            *rendering.report_in(OTHER[rendering.lang]), rendering.place
        ),
        "leader.vi.html": lambda rendering: write_leader_page(*rendering.report_in("vi"), rendering.place),
        "leader.en.html": lambda rendering: write_leader_page(*rendering.report_in("en"), rendering.place),
    },
}
"""The files of a revision by edition: those of an earlier one keep their bytes, for the bundles closed with it.

`{other}` in a name is the language that the installation is not set to.
"""


def publish(
    revision: Revision, catalog: Catalog, store: Store, lang: Lang = "vi", files: Mapping[str, bytes] | None = None
) -> str:
    """Publish a revision and return the link `<period>/<name>` in the store, which shows the newest revision.

    The files lie in `.revisions/<period>/<name>/<n>/`; `publication_name` makes the name. A revision that was
    published before stays as it is, in the language and edition it was written in; the link never moves back to an
    older one. `files` are those of `bundles`, where they were rendered before.

    Raises:
        PublicationDamagedError: the folder of this revision holds something else.
        PublicationInterruptedError: the storage did not answer; what was published before is untouched.
        PublicationRefusedError: the storage is full or not writable; what was published before is untouched.
    """
    name = publication_name(revision, catalog)
    return store_revision(store, name, _identity(revision), lambda: files or bundle(revision, catalog, lang))


def publication_name(revision: Revision, catalog: Catalog) -> str:
    """Return the folder name of an area's publications: `585`, `22810.as_now`, `585.other_form`.

    The catalogue's first form and the period's own boundaries are left out; neither codes nor ids contain dots.
    """
    return folder_name(revision.area, revision.form, revision.boundary, catalog)


def folder_name(area: str, form: str, boundary: Boundary, catalog: Catalog) -> str:
    """Return the folder name of publications of an area, form and boundary; see `publication_name`."""
    name = area if form == next(iter(catalog.forms.by_id)) else f"{area}.{form}"
    return f"{name}.{boundary}" if boundary is not Boundary.AS_THEN else name


def bundle(revision: Revision, catalog: Catalog, lang: Lang = "vi", edition: int = EDITION) -> Mapping[str, bytes]:
    """Render a revision, or figures that are none, with their manifest."""
    (files,) = bundles([revision], catalog, lang, edition)
    return files


def bundles(
    revisions: Sequence[Revision], catalog: Catalog, lang: Lang = "vi", edition: int = EDITION
) -> list[Mapping[str, bytes]]:
    """Render revisions as `bundle` does, the files of one kind for all of them before those of the next.

    Five at once take a twelfth less than one by one: code and data that a kind of file needs are at hand then.
    """
    rendered = _rendered([Rendering(each, catalog, lang, edition) for each in revisions])
    return [
        {**files, MANIFEST: write_manifest(_identity(each), files, edition)}
        for each, files in zip(revisions, rendered, strict=True)
    ]


def render(revision: Revision, catalog: Catalog, lang: Lang, edition: int = EDITION) -> Mapping[str, bytes]:
    """Render the files of a revision by name; the same revision, catalogue, language and edition give the same bytes.

    Raises:
        KeyError: there is no such edition.
    """
    (files,) = _rendered([Rendering(revision, catalog, lang, edition)])
    return files


def _rendered(renderings: Sequence[Rendering]) -> list[dict[str, bytes]]:
    results: list[dict[str, bytes]] = [{} for _ in renderings]
    for name, write in WRITERS[renderings[0].edition].items() if renderings else ():
        for rendering, files in zip(renderings, results, strict=True):
            files[name.format(other=OTHER[rendering.lang])] = write(rendering)
    return results


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
