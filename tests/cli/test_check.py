"""A check says of files what a night would, of all at once, and keeps nothing; programs get it as JSON."""

import json
from pathlib import Path

import openpyxl
import pytest
from jsonschema import Draft202012Validator

from cli.output.check_json import as_plain
from domain.catalog.catalog import Catalog
from domain.errors import UsageError
from domain.issues import Issue, Severity
from flows.actions.check_files import CheckedFile, check_files
from flows.actions.named_files import NamedFile, files_asked
from flows.pipeline.marked_copy import FileFindings, marked_copy
from flows.pipeline.progress import NoProgress
from flows.pipeline.revalidate import rules_beyond
from tests.builders import make_template, make_workbook
from tests.cli.command import live_in, tonghop
from tests.cli.test_cli import imported_by
from tests.flows.actions.test_preview import contents
from tests.flows.pipeline.nightly_runs import NOW, WRONG, context_of, deliver, run_plainly, settings_of
from tests.workbooks.cases import WorkbookCase, load_cases, make
from workbooks.cells.guards import Limits
from workbooks.identify.hints import Hints
from workbooks.pool.landed_file import LandedFile
from workbooks.pool.reading_pool import ReadingFailure
from workbooks.sample.inbox import SampleFile

First = tuple[SampleFile, ...]
SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "check.schema.json").read_text(encoding="utf-8"))


def checked(
    home: Path, *named: Path, unit: str | None = None, period: str | None = None, **more: object
) -> tuple[CheckedFile, ...]:
    """What checking files says, at a home."""
    settings = settings_of(home, **more)
    return check_files(settings, files_asked(named, settings.inboxes, unit, period), NoProgress(), lambda: NOW)


def codes(checked_file: CheckedFile) -> set[str]:
    """Codes of a file's issues."""
    return {issue.code for issue in checked_file.issues}


def put(folder: Path, name: str, data: bytes) -> Path:
    """A file in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)
    return folder / name


def test_a_check_says_what_the_night_says(home: Path, warehouse_url: str, first_files: First) -> None:
    """Of each of a district's workbooks: the same verdict and the same issues, with a warehouse of any engine."""
    deliver(home, first_files)
    context = context_of(home, warehouse_url=warehouse_url)
    before = contents(context, home)
    result = checked(home, home / "inbox", warehouse_url=warehouse_url)
    assert contents(context, home) == before
    judged = {outcome.file_name: outcome for outcome in run_plainly(context).verdicts}
    assert len(result) == len(judged) == 8
    for checked_file in result:
        outcome = judged[checked_file.path.name]
        assert (checked_file.accepted, checked_file.issues, checked_file.not_checked) == (
            outcome.accepted,
            outcome.issues,
            (),
        )


def test_a_refused_file_is_found_wrong_again(after_night: Path, tmp_path: Path, first_files: First) -> None:
    """Bytes that the warehouse knows already are judged like any others."""
    wrong = next(file for file in first_files if WRONG in file.path.name)
    (result,) = checked(after_night, put(tmp_path, "lai.xlsx", wrong.data))
    assert not result.accepted
    assert {issue.cell for issue in result.issues if issue.severity is Severity.CRITICAL} == {"E49", "E15"}


def test_with_a_warehouse_the_past_is_looked_at(after_night: Path, tmp_path: Path, catalog: Catalog) -> None:
    """A running total that falls below last month's accepted one is found."""
    june = make_workbook(catalog, "22813", "2025-06", figures={"hsskdt": (1, 10000)})
    path = put(tmp_path, "thang 6.xlsx", june)
    settings = settings_of(after_night)
    later = NOW.replace(month=7)
    (result,) = check_files(settings, files_asked([path], settings.inboxes), NoProgress(), lambda: later)
    assert "stock_falls_far" in codes(result)
    assert result.not_checked == ()


def test_without_a_warehouse_rules_that_look_beyond_are_named(tmp_path: Path, catalog: Catalog) -> None:
    """They are told as not checked, no home is made, and every other rule is put to the file."""
    path = put(tmp_path, "a.xlsx", make_workbook(catalog, "22813", "2025-05", figures={"hsskdt": (20, 10)}))
    (result,) = checked(tmp_path / "home", path)
    assert set(result.not_checked) == set(rules_beyond(catalog))
    assert result.not_checked
    assert "numerator_within_denominator" in codes(result)
    assert not (tmp_path / "home").exists()


