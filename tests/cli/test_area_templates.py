"""Templates for a whole area: written, spared, filled in beforehand, and accepted when they come back filled."""

import io
import os
from pathlib import Path

import pytest

from domain.catalog.catalog import Catalog
from domain.issues import Severity
from flows.actions.check_files import check_files
from flows.actions.named_files import files_asked
from flows.pipeline.progress import NoProgress
from tests.builders import assignment_for, open_workbook, place_of, value_of
from tests.cli.command import live_in, tonghop
from tests.flows.deployments.prefect_server import clean_environment
from tests.flows.pipeline.nightly_runs import AREA, NOW, WRONG, context_of, deliver, put, run_plainly, settings_of
from workbooks.sample.figures import invent_figures
from workbooks.sample.fill import entries_of
from workbooks.sample.inbox import SampleFile
from workbooks.sample.series import SampleSeries
from workbooks.template.workbook import make_blank

JUNE = "2025-06"
AFTER_JUNE = NOW.replace(month=7)
UNIT = "22813"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder to be in; nothing that is set stays behind."""
    live_in(tmp_path / "home", monkeypatch)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run_template(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """The exit code of a template command, spoken in English."""
    return tonghop(monkeypatch, "--lang", "en", "template", "--period", JUNE, *words)


def fill_in(data: bytes, catalog: Catalog, unit: str) -> bytes:
    """Type the sample's figures into a template by hand, so to speak: opened, typed, saved; nothing is computed."""
    task = assignment_for(catalog, unit, JUNE)
    entries = entries_of(make_blank(task), invent_figures(SampleSeries(catalog, 1), task))
    workbook = open_workbook(data)
    for (sheet, address), value in entries.items():
        if not str(workbook[sheet][address].value or "").startswith("="):
            workbook[sheet][address].value = value
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def test_every_commune_gets_its_own(
    environment: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Eight workbooks, named so that unit and period can be told; the command says how many and where."""
    assert run_template(monkeypatch, "--area", AREA, "-o", "forms") == 0
    names = sorted(path.name for path in (environment / "forms").iterdir())
    assert len(names) == 8
    assert names[1] == "BC_22813_Lam-Son_2025-06.xlsx"
    assert "Wrote form 01-T/CĐS-X of 2025-06, a file for each unit (8)" in capsys.readouterr().out
    hints = [file.hints for file in files_asked([environment / "forms"], [])]
    assert [hint.file_name for hint in hints] == names


def test_filled_files_are_spared(
    environment: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that is there keeps what it holds and the others are written; --force writes over it."""
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
    "words",
    [
        [],
        ["--unit", UNIT, "--area", AREA],
        ["--area", "00000"],
        ["--area", AREA, "--prefill"],
        ["--area", AREA, "-o", "f"],
    ],
)
def test_what_cannot_be_written_is_wrong_usage(
    environment: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    """Neither or both of unit and area, an area that is none, no warehouse to fill in from, a file for a folder."""
    (environment / "f").write_bytes(b"")
    assert run_template(monkeypatch, *words) == 2


def test_stocks_come_from_the_last_accepted_reports(
    after_night: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Accepted figures stand in the forms; the commune whose report was refused gets an empty one, and is named."""
    monkeypatch.setattr(os, "environ", clean_environment(TONGHOP_HOME=str(after_night), COLUMNS="200"))
    assert run_template(monkeypatch, "--area", AREA, "-o", str(tmp_path / "forms"), "--prefill") == 0
    assert f"Units without accepted figures to fill in: 1 ({WRONG} Ma Nới)" in capsys.readouterr().out
    forms = {path.name[3:8]: open_workbook(path.read_bytes()) for path in (tmp_path / "forms").iterdir()}
    assert value_of(forms[UNIT], "TH.hsskdt.numerator")
    assert value_of(forms[UNIT], "TH.dvc_toantrinh.numerator") is None
    assert value_of(forms[WRONG], "TH.hsskdt.numerator") is None


@pytest.fixture
def corrected(after_night: Path, correction: SampleFile) -> Path:
    """A home in which every commune's report of May is accepted."""
    deliver(after_night, [correction])
    run_plainly(context_of(after_night), "correction")
    return after_night


@pytest.mark.parametrize("words", [(), ("--prefill",)])
def test_filled_forms_of_an_area_are_accepted_without_a_word(
    corrected: Path, catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    """Typed in and saved without being computed: neither check nor night has anything to mend or to ask."""
    monkeypatch.setattr(os, "environ", clean_environment(TONGHOP_HOME=str(corrected)))
    forms = tmp_path / "forms"
    run_template(monkeypatch, "--area", AREA, "-o", str(forms), *words)
    for path in forms.iterdir():
        path.write_bytes(fill_in(path.read_bytes(), catalog, path.name[3:8]))
    checked = check_files(settings_of(corrected), files_asked([forms], []), NoProgress(), lambda: AFTER_JUNE)
    assert [check_file for check_file in checked if check_file.issues or check_file.report.repairs] == []
    assert len(checked) == 8
    for path in forms.iterdir():
        put(corrected / "inbox" / path.name, path.read_bytes(), AFTER_JUNE)
    outcome = run_plainly(context_of(corrected, AFTER_JUNE), "june")
    assert {result.label: result.issues for result in outcome.verdicts if result.issues} == {}
    assert (len(outcome.verdicts), outcome.refused) == (8, ())


def prefilled(home: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The form of one commune with its last stocks filled in."""
    monkeypatch.setattr(os, "environ", clean_environment(TONGHOP_HOME=str(home)))
    path = folder / f"BC_{UNIT}_{JUNE}.xlsx"
    run_template(monkeypatch, "--unit", UNIT, "-o", str(path), "--prefill")
    return path


def codes(home: Path, path: Path) -> set[str]:
    """What a check finds in June, notes of rules on trial left out."""
    (result,) = check_files(settings_of(home), files_asked([path], []), NoProgress(), lambda: AFTER_JUNE)
    return {issue.code for issue in result.issues if issue.severity is not Severity.INFO}


def test_a_form_sent_back_as_it_came_is_refused(
    after_night: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was filled in beforehand hides neither that nothing else was filled in nor that nothing was looked at."""
    result = codes(after_night, prefilled(after_night, tmp_path, monkeypatch))
    assert {"copied_stocks", "required_refused"} <= result


def test_stocks_that_nobody_looked_at_are_asked_about(
    after_night: Path, catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With only the empty cells filled in the report is asked about; with one stock brought up to date it is not."""
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
