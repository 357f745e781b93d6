"""A closed period proves itself: its bundle gives the same bytes again, and whatever was changed in it is named."""

import errno
import io
import json
import os
import shutil
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app
from cli.output.preview_output import show_preview
from cli.output.terminal import Terminal
from domain.catalog.catalog import SHIPPED, Catalog
from domain.catalog.rules import load_rules
from domain.errors import UsageError
from domain.periods import parse_period
from domain.rollups import Boundary
from flows.actions.closing import close_period as closing
from flows.actions.closing.close_period import (
    ClosedPeriod,
    NotRecomputableError,
    close_period,
    reopen_period,
    require_open,
)
from flows.actions.preview import preview
from flows.actions.verification import Damage, OtherProgramError, VerificationReport, VerificationResult, verify
from flows.actions.withdraw import decide
from flows.bundles.archive import ArchiveDamagedError
from flows.bundles.compare_figures import FigureDifference
from flows.bundles.recompute import RecomputedRollup
from flows.pipeline.outcome import PublishedRevision
from flows.pipeline.pipeline import Run
from flows.pipeline.progress import NoProgress
from flows.pipeline.scope import RunScope
from flows.pipeline.steps import PlainSteps
from flows.support.atomic_files import NoRoomError, NoRoomToWorkError
from flows.support.context import AppContext, build_context
from flows.support.settings import Settings
from tests.builders import make_workbook
from tests.flows.deployments.prefect_server import clean_environment
from tests.flows.pipeline.nightly_runs import (
    AREA,
    NOW,
    WRONG,
    context_of,
    deliver,
    prepare_home,
    published_rows,
    put,
    rows_of,
    run_plainly,
    settings_of,
    without_pages,
)
from warehouse.rollups.closings import Closing
from warehouse.rollups.scope import RollupKey
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.report_keys import ReportKey
from workbooks.sample.inbox import SampleFile, make_sample

pytestmark = pytest.mark.xdist_group("close")

FORM = "cds_x_t"
MAY = parse_period("2025-05")
UNIT = "22813"
OTHER_VERSION = "0.0.1"
Files = dict[str, bytes]


