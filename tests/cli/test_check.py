"""`tonghop check`: the same outcome as a nightly run, stores nothing; output as text and JSON."""

import json
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest
from jsonschema import Draft202012Validator

from cli.output.check_json import as_plain
from domain.catalog.catalog import Catalog
from domain.errors import UsageError
from domain.issues import Issue, Severity
from flows.actions import check_files as check_module
from flows.actions.check_files import CheckedFile, check_files
from flows.pipeline.marked_copy import FileFindings, marked_copy
from flows.pipeline.progress import NoProgress
from flows.pipeline.revalidate import rules_beyond
from flows.pipeline.stages.read import ReadSubmission
from flows.support.named_files import NamedFile, resolve_files
from flows.support.sources import source_folders
from tests.builders import make_template, make_workbook
from tests.cli.command import live_in, tonghop
from tests.flows.actions.test_preview import contents
from tests.flows.pipeline.nightly_runs import NOW, WRONG, context_of, deliver, run_plainly, settings_of
from tests.workbooks.cases import WorkbookCase, load_cases, make
from warehouse.submissions.loading import JudgedReport
from workbooks.cells.guards import Limits
from workbooks.identify.hints import Hints
from workbooks.pool.landed_file import LandedFile
from workbooks.pool.worker_process import ReadingFailure
from workbooks.sample.inbox import SampleFile

pytestmark = pytest.mark.usefixtures("runs_publish_figures")

First = tuple[SampleFile, ...]
SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "check.schema.json").read_text(encoding="utf-8"))


def checked(
    home: Path, *named: Path, unit: str | None = None, period: str | None = None, **more: object
) -> tuple[CheckedFile, ...]:
    """Check files with the settings of a home."""
    settings = settings_of(home, **more)
    return check_files(
        settings, resolve_files(named, source_folders(settings), unit, period), NoProgress(), lambda: NOW
    )


def codes(checked_file: CheckedFile) -> set[str]:
    """Return the codes of a file's issues."""
    return {issue.code for issue in checked_file.issues}


def put(folder: Path, name: str, data: bytes) -> Path:
    """Write a file into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)
    return folder / name


def test_a_check_agrees_with_the_nightly_run(home: Path, warehouse_url: str, first_files: First) -> None:
    """Each of a district's workbooks has the same outcome and issues, on either engine."""
    deliver(home, first_files)
    context = context_of(home, warehouse_url=warehouse_url)
    before = contents(context, home)
    files = checked(home, home / "inbox", warehouse_url=warehouse_url)
    assert contents(context, home) == before
    judged = {outcome.file_name: outcome for outcome in run_plainly(context).verdicts}
    assert len(files) == len(judged) == 8
    for checked_file in files:
        outcome = judged[checked_file.path.name]
        assert (checked_file.accepted, checked_file.issues, checked_file.not_checked) == (
            outcome.accepted,
            outcome.issues,
            (),
        )


def test_a_known_refused_file_is_checked_again(after_night: Path, tmp_path: Path, first_files: First) -> None:
    """Bytes that the warehouse knows already are checked like any others."""
    wrong = next(file for file in first_files if WRONG in file.path.name)
    (checked_file,) = checked(after_night, put(tmp_path, "lai.xlsx", wrong.data))
    assert not checked_file.accepted
    assert {issue.cell for issue in checked_file.issues if issue.severity is Severity.CRITICAL} == {"E49", "E15", "D15"}


def test_with_a_warehouse_the_history_is_used(after_night: Path, tmp_path: Path, catalog: Catalog) -> None:
    """A stock that falls below last month's accepted one is an issue."""
    june = make_workbook(catalog, "22813", "2025-06", figures={"hsskdt": (1, 10000)})
    path = put(tmp_path, "thang 6.xlsx", june)
    settings = settings_of(after_night)
    later = NOW.replace(month=7)
    (checked_file,) = check_files(
        settings, resolve_files([path], source_folders(settings)), NoProgress(), lambda: later
    )
    assert "stock_falls_far" in codes(checked_file)
    assert checked_file.not_checked == ()


