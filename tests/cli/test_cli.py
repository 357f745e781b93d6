"""The command line: help, start-up imports, exit codes, and basic commands."""

import errno
import json
import os
import re
import subprocess
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from cli import main as entry
from cli.commands.demo import _demo_settings
from cli.commands.sample import share
from cli.running import exit_code
from flows.pipeline.outcome import RunOutcome, SubmissionOutcome
from flows.support.settings import Settings
from flows.support.sources import source_folders
from tests.cli.command import live_in, tonghop
from tests.flows.deployments.prefect_server import clean_environment
from tests.flows.pipeline.nightly_runs import AREA, WRONG, settings_of


def _commands() -> dict[str, list[str]]:
    """Return every command of the program, with its own subcommands."""
    commands = getattr(typer.main.get_command(entry.app), "commands")  # noqa: B009 # a group, of Typer's own Click
    return {name: list(getattr(command, "commands", ())) for name, command in commands.items()}


COMMANDS = [
    " ".join(filter(None, (name, sub))) for name, subcommands in _commands().items() for sub in subcommands or [""]
]


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Make a home for the test and change into its folder; restore the environment afterwards."""
    live_in(tmp_path / "home", monkeypatch)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(command: str) -> None:
    """The help of every command has an example."""
    shown = CliRunner().invoke(entry.app, [*command.split(), "--help"]).output
    assert re.search(rf"Example: .*tonghop .*{command}", shown)


def test_help_names_every_command_and_exit_code() -> None:
    """`tonghop --help` lists all commands and shows the exit codes."""
    shown = CliRunner().invoke(entry.app, ["--help"]).output
    assert [name for name in _commands() if f" {name} " not in shown] == []
    assert "Exit codes: 0 done; 1 done, but submissions were refused" in shown


def test_version() -> None:
    """`--version` names the program."""
    assert CliRunner().invoke(entry.app, ["--version"]).output.startswith("tonghop ")


def test_template_writes_a_workbook(environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A template is written to the file of `-o`."""
    code = tonghop(monkeypatch, "template", "--unit", "22813", "--period", "2025-05", "-o", "new/form.xlsx")
    assert code == 0
    assert (environment / "new" / "form.xlsx").read_bytes()[:2] == b"PK"