@pytest.fixture(autouse=True)
def recompute_in_a_migrated_warehouse(mirrored_warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lay a warehouse with tables and units where figures are recomputed, which would be made anew each time."""

    def prepared(settings: Settings, **more: Any) -> AppContext:  # noqa: ANN401 # handed on as it came
        prepare_home(settings.home, mirrored_warehouse)
        return build_context(settings, **more)

    monkeypatch.setattr("flows.bundles.recompute.build_context", prepared)


@pytest.fixture
def figures_only() -> Iterator[None]:
    """Publish, and prove, figures and one page only; that all files are made again is shown by other tests."""
    with without_pages("report.html"):
        yield


def run_of(home: Path, run_id: str = "closing", context: AppContext | None = None) -> tuple[Run, RollupKey]:
    """Return a run that closes or opens May of the district, days after the runs of these tests."""
    context = context or context_of(home, now=NOW + timedelta(days=3))
    area = context.catalog.area(AREA, FORM, MAY, Boundary.AS_THEN, context.today)
    return Run(context, RunScope(MAY), PlainSteps(run_id, delays=()), NoProgress()), RollupKey(area, FORM, MAY)


def shut(home: Path, *, partial: bool = False, run_id: str = "closing") -> ClosedPeriod:
    """Close May."""
    run, cell = run_of(home, run_id)
    return close_period(run, cell, DecisionReason("", "an"), settings_of(home), partial=partial)


def open_again(home: Path) -> tuple[Closing, tuple[PublishedRevision, ...]]:
    """Open May again."""
    run, cell = run_of(home, "reopening")
    return reopen_period(run, cell, DecisionReason("the commune counted twice", "an"))


def verified(archive: Path, folder: Path) -> VerificationReport:
    """Verify a bundle with nothing but an empty folder."""
    return verify(archive, settings_of(folder / "nowhere"))


@pytest.fixture(scope="session")
def closed_home(tmp_path_factory: pytest.TempPathFactory, night_home: Path, correction: SampleFile) -> Path:
    """A home in which May was corrected and then closed at revision 3; never written to."""
    home = tmp_path_factory.mktemp("closed") / "home"
    shutil.copytree(night_home, home, symlinks=True)
    deliver(home, [correction])
    later = context_of(home, now=NOW + timedelta(hours=1))
    run_plainly(later, "second")
    later.engine.dispose()
    shut(home)
    return home


@pytest.fixture(scope="session")
def bundle(closed_home: Path) -> Path:
    """The bundle of that closing."""
    return closed_home / "closed" / "2025-05" / "585-3.tar.gz"


@pytest.fixture
def after_closing(tmp_path: Path, closed_home: Path) -> Path:
    """A home of the test's own in which May is closed."""
    shutil.copytree(closed_home, tmp_path / "home", symlinks=True)
    return tmp_path / "home"


@pytest.fixture(scope="module")
def late_file(catalog: Catalog) -> SampleFile:
    """One other figure of a commune for the same month."""
    files = make_sample(catalog, AREA, [MAY], seed=1, defects=0)
    file = next(file for file in files if UNIT in file.path.name)
    return replace(file, data=make_workbook(catalog, UNIT, "2025-05", figures={"tttt_hs": (60, 117)}))


def test_bundle_gives_the_same_bytes_again(bundle: Path, tmp_path: Path) -> None:
    """Every published file, made again from the communes' workbooks, the final revision's number and word included."""
    result = verified(bundle, tmp_path)
    assert result.verdict is VerificationResult.EQUAL
    assert result.result is not None
    assert result.result.equal == tuple(sorted(name for name in result.manifest.files if name.startswith("outputs/")))
    assert {"outputs/report.html", "outputs/leader.vi.html"} <= set(result.result.equal)
    assert (result.result.differing, result.result.judged_otherwise, result.versions) == ((), (), ())
    assert set(result.result.not_judged) >= {"stock_falls", "stock_falls_far"}
    assert b'"final"' in unpacked(bundle)["outputs/rollup.csv"]
    assert not (tmp_path / "nowhere").exists()


def test_bundle_carries_earlier_periods(tmp_path: Path, catalog: Catalog, mirrored_warehouse: Path) -> None:
    """A page of May shows April's figures, and what its units gave; in an empty home both come from the bundle."""
    home = tmp_path / "home"
    prepare_home(home, mirrored_warehouse)
    deliver(home, make_sample(catalog, AREA, [parse_period("2025-04"), MAY], seed=1, defects=0))
    run_plainly(context_of(home, now=NOW))
    closed = shut(home)
    assert verified(closed.path, tmp_path).verdict is VerificationResult.EQUAL
    files = unpacked(closed.path)
    assert "Tháng 4/2025" in files["outputs/leader.vi.html"].decode()
    earlier = json.loads(files["earlier_periods.json"])
    assert {row["period"] for row in earlier["rollup_revision"]} == {"2025-04", "2025-05"}  # its own first
    held = [each.id for each in catalog.indicators.values() if each.holds_on(catalog.forms.last_day(FORM, MAY))]
    leads = catalog.lead_indicators(held)
    assert {row["indicator"] for row in earlier["rollup_contribution"]} == set(leads)
    assert len(earlier["rollup_contribution"]) == 8 * len(leads)


def test_bundle_keeps_inputs_catalogue_and_findings(bundle: Path, closed_home: Path) -> None:
    """Nine workbooks, the refused one among them, with why it was refused; the whole catalogue; a manifest of all."""
    files = unpacked(bundle)
    manifest = json.loads(files["manifest.json"])
    inputs = {name.removeprefix("inputs/") for name in files if name.startswith("inputs/")}
    assert inputs == {str(digest) for (digest,) in rows_of(closed_home, "SELECT sha256 FROM submission")}
    assert len(inputs) == 9
    refused = [row for row in json.loads(files["inputs.json"])["submission"] if row["state"] == "quarantined"]
    result = json.loads(files["findings.json"])["issue"]
    assert {row["severity"] for row in result if row["submission_id"] == refused[0]["id"]} >= {"critical"}
    assert (manifest["revision"], manifest["finality"]) == (3, "final")
    assert (manifest["closed_by"], manifest["missing"]) == ("an", [])
    assert {"tonghop", "code", "python", "openpyxl"} <= manifest["versions"].keys()
    assert {
        name: sha256(content).hexdigest() for name, content in files.items() if name != "manifest.json"
    } == manifest["files"]
    assert "catalog/messages/flows.yaml" in files


@pytest.mark.usefixtures("figures_only")
def test_partial_period_needs_its_option(after_night: Path, tmp_path: Path) -> None:
    """Without --partial the missing units are named and nothing is closed; with it the bundle is verified as well."""
    with pytest.raises(UsageError, match=rf"missing: {WRONG} Xã Ma Nới \(2025-05, quarantined\)"):
        shut(after_night)
    assert rows_of(after_night, "SELECT count(*) FROM closing") == [(0,)]
    assert not (after_night / "closed").exists()
    closed = shut(after_night, partial=True, run_id="again")
    assert (closed.path.name, closed.found.missing) == ("585-2.tar.gz", 1)
    assert verified(closed.path, tmp_path).verdict is VerificationResult.EQUAL


@pytest.mark.usefixtures("figures_only")
def test_late_correction_waits_for_a_reopening(after_closing: Path, late_file: SampleFile, tmp_path: Path) -> None:
    """The nightly run keeps it and reports that it waits; after reopening it is published and can be closed again."""
    before = published_rows(after_closing)
    put(after_closing / "inbox" / "sua" / late_file.path.name, late_file.data)
    context = context_of(after_closing, now=NOW + timedelta(days=3))
    outcome = run_plainly(context, "late-night")
    assert [submission_outcome.accepted for submission_outcome in outcome.verdicts] == [True]
    assert outcome.given == ()
    assert [(period_held.area, period_held.period, period_held.reports) for period_held in outcome.held] == [
        (AREA, "2025-05", 1)
    ]
    assert published_rows(after_closing) == before
    closing, (result,) = open_again(after_closing)
    assert (closing.revision, result.revision) == (3, 4)
    assert result.changes
    closed = shut(after_closing, run_id="closed-anew")
    assert closed.path.name == "585-5.tar.gz"
    assert verified(closed.path, tmp_path).verdict is VerificationResult.EQUAL
    assert (after_closing / "closed" / "2025-05" / "585-3.tar.gz").is_file()


@pytest.mark.usefixtures("figures_only")
def test_bundle_verifies_on_either_engine(
    tmp_path: Path, warehouse_url: str, first_files: tuple[SampleFile, ...], correction: SampleFile
) -> None:
    """Figures judged and summed in PostgreSQL are reproduced from the bundle, rule results included."""
    home = tmp_path / "home"
    deliver(home, [file for file in first_files if WRONG not in file.path.name] + [correction])
    context = context_of(home, now=NOW, warehouse_url=warehouse_url)
    run_plainly(context)
    run, cell = run_of(home, context=context_of(home, now=NOW + timedelta(days=3), warehouse_url=warehouse_url))
    closed = close_period(run, cell, DecisionReason("", "an"), settings_of(home, warehouse_url=warehouse_url))
    assert (closed.proof.figures, closed.proof.differing, closed.proof.judged_otherwise) == ((), (), ())
    assert verified(closed.path, tmp_path).verdict is VerificationResult.EQUAL


@pytest.mark.usefixtures("figures_only")
def test_closing_again_keeps_the_earlier_bundle(after_closing: Path) -> None:
    """Closing again, though no figure moved, makes another bundle: the hash of the first was noted."""
    first = after_closing / "closed" / "2025-05" / "585-3.tar.gz"
    noted = sha256(first.read_bytes()).hexdigest()
    open_again(after_closing)
    again = shut(after_closing, run_id="again")
    assert (again.path.name, again.revision) == ("585-5.tar.gz", 5)
    assert sha256(first.read_bytes()).hexdigest() == noted
    assert rows_of(after_closing, "SELECT bundle_sha256 FROM closing ORDER BY id") == [(noted,), (again.sha256,)]


@pytest.mark.usefixtures("figures_only")
def test_interrupted_closing_is_repeated(after_night: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bundle without its closing closes nothing; the next one replaces it, for its hash was never shown."""

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(closing, "close", die)
        with pytest.raises(KeyboardInterrupt):
            shut(after_night, partial=True)
    assert rows_of(after_night, "SELECT count(*) FROM closing") == [(0,)]
    closed = shut(after_night, partial=True, run_id="again")
    assert [path.name for path in (after_night / "closed" / "2025-05").iterdir()] == ["585-2.tar.gz"]
    assert rows_of(after_night, "SELECT bundle_sha256 FROM closing") == [(closed.sha256,)]


@pytest.mark.parametrize(
    ("where", "error", "output"),
    [
        ("flows.bundles.bundle._write", NoRoomToWorkError, "no room to work in"),
        ("tarfile.TarFile.addfile", NoRoomError, r"no room for .*585-2\.tar\.gz"),
    ],
    ids=["folder to prove it in", "bundle"],
)
def test_full_disk_closes_nothing(
    where: str, error: type[Exception], output: str, after_night: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the bundle or its verification runs out of disk space, the error names the folder."""

    def full(*_given: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(where, full)
    with pytest.raises(error, match=output):
        shut(after_night, partial=True)
    assert rows_of(after_night, "SELECT count(*) FROM closing") == [(0,)]
    assert [path for path in (after_night / "closed").rglob("*") if path.is_file()] == []


def test_dry_run_shows_what_reopening_would_change(
    after_closing: Path, late_file: SampleFile, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A dry run over a closed period opens it in its transaction alone, names the command, and shows the figures."""
    put(tmp_path / "late.xlsx", late_file.data)
    context = context_of(after_closing, now=NOW + timedelta(days=3))
    result = preview(context, RunScope(MAY, frozenset({UNIT})), NoProgress(), [tmp_path / "late.xlsx"])
    assert [(item.area, item.revision) for item in result.closed] == [(AREA, 3)]
    assert [(published.area, published.revision) for published in result.outcome.given] == [(AREA, 4)]
    assert result.outcome.given[0].changes
    assert rows_of(after_closing, "SELECT count(*) FROM closing WHERE reopened_at IS NULL") == [(1,)]
    show_preview(Terminal(context.catalog, "en"), result)
    assert "tonghop close 2025-05 --area 585 --reopen" in " ".join(capsys.readouterr().out.split())


def test_status_shows_a_closing(after_closing: Path, late_file: SampleFile, monkeypatch: pytest.MonkeyPatch) -> None:
    """The status names the person, the revision, and the number of waiting reports."""
    put(after_closing / "inbox" / "sua" / late_file.path.name, late_file.data)
    run_plainly(context_of(after_closing, now=NOW + timedelta(days=3)), "late-night")
    for name, value in {"HOME": str(after_closing), "LANG": "en"}.items():
        monkeypatch.setenv(f"TONGHOP_{name}", value)
    result = CliRunner().invoke(app, ["status", "--area", AREA, "--period", "2025-05"]).output
    result = " ".join(result.split())
    assert "Closed at revision 3 on 6 Jun 2025 by an." in result
    assert "wait for a reopening: 1." in result


def test_reruns_and_withdrawals_are_refused_in_a_closed_period(after_closing: Path) -> None:
    """Both are refused with the command that reopens it; another commune's month is open."""
    run, _ = run_of(after_closing)
    with pytest.raises(UsageError, match=r"tonghop close 2025-05 --area 585 --reopen"):
        require_open(run.context, MAY, [WRONG])
    require_open(run.context, MAY, ["00001"])
    unit = run.context.catalog.units.get(UNIT, run.context.catalog.forms.last_day(FORM, MAY)).key
    with pytest.raises(UsageError, match="was closed by an on 2025-06-06, at revision 3"):
        decide(run, "withdraw", ReportKey(unit, FORM, MAY), DecisionReason("wrong month", "an"))
    assert rows_of(after_closing, "SELECT count(*) FROM submission WHERE state = 'withdrawn'") == [(0,)]


def test_figures_that_do_not_come_out_again_are_not_closed(after_night: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the warehouse says something else than the files, nothing is closed and the figures are named."""
    made = RecomputedRollup((), (), (FigureDifference("an_indicator", "value", "5", "6"),), (), ())
    monkeypatch.setattr(closing, "recompute", lambda *_given: made)
    with pytest.raises(NotRecomputableError, match="an_indicator value: '5' → '6'"):
        shut(after_night, partial=True)
    assert rows_of(after_night, "SELECT count(*) FROM closing") == [(0,)]
    assert list((after_night / "closed").rglob("*.tar.gz")) == []


def test_changed_input_is_named_with_its_commune(bundle: Path, tmp_path: Path) -> None:
    """A workbook exchanged inside the bundle is found by the name it was delivered under, manifest changed or not."""
    files = unpacked(bundle)
    name = next(name for name in files if name.startswith("inputs/"))
    files[name] += b"\0"
    result = verified(packed(files, tmp_path), tmp_path)
    (damage,) = result.damage
    assert (result.verdict, damage.file, damage.kind) == (VerificationResult.DAMAGED, name, "altered")
    assert damage.whose.endswith(".xlsx")
    assert verified(packed(agreeing(files), tmp_path), tmp_path).damage == (damage,)


def test_changed_figure_is_named(bundle: Path, tmp_path: Path) -> None:
    """A published figure changed along with the manifest does not come out of the communes' files."""
    files = unpacked(bundle)
    head, first, *rest = files["outputs/rollup.csv"].decode().split("\r\n")
    cells = first.split(",")
    indicator = cells[2].strip('"')
    cells[4] = '"1"'
    files["outputs/rollup.csv"] = "\r\n".join([head, ",".join(cells), *rest]).encode()
    assert verified(packed(files, tmp_path), tmp_path).damage == (Damage("outputs/rollup.csv", "altered", ""),)
    result = verified(packed(agreeing(files), tmp_path), tmp_path)
    assert result.verdict is VerificationResult.DAMAGED
    assert result.result is not None
    assert {(figure.indicator, figure.column, figure.published) for figure in result.result.figures} == {
        (indicator, "numerator", "1")
    }


@pytest.mark.parametrize(
    ("versions", "submission_outcome"),
    [({}, VerificationResult.DAMAGED), ({"openpyxl": "0"}, VerificationResult.FILES_DIFFER)],
)
def test_files_may_differ_where_versions_do(
    versions: dict[str, str], submission_outcome: VerificationResult, bundle: Path, tmp_path: Path
) -> None:
    """A differing page is attributed to another library version; with equal versions it is reported as altered."""
    files = unpacked(bundle)
    files["outputs/report.html"] = files["outputs/report.html"].replace(b"</html>", b"<!-- --></html>")
    result = verified(packed(agreeing(files, versions=versions), tmp_path), tmp_path)
    assert result.result is not None
    assert (result.verdict, result.result.differing, result.result.figures) == (
        submission_outcome,
        ("outputs/report.html",),
        (),
    )
    assert [version.name for version in result.versions] == list(versions)


def test_bundle_of_an_earlier_format_is_read_for_ever(bundle: Path, tmp_path: Path) -> None:
    """One from before warnings were answered lacks that document and a later column, and words its notes otherwise."""
    files = unpacked(bundle)
    del files["waivers.json"]
    rows = json.loads(files["inputs.json"])
    for row in rows["submission"]:
        del row["asked_again"]
    files["inputs.json"] = json.dumps(rows).encode()
    head, first, *rest = files["outputs/rollup.csv"].split(b"\r\n")
    assert first.endswith(b',"","final"')
    first = first.removesuffix(b'"","final"') + b'"worded otherwise","final"'
    files["outputs/rollup.csv"] = b"\r\n".join([head, first, *rest])
    made = agreeing(files, format=1, versions={"code": "0"})
    result = verified(packed(made, tmp_path), tmp_path)
    assert result.result is not None
    assert (result.verdict, result.result.figures) == (VerificationResult.FILES_DIFFER, ())
    assert result.result.differing == ("outputs/rollup.csv",)


def test_bundle_that_only_another_version_reads_says_which(bundle: Path, tmp_path: Path) -> None:
    """A catalogue that this version cannot read is no damage: the version that closed it is named."""
    files = unpacked(bundle)
    files["catalog/forms/marks.yaml"] = b"other: marks\n"
    made = packed(agreeing(files, versions={"code": "0a1b2c3d4e5f6", "tonghop": OTHER_VERSION}), tmp_path)
    with pytest.raises(OtherProgramError, match=rf"tonghop {OTHER_VERSION}, code 0a1b2c3d4e5f\."):
        verified(made, tmp_path)


def test_changed_finding_is_named(bundle: Path, tmp_path: Path) -> None:
    """Rule results altered along with the manifest are found by judging again, where nothing else can explain it."""
    files = unpacked(bundle)
    findings = json.loads(files["findings.json"])
    rules = load_rules(SHIPPED)
    gone = next(row for row in findings["issue"] if row["code"] in rules and row["severity"] == "critical")
    findings["issue"].remove(gone)
    files["findings.json"] = json.dumps(findings).encode()
    result = verified(packed(agreeing(files), tmp_path), tmp_path)
    assert (result.verdict, result.unexplained) == (VerificationResult.DAMAGED, ("findings.json",))
    other = verified(packed(agreeing(files, versions={"openpyxl": "0"}), tmp_path), tmp_path)
    assert (other.verdict, len(other.result.judged_otherwise if other.result else ())) == (
        VerificationResult.FILES_DIFFER,
        1,
    )


@pytest.mark.parametrize(
    ("damage", "kind", "file"),
    [
        (lambda files: files.pop("findings.json"), "missing", "findings.json"),
        (lambda files: files.update({"outputs/more.txt": b"more"}), "unknown", "outputs/more.txt"),
    ],
    ids=["fewer", "more"],
)
def test_added_and_missing_files_are_named(
    damage: Callable[[Files], object], kind: str, file: str, bundle: Path, tmp_path: Path
) -> None:
    """Files in the archive without the manifest, or in the manifest without the archive, are named."""
    files = unpacked(bundle)
    damage(files)
    assert verified(packed(files, tmp_path), tmp_path).damage == (Damage(file, kind, ""),)


def test_other_facts_in_the_manifest_are_found(bundle: Path, tmp_path: Path) -> None:
    """Another revision number gives other files; another area is none of the bundle's."""
    files = unpacked(bundle)
    result = verified(packed(agreeing(files, revision=7), tmp_path), tmp_path)
    assert result.verdict is VerificationResult.DAMAGED
    with pytest.raises(ArchiveDamagedError, match="cannot be made again"):
        verified(packed(agreeing(files, area="nowhere"), tmp_path), tmp_path)
    with pytest.raises(ArchiveDamagedError, match="none of a closed period"):
        verified(packed(agreeing(files, format=9), tmp_path), tmp_path)


@pytest.mark.usefixtures("figures_only")
def test_commands_close_verify_and_open_again(after_correction: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands close a partial month, verify its bundle and reopen it, with their exit codes."""
    results = clean_environment(TONGHOP_HOME=str(after_correction), TONGHOP_LANG="en", TONGHOP_READING_WORKERS="0")
    monkeypatch.setattr(os, "environ", results)
    runner = CliRunner()
    result = runner.invoke(app, ["close", "2025-05", "--area", AREA, "--by", "an"])
    assert (result.exit_code, "Closed 2025-05 of Huyện Ninh Sơn at revision 3." in result.output) == (0, True)
    archive = str(after_correction / "closed" / "2025-05" / "585-3.tar.gz")
    result = runner.invoke(app, ["verify", archive])
    assert (result.exit_code, "Every file and every figure is equal." in result.output) == (0, True)
    assert isinstance(runner.invoke(app, ["verify", archive, "--sha256", "0"]).exception, ArchiveDamagedError)
    assert isinstance(runner.invoke(app, ["close", "2025-05", "--area", AREA]).exception, UsageError)
    refused = runner.invoke(app, ["rerun", "--period", "2025-05", "--unit", UNIT, "--note", "late"])
    assert (isinstance(refused.exception, UsageError), "Prefect server" in refused.output) == (True, False)
    assert isinstance(runner.invoke(app, ["close", "2025-05", "--area", AREA, "--reopen"]).exception, UsageError)
    result = runner.invoke(app, ["close", "2025-05", "--area", AREA, "--reopen", "--reason", "counted twice"])
    assert (result.exit_code, "Opened 2025-05" in result.output, "No published figure moved" in result.output) == (
        0,
        True,
        True,
    )
    assert rows_of(after_correction, "SELECT reopen_reason FROM closing") == [("counted twice",)]


def unpacked(archive: Path) -> Files:
    """What a bundle holds, in its order."""
    with tarfile.open(archive) as result:
        return {entry.name: _bytes_of(result, entry) for entry in result}


def hashes_of(files: Files) -> dict[str, str]:
    """sha256 of everything but the manifest."""
    return {name: sha256(content).hexdigest() for name, content in files.items() if name != "manifest.json"}


def agreeing(files: Files, *, versions: dict[str, str] | None = None, **facts: object) -> Files:
    """The same files under a manifest that was changed along with them."""
    manifest = json.loads(files["manifest.json"])
    hashes = hashes_of(files)
    changed = {**manifest, **facts, "files": hashes, "versions": {**manifest["versions"], **(versions or {})}}
    return {**files, "manifest.json": json.dumps(changed).encode()}


def packed(files: Files, folder: Path) -> Path:
    """An archive of these files."""
    target = folder / "changed.tar.gz"
    with tarfile.open(target, "w:gz", compresslevel=1) as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return target


def _bytes_of(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes:
    content = archive.extractfile(entry)
    assert content is not None
    return content.read()
