"""Templates for a whole area: written, kept if they exist, prefilled, and accepted when returned."""

import io
import os
from pathlib import Path

import pytest

from domain.catalog.catalog import Catalog
from domain.issues import Severity
from flows.actions.check_files import check_files
from flows.pipeline.progress import NoProgress
from flows.support.named_files import resolve_files
from tests.builders import assignment_for, open_workbook, place_of, value_of
from tests.cli.command import live_in, tonghop
from tests.flows.deployments.prefect_server import clean_environment
from tests.flows.pipeline.nightly_runs import AREA, NOW, WRONG, context_of, put, run_plainly, settings_of
from workbooks.sample.figures import invent_figures
from workbooks.sample.fill import entries_of
from workbooks.sample.series import SampleSeries
from workbooks.template.workbook import make_blank

pytestmark = pytest.mark.usefixtures("runs_publish_figures")

JUNE = "2025-06"
AFTER_JUNE = NOW.replace(month=7)
UNIT = "22813"
COMMUNES = 3
"""How many of the area's forms are filled in."""


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Change into a temporary folder; restore the environment afterwards."""
    live_in(tmp_path / "home", monkeypatch)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run_template(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run the template command in English and return its exit code."""
    return tonghop(monkeypatch, "--lang", "en", "template", "--period", JUNE, *arguments)


