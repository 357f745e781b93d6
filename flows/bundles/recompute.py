"""Recompute a closed period's figures from the files that communes sent, in a temporary warehouse."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from domain.submissions import MoveReason, SubmissionState
from domain.vietnam_time import day_in_vietnam
from flows.bundles.bundle import DELIVERED, FINDINGS, INPUTS, OUTPUTS, BundleManifest, read_rows
from flows.bundles.compare_figures import FIGURES, FigureDifference, moved_figures
from flows.pipeline.revalidate import judged_otherwise, rules_beyond
from flows.pipeline.stages.read import ReadSubmission
from flows.support.context import AppContext, build_context
from flows.support.settings import Settings
from publishing.editions import SECOND_EDITION
from publishing.publish import bundle
from warehouse.queries.revisions import RevisionSelector, find_revision, read_to_publish
from warehouse.rollups.closings import key_columns
from warehouse.rollups.excerpts import Rows, as_of_today, merged, put_back
from warehouse.rollups.revision_rows import newest_revision, write_revision
from warehouse.rollups.rollups import RevisionOrigin, draft_of
from warehouse.store.engine import Session, transaction
from warehouse.store.reference import mirror_catalog
from warehouse.submissions.loading import keep_observations
from warehouse.submissions.submissions import Pending
from workbooks.identify.hints import Hints
from workbooks.pool.landed_file import LandedFile

_JUDGED: Final = frozenset({SubmissionState.ACCEPTED, SubmissionState.SUPERSEDED, SubmissionState.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class RecomputedRollup:
    """Result of recomputing: the published files that are equal byte for byte, those that are not, and changed figures.

    `judged_otherwise` names workbooks that are read or judged otherwise than they were; `not_judged` the rules that
    compare other reports as well, not all of which are in a bundle.
    """

    equal: tuple[str, ...]
    differing: tuple[str, ...]
    figures: tuple[FigureDifference, ...]
    judged_otherwise: tuple[str, ...]
    not_judged: tuple[str, ...]


def recompute(
    manifest: BundleManifest, files: Mapping[str, Path], catalog: Path, home: Path, settings: Settings
) -> RecomputedRollup:
    """Read every input again, roll up as of the moment of the outputs, write these again and compare.

    Args:
        manifest: the closed figures.
        files: where the bundle's files lie, by their names in it.
        catalog: the bundle's catalogue.
        home: an empty folder to work in.
        settings: how workbooks are read.

    Raises:
        LookupError, TypeError, ValueError: the bundle's documents are malformed.
        TonghopError: its catalogue cannot be used, or figures of its area cannot be made.
    """
    results = {"home": home, "warehouse_url": "", "catalog": catalog, "inbox": (), "connectors": None, "areas": ()}
    context = build_context(settings.model_copy(update=results), clock=lambda: manifest.moment)
    rows = {name: as_of_today(read_rows(files[name])) for name in manifest.documents}
    delivered, findings = rows[DELIVERED], rows[FINDINGS]
    with transaction(context.engine) as session:
        mirror_catalog(session, context.catalog)
        put_back(session, merged(rows.values()))
    read = tuple(_read(context, delivered, files))
    figures = {row["id"] for row in delivered["submission"] if row["accepted_at"] is not None}
    with transaction(context.engine) as session:
        result = {
            read_submission.submission.id: read_submission.report.observations
            for read_submission in read
            if read_submission.submission.id in figures
        }
        keep_observations(session, result)
        made = _outputs(session, context, manifest)
    published = {name: path.read_bytes() for name, path in files.items() if name.startswith(f"{OUTPUTS}/")}
    equal = {name for name, content in made.items() if published.get(name) == content}
    return RecomputedRollup(
        equal=tuple(sorted(equal)),
        differing=tuple(sorted((published.keys() | made.keys()) - equal)),
        figures=moved_figures(published[f"{OUTPUTS}/{FIGURES}"], made[f"{OUTPUTS}/{FIGURES}"]),
        judged_otherwise=judged_otherwise(context, delivered, findings, read),
        not_judged=rules_beyond(context.catalog),
    )


def _read(context: AppContext, delivered: Rows, files: Mapping[str, Path]) -> Iterator[ReadSubmission]:
    """Return the content of every workbook that the rules have judged."""
    rows = [row for row in delivered["submission"] if _was_judged(row)]
    waiting = [_pending(row, delivered["delivery"]) for row in rows]
    landed = [
        LandedFile(
            files[f"{INPUTS}/{waiting_file.sha256}"],
            Hints(file_name=waiting_file.file_name, folders=waiting_file.folders),
        )
        for waiting_file in waiting
    ]
    with context.open_reader() as reader:
        reports = reader.read(landed)
    for file, report in zip(waiting, reports, strict=True):
        own = report.of_part(file.part)
        yield ReadSubmission(submission=file, report=own, may_be_judged=own.is_placeable)


def _was_judged(row: Mapping[str, Any]) -> bool:
    return row["state"] in _JUDGED or row["reason"] == MoveReason.RULES_REFUSED


def _pending(row: Mapping[str, Any], deliveries: Sequence[Mapping[str, Any]]) -> Pending:
    """Return the submission as it was when judged: name and folders are those of its newest delivery until then."""
    mine = [delivery for delivery in deliveries if row["delivery_id"] in (delivery["id"], delivery["repeats_id"])]
    then = [
        delivery for delivery in mine if row["judged_at"] is not None and delivery["landed_at"] <= row["judged_at"]
    ] or mine
    newest = max(then, key=lambda delivery: (delivery["landed_at"], delivery["delivered_at"], delivery["id"]))
    return Pending(
        id=row["id"],
        sha256=row["sha256"],
        path=newest["path"],
        file_name=newest["file_name"],
        folders=tuple(newest["path"].split("/")[:-1]),
        delivered_at=datetime.fromisoformat(newest["delivered_at"]),
        state=SubmissionState(row["state"]),
        part=row.get("part"),
    )


def _outputs(session: Session, context: AppContext, manifest: BundleManifest) -> dict[str, bytes]:
    """Return the published files, made again."""
    key = manifest.key(context.catalog, day_in_vietnam(manifest.moment))
    origin = RevisionOrigin(manifest.revision, manifest.run_id, manifest.moment, manifest.finality)
    previous = newest_revision(session, key_columns(key))
    has_bounds = manifest.edition > SECOND_EDITION
    draft = draft_of(session, context.catalog, key, origin, manifest.moment, has_bounds=has_bounds)
    write_revision(session, draft, previous)
    which = RevisionSelector(manifest.revision, key.form, key.boundary, key.area.valid_from)
    made = read_to_publish(session, context.catalog, find_revision(session, key.area.code, key.period, which))
    files = bundle(made, context.catalog, manifest.lang, manifest.edition)
    return {f"{OUTPUTS}/{name}": content for name, content in files.items()}