def test_a_file_that_cannot_be_judged_met_no_rule(tmp_path: Path, catalog: Catalog) -> None:
    """Of an unreadable file it is said that no rule looked at it; the others are judged all the same."""
    bad = put(tmp_path, "1.xlsx", b"no workbook at all")
    good = put(tmp_path, "2.xlsx", make_workbook(catalog, "22813", "2025-05"))
    first, second = checked(tmp_path / "home", bad, good)
    assert (first.accepted, set(first.not_checked)) == (False, set(catalog.rules))
    assert (second.accepted, second.path) == (True, good)


def test_unit_and_period_can_be_given(tmp_path: Path, catalog: Catalog) -> None:
    """Given ones speak as folders of an inbox do: they place a file that says nothing, and contradict one that does."""
    path = put(tmp_path, "a.xlsx", b"")
    (result,) = checked(tmp_path / "home", path, unit="22813", period="2025-05")
    assert result.report.unit is not None
    assert (result.report.unit.code, str(result.report.period)) == ("22813", "2025-05")
    stamped = put(tmp_path, "b.xlsx", make_workbook(catalog, "22813", "2025-05"))
    (other,) = checked(tmp_path / "home", stamped, unit="22816", period="2025-05")
    assert not other.accepted


def test_folders_speak_as_in_the_inbox(home: Path, first_files: First) -> None:
    """A file of the inbox is placed by its folders there, a folder's file by those below it, a lone one by its name."""
    deliver(home, first_files[:1])
    (path,) = (home / "inbox").rglob("*.xlsx")
    inbox = [str(home / "inbox")]
    assert files_asked([path], inbox)[0].hints.folders == path.relative_to(home / "inbox").parts[:-1]
    assert files_asked([home], [])[0].hints.folders == path.relative_to(home).parts[:-1]
    assert files_asked([path], [])[0].hints.folders == ()


def test_a_file_named_twice_is_checked_once(tmp_path: Path) -> None:
    """A folder and a file in it name the file once; lock files and other files of the folder are no workbooks."""
    path = put(tmp_path / "a", "x.XLSX", b"")
    put(tmp_path / "a", "~$x.xlsx", b"")
    put(tmp_path / "a", "note.txt", b"")
    assert [item.path for item in files_asked([path, tmp_path / "a"], [])] == [path]


@pytest.mark.parametrize("name", ["not there.xlsx", "empty", "~$lock.xlsx"])
def test_what_is_no_workbook_is_wrong_usage(tmp_path: Path, name: str) -> None:
    """A missing file, a folder without workbooks, and Excel's lock file are told at once."""
    (tmp_path / "empty").mkdir()
    put(tmp_path, "~$lock.xlsx", b"")
    with pytest.raises(UsageError, match=r"there is no file|holds no workbook|lock files"):
        files_asked([tmp_path / name], [])


def cases_of_each_kind() -> list[WorkbookCase]:
    """Of each issue of the reader's the first case that provokes it, and so of each repair."""
    results: dict[str, WorkbookCase] = {}
    for case in load_cases():
        if "catalog" not in case.given and "limits" not in case.given:
            for kind in (*case.codes, *(repair["rule"] for repair in case.expect.get("repairs", []))):
                results.setdefault(kind, case)
    return list({case.id: case for case in results.values()}.values())


def test_every_kind_of_case_is_checked(tmp_path: Path, catalog: Catalog) -> None:
    """Whatever is wrong with a workbook of the cases, the check ends with what reading says, in the shape promised."""
    cases, results = cases_of_each_kind(), []
    for number, case in enumerate(cases):
        data, hints, _ = make(case, catalog)
        results.append(NamedFile(put(tmp_path / "cases", f"{number}.bin", data), hints))
    result = check_files(settings_of(tmp_path / "home"), results, NoProgress(), lambda: NOW)
    assert len(result) == len(cases) > 60
    for case, item in zip(cases, result, strict=True):
        assert set(case.codes) <= codes(item), case.id
    Draft202012Validator(SCHEMA).validate(json.loads(json.dumps(as_plain(result, catalog, "vi"), default=str)))