def fill_in(data: bytes, catalog: Catalog, unit: str) -> bytes:
    """Write the sample's figures into a template: opened, filled, saved; formulas are not computed."""
    task = assignment_for(catalog, unit, JUNE)
    entries = entries_of(make_blank(task), invent_figures(SampleSeries(catalog, 1), task))
    workbook = open_workbook(data)
    for (sheet, address), value in entries.items():
        if not str(workbook[sheet][address].value or "").startswith("="):
            workbook[sheet][address].value = value
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def test_every_commune_gets_a_workbook(
    environment: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Eight workbooks are written, named by unit and period; the command shows their number and folder."""
    assert run_template(monkeypatch, "--area", AREA, "-o", "forms") == 0
    names = sorted(path.name for path in (environment / "forms").iterdir())
    assert len(names) == 8
    assert names[1] == "BC_22813_Lam-Son_2025-06.xlsx"
    assert "Wrote form 01-T/CĐS-X of 2025-06, a file for each unit (8)" in capsys.readouterr().out
    hints = [file.hints for file in resolve_files([environment / "forms"], [])]
    assert [hint.file_name for hint in hints] == names


def test_existing_files_are_kept(
    environment: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An existing file is kept and the others are written; --force overwrites it."""
    run_template(monkeypatch, "--area", AREA, "-o", "forms")
    kept, gone = sorted((environment / "forms").iterdir())[:2]
    kept.write_bytes(b"filled")
    gone.unlink()
    assert run_template(monkeypatch, "--area", AREA, "-o", "forms") == 0
    assert (kept.read_bytes(), gone.exists()) == (b"filled", True)
    assert "left as they are: 7" in capsys.readouterr().out
    run_template(monkeypatch, "--area", AREA, "-o", "forms", "--force")
    assert kept.read_bytes() != b"filled"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--unit", UNIT, "--area", AREA],
        ["--area", "00000"],
        ["--area", AREA, "--prefill"],
        ["--area", AREA, "-o", "f"],
    ],
)
def test_what_cannot_be_written_is_wrong_usage(
    environment: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    """Neither or both of unit and area, an unknown area, prefilling without warehouse, a file as folder are refused."""
    (environment / "f").write_bytes(b"")
    assert run_template(monkeypatch, *arguments) == 2


def test_stocks_come_from_the_last_accepted_reports(
    after_night: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Forms are prefilled with accepted figures; communes without an accepted report get empty forms and are named."""
    monkeypatch.setattr(os, "environ", clean_environment(TONGHOP_HOME=str(after_night), COLUMNS="200"))
    assert run_template(monkeypatch, "--area", AREA, "-o", str(tmp_path / "forms"), "--prefill") == 0
    assert f"Units without accepted figures to fill in: 1 ({WRONG} Ma Nới)" in capsys.readouterr().out
    forms = {path.name[3:8]: open_workbook(path.read_bytes()) for path in (tmp_path / "forms").iterdir()}
    assert value_of(forms[UNIT], "TH.hsskdt.numerator")
    assert value_of(forms[UNIT], "TH.dvc_toantrinh.numerator") is None
    assert value_of(forms[WRONG], "TH.hsskdt.numerator") is None


@pytest.mark.parametrize("arguments", [(), ("--prefill",)])
def test_filled_forms_of_an_area_are_accepted_without_issues(
    after_correction: Path,
    catalog: Catalog,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
) -> None:
    """Forms that were filled but not computed have no issues, in a check and in a nightly run."""
    monkeypatch.setattr(os, "environ", clean_environment(TONGHOP_HOME=str(after_correction)))
    forms = tmp_path / "forms"
    run_template(monkeypatch, "--area", AREA, "-o", str(forms), *arguments)
    for path in sorted(forms.iterdir())[COMMUNES:]:
        path.unlink()
    for path in forms.iterdir():
        path.write_bytes(fill_in(path.read_bytes(), catalog, path.name[3:8]))
    checked = check_files(settings_of(after_correction), resolve_files([forms], []), NoProgress(), lambda: AFTER_JUNE)
    assert [check_file for check_file in checked if check_file.issues or check_file.report.repairs] == []
    assert len(checked) == COMMUNES
    for path in forms.iterdir():
        put(after_correction / "inbox" / path.name, path.read_bytes(), AFTER_JUNE)
    outcome = run_plainly(context_of(after_correction, AFTER_JUNE), "june")
    assert {submission.label: submission.issues for submission in outcome.verdicts if submission.issues} == {}
    assert (len(outcome.verdicts), outcome.refused) == (COMMUNES, ())


def prefilled(home: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write the form of one commune, prefilled with its last stocks."""
    monkeypatch.setattr(os, "environ", clean_environment(TONGHOP_HOME=str(home)))
    path = folder / f"BC_{UNIT}_{JUNE}.xlsx"
    run_template(monkeypatch, "--unit", UNIT, "-o", str(path), "--prefill")
    return path


def codes(home: Path, path: Path) -> set[str]:
    """Return the codes of a check in June, without those of shadow rules."""
    (checked_file,) = check_files(settings_of(home), resolve_files([path], []), NoProgress(), lambda: AFTER_JUNE)
    return {issue.code for issue in checked_file.issues if issue.severity is not Severity.INFO}


def test_an_unchanged_prefilled_form_is_refused(
    after_night: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prefilled figures hide neither the missing ones nor that no stock was updated."""
    issues = codes(after_night, prefilled(after_night, tmp_path, monkeypatch))
    assert {"copied_stocks", "required_refused"} <= issues


def test_unchanged_stocks_are_warned_of(
    after_night: Path, catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If only the empty cells are filled in, there is a warning; with one stock updated there is none."""
    path = prefilled(after_night, tmp_path, monkeypatch)
    workbook = open_workbook(path.read_bytes())
    typed = open_workbook(fill_in(path.read_bytes(), catalog, UNIT))
    for name in workbook.defined_names:
        sheet, _, address = place_of(workbook, name).rpartition("!")
        if name.startswith("TH.") and workbook[sheet][address].value is None:
            workbook[sheet][address].value = typed[sheet][address].value
    workbook.save(path)
    assert codes(after_night, path) == {"copied_stocks"}
    sheet, _, address = place_of(workbook, "TH.hsskdt.numerator").rpartition("!")
    workbook[sheet][address].value = int(str(workbook[sheet][address].value)) + 1
    workbook.save(path)
    assert codes(after_night, path) == set()