def test_template_keeps_an_existing_file(
    environment: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An existing file may be filled: it is overwritten with --force only."""
    (environment / "form.xlsx").write_text("filled")
    arguments = ["template", "--unit", "22813", "--period", "2025-05", "-o", "form.xlsx"]
    assert tonghop(monkeypatch, *arguments) == 2
    assert "--force" in capsys.readouterr().err
    assert tonghop(monkeypatch, *arguments, "--force") == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["status", "--area", AREA],
        ["status", "--area", AREA, "--period", "May"],
        ["status", "--area", "00000", "--period", "2025-05"],
        ["template", "--unit", AREA, "--period", "2025-05"],
        ["template", "--unit", "22813", "--period", "2025-Q2"],
        ["explain", "--area", AREA, "--period", "2025-05", "--indicator", "any"],
        ["explain", "--area", AREA, "--period", "2025-05", "--indicator", "any", "--unit", "22813"],
        ["sample", "--area", AREA, "--from", "2025-05", "--to", "2025-04"],
        ["sample", "--area", AREA, "--from", "2025-04", "--to", "2025-05", "--defects", "many"],
        ["rerun", "--period", "2025-05", "--unit", "99999"],
        ["rerun", "--period", "2025-05", "--unit", "22828", "--reason", "the commune sent a correction"],
        ["rerun", "--period", "2025-05", "--unit", "22828", "--reason", "other"],
        ["rerun", "--period", "2025-05"],
        ["rerun", "--period", "2025-05", "--unit", "22828", "--area", AREA],
        ["rerun", "--period", "2025-05", "--to", "2025-04", "--area", AREA],
        ["rerun", "--period", "2025-08", "--area", AREA],
        ["withdraw", "--unit", "22813", "--period", "2025-05"],
        ["withdraw", "--unit", "99999", "--period", "2025-05", "--reason", "x"],
        ["nightly", "--period", "May"],
        ["--lang", "fr", "status", "--area", AREA, "--period", "2025-05"],
        ["no-such-command"],
    ],
)
def test_wrong_usage_is_2(environment: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    """Every wrong usage ends with 2, before any server is started."""
    assert tonghop(monkeypatch, *arguments) == 2
    assert not any(file.stat().st_size for file in (environment / "home").glob("prefect/prefect.db"))


def test_a_bad_setting_is_2(monkeypatch: pytest.MonkeyPatch, environment: Path) -> None:
    """An invalid setting is wrong usage."""
    monkeypatch.setenv("TONGHOP_BATCH_SIZE", "none")
    assert environment
    assert tonghop(monkeypatch, "status", "--area", AREA, "--period", "2025-05") == 2


def test_our_fault_is_3(environment: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A warehouse that cannot be opened ends with 3 and a paragraph with advice, without traceback."""
    (environment / "home").mkdir()
    (environment / "home" / "warehouse.db").write_text("this is no database, " * 100)
    assert tonghop(monkeypatch, "status", "--area", AREA, "--period", "2025-05") == 3
    printed = capsys.readouterr().err
    assert "restore" in printed
    assert "Traceback" not in printed


def test_debug_shows_a_traceback(
    environment: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With --debug the traceback is shown as well."""
    assert environment
    assert tonghop(monkeypatch, "--debug", "status", "--area", AREA, "--period", "May") == 2
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "output"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "kho/bao.xlsx"), "đĩa đã đầy (kho/bao.xlsx)"),
        (PermissionError(errno.EACCES, "Permission denied", "kho"), "không dùng được kho (không có quyền truy cập)"),
    ],
)
def test_a_full_or_locked_disk_is_3(
    error: OSError, output: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The error of any command names the path and gives advice, without traceback."""

    def fail() -> None:
        raise error

    monkeypatch.setattr(entry, "in_language", lambda _: fail)
    assert tonghop(monkeypatch, "nightly") == 3
    shown = capsys.readouterr().err
    assert output in " ".join(shown.split())
    assert "chạy lại chính lệnh đó" in " ".join(shown.split())


@pytest.mark.xdist_group("prefect")  # where `warm` is started
def test_a_server_that_does_not_answer_is_3(tmp_path: Path, warm: Path) -> None:
    """A configured Prefect server that does not answer is reported as such."""
    completed = subprocess.run(
        [warm / "tonghop", "nightly"],
        env=clean_environment(TONGHOP_HOME=str(tmp_path / "home"), PREFECT_API_URL="http://127.0.0.1:9/api"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.returncode == 3
    assert "máy chủ Prefect không trả lời" in completed.stderr


def test_status_names_refused_units_and_reasons(
    after_night: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status names the refused commune, the cells and the advice."""
    monkeypatch.setattr(os, "environ", clean_environment(TONGHOP_HOME=str(after_night), COLUMNS="200"))
    assert tonghop(monkeypatch, "--lang", "en", "status", "--area", AREA, "--period", "2025-05") == 0
    shown = capsys.readouterr().out
    assert "8 units: 7 accepted in time, 0 late, 1 refused, 0 missing." in shown
    assert f"✗ {WRONG} Xã Ma Nới" in shown
    assert "is above denominator" in shown


def test_status_is_vietnamese_by_default(
    after_night: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a setting the language is Vietnamese."""
    monkeypatch.setattr(os, "environ", clean_environment(TONGHOP_HOME=str(after_night), COLUMNS="200"))
    tonghop(monkeypatch, "status", "--area", AREA, "--period", "2025-05")
    assert "bị trả lại" in capsys.readouterr().out


def test_status_as_json(after_night: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Status has the same content as JSON."""
    monkeypatch.setattr(os, "environ", clean_environment(TONGHOP_HOME=str(after_night)))
    tonghop(monkeypatch, "status", "--area", AREA, "--period", "2025-05", "--json")
    shown = json.loads(capsys.readouterr().out)
    states = {unit["standing"]["code"]: unit["standing"]["state"] for unit in shown["units"]}
    assert (shown["period"], shown["revision"], states[WRONG]) == ("2025-05", 1, "quarantined")


def test_explain_leads_to_file_and_cell(
    after_night: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Explain lists each commune's numbers, cell, file and hash, and names missing communes."""
    monkeypatch.setattr(os, "environ", clean_environment(TONGHOP_HOME=str(after_night)))
    tonghop(monkeypatch, "explain", "--area", AREA, "--period", "2025-05", "--indicator", "hsskdt", "--json")
    shown = json.loads(capsys.readouterr().out)
    assert [unit["code"] for unit in shown["absent"]] == [WRONG]
    for part in shown["contributions"]:
        digest = part["contribution"]["file"]["sha256"]
        assert (after_night / "landing" / digest[:2] / digest[2:4] / digest).is_file()
    cells = {part["contribution"]["sources"][0]["cell"] for part in shown["contributions"]}
    assert cells == {"E49"}


def test_explain_as_text(
    after_night: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The text shows the figure, its definition, and a line for each commune."""
    monkeypatch.setattr(os, "environ", clean_environment(TONGHOP_HOME=str(after_night), COLUMNS="160"))
    tonghop(monkeypatch, "--lang", "en", "explain", "--area", AREA, "--period", "2025-05", "--indicator", "hsskdt")
    shown = capsys.readouterr().out
    assert "Biểu 01-T!E49 / D49" in shown
    assert f"No figure from {WRONG} Xã Ma Nới." in shown


@pytest.mark.parametrize(("text", "number"), [("10%", 0.1), ("10", 0.1), ("0%", 0), ("2,5%", 0.025), ("100%", 1)])
def test_shares_are_parsed(text: str, number: float) -> None:
    """A share may have a percent sign or not, and a comma or a dot."""
    assert share(text) == pytest.approx(number)


@pytest.mark.parametrize(("left", "refused", "code"), [((), False, 0), ((), True, 1), (("a.xlsx",), True, 3)])
def test_exit_codes_of_a_run(left: tuple[str, ...], refused: bool, code: int) -> None:
    """0 all accepted, 1 a submission was refused, 3 a file could not be fetched."""
    submission = SubmissionOutcome(1, "a.xlsx", None, None, not refused, ())
    assert exit_code(RunOutcome("run", (submission,), 0, (), left, 0)) == code


def test_demo_keeps_a_folder_it_did_not_make(
    environment: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The demo empties only what an earlier demo made."""
    precious = environment / "home" / "demo" / "precious.txt"
    precious.parent.mkdir(parents=True)
    precious.write_text("keep")
    assert tonghop(monkeypatch, "demo") == 2
    assert precious.read_text() == "keep"
    assert "TONGHOP_HOME" in capsys.readouterr().err


def test_demo_does_not_use_the_deployment(tmp_path: Path) -> None:
    """The demo does not use a deployment's warehouse, inbox and catalogue."""
    own = settings_of(tmp_path, warehouse_url="postgresql://production/db", inbox=("/real",), catalog=Path("/own"))
    demo: Settings = _demo_settings(own)
    assert demo.database == f"sqlite:///{tmp_path}/demo/warehouse.db"
    assert (source_folders(demo), demo.catalog) == ((f"{tmp_path}/demo/inbox",), None)
