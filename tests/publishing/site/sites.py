"""Published folders with small revisions, and a reader of the site's pages as a browser opens them from a disk."""

import os
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from urllib.parse import unquote, urlsplit

from connectors.stores.local import LocalStore
from domain.catalog.catalog import Catalog
from domain.periods import parse_period
from domain.rollups import Boundary
from domain.stores.store import Store
from publishing.data.rollup_csv import write_csv
from publishing.editions import EDITION
from publishing.publish import publication_name
from publishing.site.builder import SiteOutcome, build_site
from publishing.site.published_set import PublishedRevisionRef
from publishing.storage.folders import store_revision
from publishing.storage.manifest import MANIFEST, Identity, write_manifest
from tests.publishing.page.strict_page import StrictPage
from tests.publishing.revisions import build_revision
from warehouse.queries import Revision

PROVINCE = {"area": "58", "area_name": "Tỉnh Ninh Thuận", "area_valid_from": date(2000, 1, 1)}
COUNTRY = {"area": "VN", "area_name": "Việt Nam", "area_valid_from": date(2000, 1, 1)}
FIGURES = 4


def small_revision(catalog: Catalog, period: str = "2025-05", number: int = 1, **changes: object) -> Revision:
    """Build a revision of Ninh Sơn with a few figures for a period; other arguments are `build_revision`'s."""
    revision = build_revision(catalog, number=number, **changes)  # type: ignore[arg-type] # handed on
    at = parse_period(period)
    rows = tuple(
        replace(row, area=revision.area, period=period, value=_moved(row.value, number))
        for row in revision.rows[:FIGURES]
    )
    kept = {row.indicator for row in rows}
    return replace(
        revision,
        period=at,
        rows=rows,
        units=tuple(unit._replace(period=at) for unit in revision.units),
        contributions=tuple(
            contribution._replace(period=at)
            for contribution in revision.contributions
            if contribution.indicator in kept
        ),
        content_sha256=f"{revision.area} {period} {number}",
    )


def _key(area: str, boundary: str) -> str:
    return area if boundary == Boundary.AS_THEN else f"{area}.{boundary}"


def _moved(value: Decimal | None, number: int) -> Decimal | None:
    return value if value is None or number == 1 else value - number


@dataclass
class PublishedFolder:
    """A published folder, or a bucket in its place, and the warehouse behind it."""

    root: Path
    catalog: Catalog
    warehouse: dict[tuple[str, str, int], Revision] = field(default_factory=dict)
    requested: list[PublishedRevisionRef] = field(default_factory=list)
    bucket: Store | None = None

    @property
    def store(self) -> Store:
        """The folder or bucket as the program sees it."""
        return self.bucket or LocalStore(self.root)

    def publish(self, *revisions: Revision) -> "PublishedFolder":
        """Publish revisions, with a page and a table each."""
        for revision in revisions:
            self.warehouse[_key(revision.area, revision.boundary), revision.period.id, revision.number] = revision
            identity = Identity(
                revision.area,
                revision.period.id,
                revision.form,
                revision.boundary,
                revision.number,
                revision.run_id,
                revision.content_sha256,
            )
            files = {"report.html": b"<p>", "rollup.csv": write_csv(revision.rows, self.catalog.indicators)}
            files[MANIFEST] = write_manifest(identity, files, EDITION)
            store_revision(self.store, publication_name(revision, self.catalog), identity, lambda files=files: files)
        return self

    def build(self) -> SiteOutcome:
        """Build the site as a run does."""
        return build_site(self.store, self.catalog, self._load)

    def _load(self, ref: PublishedRevisionRef) -> Revision | None:
        self.requested.append(ref)
        return self.warehouse.get((_key(ref.area, ref.boundary), ref.period.id, ref.number))

    def pages(self) -> dict[str, bytes]:
        """Return all files that readers can open, by address."""
        files = {path.name: path.read_bytes() for path in self.root.glob("*.html")}
        for folder, _, names in os.walk(self.root / "site", followlinks=True):
            paths = (Path(folder, name) for name in names)
            files |= {path.relative_to(self.root).as_posix(): path.read_bytes() for path in paths}
        return files


def links_of(page: StrictPage) -> Iterator[str]:
    """Yield the addresses that a page names."""
    for _, facts in page.elements:
        yield from (value for name in ("href", "src", "action") if (value := facts.get(name)))


def resolved(address: str, link: str) -> str:
    """Return the address, relative to the published folder, that a link of a page leads to."""
    parts = urlsplit(link)
    assert not parts.scheme, f"{address} leads outside: {link}"
    assert not parts.netloc, f"{address} leads outside: {link}"
    if not parts.path:
        return address
    return posixpath.normpath(posixpath.join(posixpath.dirname(address), unquote(parts.path)))