def run_check(home: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """The exit code of a check, spoken in English."""
    live_in(home, monkeypatch, TONGHOP_LANG="en", TONGHOP_READING_WORKERS="0")
    return tonghop(monkeypatch, "check", *words)


def test_programs_get_json_and_nothing_else(
    tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The schema fits, figures lead to their cells, and the exit code says that a file would be refused."""
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
    """Cell, what stands there, what is expected, what to do; then how many would pass and what was not checked."""
    put(tmp_path / "in", "a.xlsx", make_workbook(catalog, "22813", "2025-05", edits={"TH.hsskdt.numerator": "mười"}))
    put(tmp_path / "in", "b.xlsx", make_workbook(catalog, "22816", "2025-05"))
    assert run_check(tmp_path / "home", monkeypatch, str(tmp_path / "in")) == 1
    result = capsys.readouterr().out
    assert "E49" in result
    assert "mười" in result
    assert "Files: 2. Would be accepted: 1, would be refused: 1." in result
    assert "Not checked here" in result


def test_marked_copies_stand_beside_the_originals(
    tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each file has a copy in its folder below the given one, wrong cells noted; one without marks has its results."""
    wrong = make_workbook(catalog, "22813", "2025-05", edits={"TH.hsskdt.numerator": "mười"})
    path = put(tmp_path / "in" / "22813", "a.xlsx", wrong)
    put(tmp_path / "in", "b.xls", b"no workbook")
    words = [str(tmp_path / "in"), "--annotate", str(tmp_path / "out"), "--json"]
    assert run_check(tmp_path / "home", monkeypatch, *words) == 1
    assert len(json.loads(capsys.readouterr().out)) == 2
    marked = tmp_path / "out" / "22813" / "a.da-kiem-tra.xlsx"
    written = {path for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert written == {marked, tmp_path / "out" / "b.xls.ket-qua-kiem-tra.xlsx"}
    assert "mười" in openpyxl.load_workbook(marked)["Biểu 01-T"]["E49"].comment.text
    assert path.read_bytes() == wrong


def test_copies_of_two_files_of_one_name_are_told_apart(
    tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files that are named themselves go into one folder; the second of a name is numbered, a second check is not."""
    data = make_workbook(catalog, "22813", "2025-05")
    named = [str(put(tmp_path / folder, "a.xlsx", data)) for folder in "xy"]
    for _ in range(2):
        assert run_check(tmp_path / "home", monkeypatch, *named, "--annotate", str(tmp_path / "out")) == 0
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["a.da-kiem-tra (2).xlsx", "a.da-kiem-tra.xlsx"]


def test_a_folder_that_cannot_be_written_is_told_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file where the folder should be is wrong usage; nothing was read."""
    path = put(tmp_path, "a.xlsx", b"")
    assert run_check(tmp_path / "home", monkeypatch, str(path), "--annotate", str(path)) == 2
    assert "nothing can be written there" in " ".join(capsys.readouterr().err.split())


def test_a_corrected_copy_is_never_written_over(
    tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A marked copy that was mended and is checked again, in its own folder, stays as it is; its name does not grow."""
    path = put(tmp_path, "a.da-kiem-tra.xlsx", make_workbook(catalog, "22813", "2025-05"))
    before = path.read_bytes()
    assert run_check(tmp_path / "home", monkeypatch, str(path), "--annotate", str(tmp_path)) == 0
    assert path.read_bytes() == before
    assert {other_path.name for other_path in tmp_path.glob("*.xlsx")} == {path.name, "a.da-kiem-tra (2).xlsx"}


@pytest.mark.parametrize("code", sorted(ReadingFailure))
def test_a_file_that_ended_its_reader_is_not_opened_again(
    tmp_path: Path, catalog: Catalog, code: ReadingFailure
) -> None:
    """Marks would be put in by the process that runs the check: it keeps away and gives the results alone."""
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
    """A form sent back as it came is told line by line what it lacks."""
    (result,) = checked(tmp_path / "home", put(tmp_path, "a.xlsx", make_template(catalog, "22813", "2025-05")))
    assert not result.accepted
    assert len(result.issues) > 20


def test_no_prefect_is_imported(tmp_path: Path, catalog: Catalog) -> None:
    """A check starts without Prefect and its server."""
    path = put(tmp_path, "b.xlsx", make_workbook(catalog, "22816", "2025-05"))
    assert "prefect" not in imported_by(["check", str(path), "--json"], tmp_path)