def test_without_a_warehouse_rules_on_other_reports_are_listed(tmp_path: Path, catalog: Catalog) -> None:
    """They are listed as not checked, no home is created, and all other rules are evaluated."""
    path = put(tmp_path, "a.xlsx", make_workbook(catalog, "22813", "2025-05", figures={"hsskdt": (20, 10)}))
    (checked_file,) = checked(tmp_path / "home", path)
    assert set(checked_file.not_checked) == set(rules_beyond(catalog))
    assert checked_file.not_checked
    assert "numerator_within_denominator" in codes(checked_file)
    assert not (tmp_path / "home").exists()


def test_no_rule_is_evaluated_on_an_unreadable_file(tmp_path: Path, catalog: Catalog) -> None:
    """All rules are listed as not checked for an unreadable file; other files are checked nevertheless."""
    bad = put(tmp_path, "1.xlsx", b"no workbook at all")
    good = put(tmp_path, "2.xlsx", make_workbook(catalog, "22813", "2025-05"))
    first, second = checked(tmp_path / "home", bad, good)
    assert (first.accepted, set(first.not_checked)) == (False, set(catalog.rules))
    assert (second.accepted, second.path) == (True, good)


def test_unit_and_period_can_be_set(tmp_path: Path, catalog: Catalog) -> None:
    """They act like folders of an inbox: they identify a file that does not state them, else they must agree."""
    path = put(tmp_path, "a.xlsx", b"")
    (checked_file,) = checked(tmp_path / "home", path, unit="22813", period="2025-05")
    assert checked_file.report.unit is not None
    assert (checked_file.report.unit.code, str(checked_file.report.period)) == ("22813", "2025-05")
    stamped = put(tmp_path, "b.xlsx", make_workbook(catalog, "22813", "2025-05"))
    (contradicted,) = checked(tmp_path / "home", stamped, unit="22816", period="2025-05")
    assert not contradicted.accepted


def test_folders_identify_files_as_in_the_inbox(home: Path, first_files: First) -> None:
    """Files of the inbox are identified by their folders there, others by folders below the named one, or by name."""
    deliver(home, first_files[:1])
    (path,) = (home / "inbox").rglob("*.xlsx")
    inbox = [str(home / "inbox")]
    assert resolve_files([path], inbox)[0].hints.folders == path.relative_to(home / "inbox").parts[:-1]
    assert resolve_files([home], [])[0].hints.folders == path.relative_to(home).parts[:-1]
    assert resolve_files([path], [])[0].hints.folders == ()


def test_a_file_named_twice_is_checked_once(tmp_path: Path) -> None:
    """A file that is named with its folder is checked once; lock files and other files are skipped."""
    path = put(tmp_path / "a", "x.XLSX", b"")
    put(tmp_path / "a", "~$x.xlsx", b"")
    put(tmp_path / "a", "note.txt", b"")
    assert [named.path for named in resolve_files([path, tmp_path / "a"], [])] == [path]


@pytest.mark.parametrize("name", ["not there.xlsx", "empty", "~$lock.xlsx"])
def test_what_is_no_workbook_is_wrong_usage(tmp_path: Path, name: str) -> None:
    """A missing file, a folder without workbooks, and Excel's lock file are refused at once."""
    (tmp_path / "empty").mkdir()
    put(tmp_path, "~$lock.xlsx", b"")
    with pytest.raises(UsageError, match=r"there is no file|holds no workbook|lock files"):
        resolve_files([tmp_path / name], [])


