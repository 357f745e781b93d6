"""The archive that keeps a closed period: inputs by hash, catalogue, rule results, outputs, and a manifest of all."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from connectors.stores.local import LocalStore
from domain.catalog.catalog import Catalog
from domain.periods import Period, parse_period
from domain.rollups import Boundary, Finality
from domain.texts import Lang
from flows.bundles.archive import files_below
from flows.support.context import AppContext
from publishing.editions import FIRST_EDITION
from publishing.publish import publish
from publishing.storage.manifest import MANIFEST as PUBLISHED
from publishing.storage.manifest import edition_of
from warehouse.queries.earlier.excerpt import earlier_rows_of
from warehouse.queries.revisions import RevisionSelector, find_revision, read_to_publish
from warehouse.rollups.excerpts import Rows, findings_of, inputs_of, revision_rows_of, submissions_under, waivers_of
from warehouse.rollups.scope import RollupKey
from warehouse.store.engine import Session

FORMAT: Final = 3
CATALOG: Final = "catalog"
INPUTS: Final = "inputs"
OUTPUTS: Final = "outputs"
DELIVERED: Final = "inputs.json"
FINDINGS: Final = "findings.json"
WAIVERS: Final = "waivers.json"
BEFORE: Final = "before.json"
EARLIER: Final = "earlier_periods.json"

_DOCUMENTS: Final = {
    1: (DELIVERED, FINDINGS, BEFORE),
    2: (DELIVERED, FINDINGS, WAIVERS, BEFORE),
    3: (DELIVERED, FINDINGS, WAIVERS, BEFORE, EARLIER),
}
"""Documents of a bundle by format. Earlier formats stay readable: they lack what was not kept at their time."""

_LANGUAGE = re.compile(rb'<html lang="(vi|en)"')


@dataclass(frozen=True, slots=True)
class BundleManifest:
    """Contents of a bundle, and the versions that it was made with.

    `run_id`, `published_at`, `revision`, `finality` and `edition` are those of the outputs, `catalog_version` that of
    the catalogue inside. `missing` names the units that were missing, and refused ones. `differing` are outputs that
    the closing program itself writes otherwise, for an earlier version had published them, and `judged_otherwise`
    workbooks that it reads or judges otherwise. `files` is sha256 by path.
    """

    format: int
    area: str
    area_valid_from: str
    area_name: str
    form: str
    period: str
    boundary: str
    revision: int
    run_id: str
    published_at: str
    content_sha256: str
    lang: Lang
    edition: int
    missing: tuple[str, ...]
    closed_at: str
    closed_by: str
    catalog_version: str
    versions: Mapping[str, str]
    differing: tuple[str, ...]
    judged_otherwise: tuple[str, ...]
    files: Mapping[str, str]
    finality: Finality = Finality.PRELIMINARY

    def key(self, catalog: Catalog, today: date) -> RollupKey:
        """Describe the closed figures; `today` is the day they were made on.

        Raises:
            UsageError: the catalogue knows no such area or form.
        """
        period, boundary = self.known_period, Boundary(self.boundary)
        return RollupKey(catalog.area(self.area, self.form, period, boundary, today), self.form, period, boundary)

    @property
    def documents(self) -> tuple[str, ...]:
        """The documents of a bundle of this format."""
        return _DOCUMENTS[self.format]

    @property
    def known_period(self) -> Period:
        """The period as a value."""
        return parse_period(self.period)

    @property
    def moment(self) -> datetime:
        """When the outputs were made."""
        return datetime.fromisoformat(self.published_at)


@dataclass(frozen=True, slots=True)
class BundleContents:
    """Files of a bundle beside its manifest, by their present paths, and the manifest's facts."""

    files: Mapping[str, Path]
    facts: Mapping[str, Any]


def read_manifest(content: Mapping[str, Any]) -> BundleManifest:
    """Return the manifest of an archive.

    Raises:
        TypeError: it is not a bundle's.
    """
    listed = {name: tuple(content.get(name, ())) for name in ("missing", "differing", "judged_otherwise")}
    finality = Finality(content.get("finality", Finality.PRELIMINARY))  # without it, as before figures became final
    bundle_manifest = BundleManifest(**{"edition": FIRST_EDITION, **content, **listed, "finality": finality})
    if bundle_manifest.format not in _DOCUMENTS:
        raise TypeError(f"format {bundle_manifest.format}")
    return bundle_manifest


def gather(session: Session, context: AppContext, key: RollupKey, number: int, folder: Path) -> BundleContents:
    """Gather the inputs and outputs of a revision; what lies in the warehouse is written to the folder.

    The outputs are those that the revision will be published with.

    Raises:
        NotLandedError, DamagedBytesError: an input is missing or altered.
    """
    catalog = context.catalog
    which = RevisionSelector(number, key.form, key.boundary, key.area.valid_from)
    head = find_revision(session, key.area.code, key.period, which)
    earlier = RevisionSelector(number - 1, key.form, key.boundary, key.area.valid_from)
    previous = find_revision(session, key.area.code, key.period, earlier) if number > 1 else None
    before = revision_rows_of(session, previous)
    ids = submissions_under(session, catalog, key, before)
    delivered = inputs_of(session, ids)
    revision = read_to_publish(session, catalog, head)
    documents = {
        DELIVERED: delivered,
        FINDINGS: findings_of(session, ids),
        WAIVERS: waivers_of(session, ids),
        BEFORE: before,
        EARLIER: earlier_rows_of(session, catalog, revision, head.id),
    }
    published = folder / "published"
    link = publish(revision, catalog, LocalStore(published), context.lang)
    outputs = files_below((published / link).resolve(), OUTPUTS)
    files = {
        **{name: _write(folder / name, rows) for name, rows in documents.items()},
        **outputs,
        **files_below(catalog.root, CATALOG),
        **{f"{INPUTS}/{row['sha256']}": context.landing.checked_path(row["sha256"]) for row in delivered["submission"]},
    }
    facts = {
        "format": FORMAT,
        "area": head.area_code,
        "area_valid_from": head.area_valid_from.isoformat(),
        "area_name": head.area_name,
        "form": head.form,
        "period": head.period,
        "boundary": str(head.boundary),
        "revision": head.number,
        "run_id": head.run_id,
        "published_at": head.published_at.isoformat(),
        "content_sha256": head.content_sha256,
        "lang": _language_of(outputs[f"{OUTPUTS}/report.html"]),
        "edition": edition_of(outputs[f"{OUTPUTS}/{PUBLISHED}"].read_bytes()),
        "catalog_version": catalog.version,
        "finality": str(head.finality),
    }
    return BundleContents(files, facts)


def read_rows(path: Path) -> Rows:
    """Return the rows of one of a bundle's documents.

    Raises:
        ValueError: it is not JSON.
    """
    rows: Rows = json.loads(path.read_bytes())
    return rows


def _write(path: Path, rows: Rows) -> Path:
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def _language_of(page: Path) -> str:
    match = _LANGUAGE.search(page.read_bytes())
    return match[1].decode() if match else "vi"
