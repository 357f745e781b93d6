"""An installation of version 0.1.0 goes on: its warehouse, revisions, bundles, backups and catalogue."""

import json
import platform
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from connectors.landing import Landing
from connectors.stores.local import LocalStore
from domain.catalog.catalog import Catalog, load_catalog
from domain.catalog.forms import Forms
from domain.catalog.texts import Texts, load_texts
from domain.indicators import Indicator
from domain.periods import parse_period
from domain.rollups import Finality
from flows.actions.backup import restore_backup
from flows.actions.verification import VerificationResult, verify
from flows.support.unpack_limits import UnpackLimits
from publishing.storage.manifest import Identity
from publishing.storage.manifest import verify as verify_manifest
from tests.flows.pipeline.nightly_runs import AREA, WRONG, context_of, deliver, run_plainly, settings_of
from warehouse import queries
from warehouse.rollups.closings import closings
from warehouse.store.engine import migrate, open_engine, reading
from workbooks.sample.inbox import make_sample

pytestmark = pytest.mark.long

APRIL, MAY, JUNE = (parse_period(f"2025-0{month}") for month in (4, 5, 6))
AFTER_JUNE = datetime(2025, 6, 18, 18, tzinfo=UTC)


def test_the_warehouse_is_migrated_and_says_what_it_said(old: Path, old_url: str) -> None:
    """Figures, versions and the closing read through today's code are those of the published table; closed is final."""
    engine = open_engine(old_url)
    migrate(engine)
    with reading(engine) as session:
        may = queries.revision(session, AREA, MAY)
        assert session.scalar(text("SELECT count(*) FROM submission")) == 17
        assert [unit.code for unit in may.units if unit.state != "accepted"] == []
        closed = [(closing.area, closing.period) for closing in closings(session)]
        finality = {row.finality for row in queries.revision(session, AREA, APRIL).rows}
    published = (old / "home" / "published" / "2025-05" / AREA / "manifest.json").read_text("utf-8")
    assert (may.number, may.content_sha256) == (
        json.loads(published)["revision"],
        json.loads(published)["content_sha256"],
    )
    assert (closed, finality) == ([(AREA, APRIL)], {Finality.FINAL})
    assert {row.finality for row in may.rows} == {Finality.PRELIMINARY}
    engine.dispose()


def test_old_revisions_agree_with_their_manifests(old: Path) -> None:
    """Every file of every revision that 0.1.0 wrote still is what its manifest says."""
    store = LocalStore(old / "home" / "published")
    folders = [path.parent for path in (store.root / ".revisions").glob("*/*/*/manifest.json")]
    assert len(folders) >= 3
    for folder in folders:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        manifest.pop("files")
        verify_manifest(store, folder.relative_to(store.root).as_posix(), Identity(**manifest))


def test_old_bundle_has_the_same_result(old: Path, facts: Mapping[str, Any]) -> None:
    """Its figures come out of the communes' files again; only another library may write other bytes."""
    recorded = facts["verify"]
    report = verify(old / "home" / facts["bundle"], settings_of(old / "home"), recorded["sha256"])
    assert (report.damage, report.unexplained) == ((), ())
    assert report.result is not None
    assert (report.result.figures, report.result.judged_otherwise) == ((), ())
    then = recorded["manifest"]["versions"]
    writers = ("xlsxwriter", "jinja2")
    if platform.python_version() == then["python"] and all(version(name) == then[name] for name in writers):
        assert (report.verdict, recorded["verdict"]) == (VerificationResult.EQUAL, "equal")


def test_an_old_backup_is_restored(old: Path, warehouse_url: str, tmp_path: Path) -> None:
    """Warehouse, landed files, bundles and catalogue come back on either engine."""
    home = tmp_path / "restored"
    home.mkdir()
    engine = open_engine(warehouse_url)
    migrate(engine)
    result = restore_backup(
        old / "backup.tar.gz", engine, Landing(home / "landing"), home, lambda *_: None, limits=UnpackLimits()
    )
    assert (result.manifest.landed, result.manifest.lost) == (17, ())
    with reading(engine) as session:
        assert queries.revision(session, AREA, MAY).number >= 2
        assert session.scalar(text("SELECT count(*) FROM submission")) == 17
    assert list((home / "closed").rglob("*.tar.gz"))
    engine.dispose()


def test_an_old_catalogue_has_the_texts_of_later_versions(old: Path, texts: Texts) -> None:
    """Issues and commands that 0.1.0 did not know have the shipped texts; its own stay as they are."""
    own = load_texts(old / "catalog")
    assert own.issues.keys() >= texts.issues.keys()
    assert own.by_key.keys() >= texts.by_key.keys()
    assert own.issues["cell_comment"] == texts.issues["cell_comment"]


def test_an_old_catalogue_loads(old: Path, forms: Forms, indicators: Mapping[str, Indicator]) -> None:
    """A deployment's own catalogue of 0.1.0 gives the figures' structure that it gave."""
    own = load_catalog(old / "catalog")
    assert own.indicators.keys() < indicators.keys()
    assert own.forms.deadline("cds_x_t", MAY, own.forms.form("cds_x_t").level) == forms.deadline(
        "cds_x_t", MAY, forms.form("cds_x_t").level
    )


@pytest.mark.parametrize("own_catalog", [False, True])
def test_the_next_nightly_run_goes_on(old: Path, catalog: Catalog, own_catalog: bool) -> None:
    """June's reports are collected, judged beside the old ones and published; May and the closed April stand."""
    home = old / "home"
    shutil.rmtree(home / "inbox", ignore_errors=True)
    before = (home / "published" / "2025-04" / AREA).resolve()
    files = [file for file in make_sample(catalog, AREA, [JUNE], seed=1) if not file.is_correction]
    deliver(home, [file for file in files if WRONG not in file.path.name])
    # Records by commands that closed April carry the day on which the home was made, long after its reports.
    more: dict[str, object] = {"records_ahead_until": datetime.now(UTC)}
    more |= {"catalog": old / "catalog"} if own_catalog else {}
    outcome = run_plainly(context_of(home, AFTER_JUNE, **more), "june", pages=not own_catalog)
    assert [submission.accepted for submission in outcome.verdicts] == [True] * 7
    assert ("2025-06", AREA) in {(published.period, published.area) for published in outcome.given}
    assert (home / "published" / "2025-04" / AREA).resolve() == before