def test_what_is_no_report_is_named_among_others(
    tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A lock file, a missing file and an empty folder are named, the good file is checked, and the JSON is whole."""
    (tmp_path / "empty").mkdir()
    put(tmp_path, "~$a.xlsx", b"lock")
    put(tmp_path, "a.xlsx", make_workbook(catalog, "22813", "2025-05"))
    names = [str(tmp_path / name) for name in ("~$a.xlsx", "a.xlsx", "none.xlsx", "empty")]
    assert run_check(tmp_path / "home", monkeypatch, *names, "--json", "--annotate", str(tmp_path / "marked")) == 1
    results = json.loads(capsys.readouterr().out)
    assert [(file["outcome"], [issue["code"] for issue in file["issues"]]) for file in results] == [
        ("not_taken", ["lock_file"]),
        ("accepted", []),
        ("not_taken", ["file_missing"]),
        ("not_taken", ["folder_without_workbook"]),
    ]
    assert len(list((tmp_path / "marked").iterdir())) == 1


def test_files_of_one_unit_do_not_affect_one_another(after_night: Path, tmp_path: Path, catalog: Catalog) -> None:
    """A file has the issues that it has alone, whatever other files of its unit are named with it."""
    figures = {"hsskdt": (1, 10000)}
    paths = [
        put(tmp_path, f"{period}.xlsx", make_workbook(catalog, "22813", period, figures=figures))
        for period in ("2025-05", "2025-04")
    ]
    together = checked(after_night, *paths)
    assert [file.issues for file in together] == [checked(after_night, path)[0].issues for path in paths]


def cases_of_each_kind() -> list[WorkbookCase]:
    """Return the first case of each issue of the reader, and of each repair."""
    cases: dict[str, WorkbookCase] = {}
    for case in load_cases():
        if "catalog" not in case.given and "limits" not in case.given:
            for kind in (*case.codes, *(repair["rule"] for repair in case.expect.get("repairs", []))):
                cases.setdefault(kind, case)
    return list({case.id: case for case in cases.values()}.values())


def as_read(batch: Sequence[ReadSubmission]) -> list[JudgedReport]:
    """Return the reports with the issues of the reader alone."""
    return [JudgedReport(each.submission.id, each.report, each.report.issues) for each in batch]


def test_many_kinds_of_cases_are_checked(tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """For cases of many kinds the check reports the reader's issues, in the documented JSON."""
    cases, named_files = cases_of_each_kind()[::3], []
    # All cases are of one unit, so each is judged by itself; the rules would add nothing to what is read.
    monkeypatch.setattr(check_module, "find_issues", lambda _context, _run_id, batch, _rules: as_read(batch))
    for number, case in enumerate(cases):
        data, hints, _ = make(case, catalog)
        named_files.append(NamedFile(put(tmp_path / "cases", f"{number}.bin", data), hints))
    # One case is of a name that many communes of the country share.
    settings = settings_of(tmp_path / "home", catalog=None)
    files = check_files(settings, named_files, NoProgress(), lambda: NOW)
    assert len(files) == len(cases) > 30
    for case, checked_file in zip(cases, files, strict=True):
        assert set(case.codes) <= codes(checked_file), case.id
    Draft202012Validator(SCHEMA).validate(json.loads(json.dumps(as_plain(files, catalog, "vi"), default=str)))


def run_check(home: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run a check in English and return its exit code."""
    live_in(home, monkeypatch, TONGHOP_LANG="en", TONGHOP_READING_WORKERS="0")
    return tonghop(monkeypatch, "check", *arguments)


def test_programs_get_json_and_nothing_else(
    tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The output matches the schema, figures have their cells, and the exit code says that a file would be refused."""
    edits = {"TH.hd_dvc.numerator": "1.234", "TH.dvc_motphan.numerator": "mười"}
    data = make_workbook(catalog, "22813", "2025-05", figures={"hsskdt": (69586, 91032)}, edits=edits)
    path = put(tmp_path, "a.xlsx", data)
    assert run_check(tmp_path / "home", monkeypatch, "--json", str(path)) == 1
    shown = json.loads(capsys.readouterr().out)
    Draft202012Validator(SCHEMA).validate(shown)
    (result,) = shown
    assert (result["file"], result["unit"], result["period"], result["outcome"]) == (
        str(path),
        "22813",
        "2025-05",
        "quarantined",
    )
    (share,) = (row for row in result["observations"] if row["indicator"] == "hsskdt")
    assert (share["numerator"], share["denominator"], share["value"]) == ("69586", "91032", "76.44")
    assert (share["sheet"], share["cell"], share["state"]) == ("Biểu 01-T", "E49", "value")
    assert ("1.234", "1234") in [(repair["before"], repair["after"]) for repair in result["repairs"]]
    assert any(issue["found"] == "mười" and issue["severity"] == "critical" for issue in result["issues"])


def test_people_get_a_table(
    tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It has cell, value, expected value and advice; then how many would be accepted and what was not checked."""
    put(tmp_path / "in", "a.xlsx", make_workbook(catalog, "22813", "2025-05", edits={"TH.hsskdt.numerator": "mười"}))
    put(tmp_path / "in", "b.xlsx", make_workbook(catalog, "22816", "2025-05"))
    assert run_check(tmp_path / "home", monkeypatch, str(tmp_path / "in")) == 1
    printed = capsys.readouterr().out
    assert "E49" in printed
    assert "mười" in printed
    assert "Files: 2. Would be accepted: 1, would be refused: 1." in printed
    assert "Not checked here" in printed


def test_marked_copies_are_written(
    tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each file has a copy in the same subfolder, with notes in wrong cells; an .xls has a workbook of results."""
    wrong = make_workbook(catalog, "22813", "2025-05", edits={"TH.hsskdt.numerator": "mười"})
    path = put(tmp_path / "in" / "22813", "a.xlsx", wrong)
    put(tmp_path / "in", "b.xls", b"no workbook")
    arguments = [str(tmp_path / "in"), "--annotate", str(tmp_path / "out"), "--json"]
    assert run_check(tmp_path / "home", monkeypatch, *arguments) == 1
    assert len(json.loads(capsys.readouterr().out)) == 2
    marked = tmp_path / "out" / "22813" / "a.da-kiem-tra.xlsx"
    written = {path for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert written == {marked, tmp_path / "out" / "b.xls.ket-qua-kiem-tra.xlsx"}
    assert "mười" in openpyxl.load_workbook(marked)["Biểu 01-T"]["E49"].comment.text
    assert path.read_bytes() == wrong


def test_copies_of_two_files_of_one_name_are_numbered(
    tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Copies of named files go into one folder; the second of a name is numbered, a repeated check overwrites."""
    data = make_workbook(catalog, "22813", "2025-05")
    named = [str(put(tmp_path / folder, "a.xlsx", data)) for folder in "xy"]
    for _ in range(2):
        assert run_check(tmp_path / "home", monkeypatch, *named, "--annotate", str(tmp_path / "out")) == 0
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["a.da-kiem-tra (2).xlsx", "a.da-kiem-tra.xlsx"]


def test_a_folder_that_cannot_be_written_is_reported_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file in place of the folder is wrong usage, before any workbook is read."""
    path = put(tmp_path, "a.xlsx", b"")
    assert run_check(tmp_path / "home", monkeypatch, str(path), "--annotate", str(path)) == 2
    assert "nothing can be written there" in " ".join(capsys.readouterr().err.split())


def test_a_corrected_copy_is_never_overwritten(
    tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A corrected marked copy that is checked again in its own folder is kept; the suffix is not repeated."""
    path = put(tmp_path, "a.da-kiem-tra.xlsx", make_workbook(catalog, "22813", "2025-05"))
    before = path.read_bytes()
    assert run_check(tmp_path / "home", monkeypatch, str(path), "--annotate", str(tmp_path)) == 0
    assert path.read_bytes() == before
    assert {copy.name for copy in tmp_path.glob("*.xlsx")} == {path.name, "a.da-kiem-tra (2).xlsx"}


@pytest.mark.parametrize("code", sorted(ReadingFailure))
def test_a_file_that_crashed_its_reader_is_not_opened_again(
    tmp_path: Path, catalog: Catalog, code: ReadingFailure
) -> None:
    """The process that runs the check does not open such a file to mark it, and writes a workbook of results."""
    path = put(tmp_path, "a.xlsx", make_workbook(catalog, "22813", "2025-05"))
    findings = FileFindings([Issue(code.value, Severity.CRITICAL)], [])
    copy = marked_copy(LandedFile(path, Hints("a.xlsx")), findings, catalog, Limits())
    assert copy.file_name == "a.xlsx.ket-qua-kiem-tra.xlsx"


def test_a_good_file_ends_with_0_and_wrong_usage_with_2(
    tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit codes are those of every command; an unknown unit or period is wrong usage."""
    path = str(put(tmp_path, "b.xlsx", make_workbook(catalog, "22816", "2025-05")))
    assert run_check(tmp_path / "home", monkeypatch, path) == 0
    assert run_check(tmp_path / "home", monkeypatch, path, "--unit", "99999") == 2
    assert run_check(tmp_path / "home", monkeypatch, path, "--period", "May") == 2
    assert run_check(tmp_path / "home", monkeypatch, str(tmp_path / "none.xlsx")) == 2
    assert "there is no file" in capsys.readouterr().err


def test_an_empty_template_would_be_refused(tmp_path: Path, catalog: Catalog) -> None:
    """An empty form has an issue for each missing line."""
    (checked_file,) = checked(tmp_path / "home", put(tmp_path, "a.xlsx", make_template(catalog, "22813", "2025-05")))
    assert not checked_file.accepted
    assert len(checked_file.issues) > 20
