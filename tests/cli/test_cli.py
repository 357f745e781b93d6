"""The command line teaches, starts fast, and ends with the exit code that fits."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import main as entry
from cli.commands.demo import _settings_of_the_demo
from cli.commands.sample import share
from cli.running import exit_code
from flows.pipeline.outcome import RunOutcome, SubmissionOutcome
from flows.support.settings import Settings
from tests.cli.command import live_in, tonghop
from tests.flows.deployments.prefect_server import clean_environment
from tests.flows.pipeline.nightly_runs import AREA, WRONG, settings_of

COMMANDS = (
    "template",
    "sample",
    "check",
    "nightly",
    "rerun",
    "status",
    "rollup",
    "explain",
    "history",
    "withdraw",
    "publish",
    "demo",
)
HEAVY = ("prefect", "great_expectations", "pandas")


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home of the test's own; nothing it sets stays behind."""
    live_in(tmp_path / "home", monkeypatch)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", [*COMMANDS, "close", "verify", "backup", "restore", "copy"])
def test_help_teaches(command: str) -> None:
    """The help of every command ends with an example of itself."""
    shown = CliRunner().invoke(entry.app, [command, "--help"]).output
    assert "Example: tonghop" in shown
    assert command in shown


def test_help_names_every_command_and_exit_code() -> None:
    """Who types only `tonghop --help` sees a month's work and what the exit codes mean."""
    shown = CliRunner().invoke(entry.app, ["--help"]).output
    assert [command for command in COMMANDS if f"tonghop {command}" not in shown and command != "sample"] == []
    assert "Exit codes: 0 done; 1 done, but submissions were refused" in shown


@pytest.mark.parametrize("words", [[], ["template"], ["status"], ["explain"], ["nightly"]])
def test_help_waits_for_nothing(words: list[str]) -> None:
    """Help imports neither Prefect nor Great Expectations, pandas or SQLAlchemy."""
    assert imported_by([*words, "--help"], Path.cwd()) & {*HEAVY, "sqlalchemy"} == set()


@pytest.mark.parametrize(
    ("words", "allowed"),
    [
        (["template", "--unit", "22813", "--period", "2025-05"], set()),
        (["status", "--area", AREA, "--period", "2025-05"], {"sqlalchemy"}),
        (["explain", "--area", AREA, "--period", "2025-05", "--indicator", "any"], {"sqlalchemy"}),
        (["history", "--unit", "22813", "--period", "2025-05"], {"sqlalchemy"}),
    ],
)
def test_light_commands_import_only_what_they_need(tmp_path: Path, words: list[str], allowed: set[str]) -> None:
    """Commands that run no flow start without Prefect, Great Expectations and pandas."""
    assert imported_by(words, tmp_path) & {*HEAVY, "sqlalchemy"} == allowed


def imported_by(words: list[str], folder: Path) -> set[str]:
    """Top-level packages that a command imports."""
    script = (
        "import sys\n"
        "from cli.main import main\n"
        f"sys.argv = ['tonghop', *{words!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print('\\n' + ' '.join({name.partition('.')[0] for name in sys.modules}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=folder,
        env=clean_environment(TONGHOP_HOME=str(folder / "home")),
        check=True,
        capture_output=True,
        text=True,
    )
    return set(done.stdout.splitlines()[-1].split())


def test_version() -> None:
    """`--version` says which program this is."""
    assert CliRunner().invoke(entry.app, ["--version"]).output.startswith("tonghop ")


def test_template_writes_a_workbook(environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A template goes where it is asked to go."""
    code = tonghop(monkeypatch, "template", "--unit", "22813", "--period", "2025-05", "-o", "new/form.xlsx")
    assert code == 0
    assert (environment / "new" / "form.xlsx").read_bytes()[:2] == b"PK"


def test_template_spares_a_filled_file(
    environment: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that is there may be filled: it is written over only when that is said."""
    (environment / "form.xlsx").write_text("filled")
    words = ["template", "--unit", "22813", "--period", "2025-05", "-o", "form.xlsx"]
    assert tonghop(monkeypatch, *words) == 2
    assert "--force" in capsys.readouterr().err
    assert tonghop(monkeypatch, *words, "--force") == 0


@pytest.mark.parametrize(
    "words",
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
def test_wrong_usage_is_2(environment: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    """Whatever the caller got wrong ends with 2, before any server is started."""
    assert tonghop(monkeypatch, *words) == 2
    assert not (environment / "home" / "prefect" / "prefect.db").exists()


def test_a_bad_setting_is_2(monkeypatch: pytest.MonkeyPatch, environment: Path) -> None:
    """A setting that cannot be used is wrong usage too."""
    monkeypatch.setenv("TONGHOP_BATCH_SIZE", "none")
    assert environment
    assert tonghop(monkeypatch, "status", "--area", AREA, "--period", "2025-05") == 2


def test_our_fault_is_3(environment: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A warehouse that cannot be opened is our fault: one paragraph that says what to do, no traceback."""
    (environment / "home").mkdir()
    (environment / "home" / "warehouse.db").write_text("this is no database, " * 100)
    assert tonghop(monkeypatch, "status", "--area", AREA, "--period", "2025-05") == 3
    result = capsys.readouterr().err
    assert "restore" in result
    assert "Traceback" not in result


def test_debug_shows_where(
    environment: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With --debug the place of the failure is shown as well."""
    assert environment
    assert tonghop(monkeypatch, "--debug", "status", "--area", AREA, "--period", "May") == 2
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "output"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "kho/bao.xlsx"), "no room is left (kho/bao.xlsx)"),
        (PermissionError(errno.EACCES, "Permission denied", "kho"), "kho cannot be used (Permission denied)"),
    ],
)
def test_a_full_or_locked_disk_is_3(
    error: OSError, output: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever command it befalls, the place is named and what to do, without a traceback."""

    def fail() -> None:
        raise error

    monkeypatch.setattr(entry, "app", fail)
    assert tonghop(monkeypatch, "nightly") == 3
    shown = capsys.readouterr().err
    assert output in " ".join(shown.split())
    assert "then run the same command again" in " ".join(shown.split())


def test_a_server_that_does_not_answer_is_3(tmp_path: Path) -> None:
    """A given Prefect server that is not there is told as such."""
    completed = subprocess.run(
        [sys.executable, "-c", "from cli.main import main; main()", "nightly"],
        env=clean_environment(TONGHOP_HOME=str(tmp_path / "home"), PREFECT_API_URL="http://127.0.0.1:9/api"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.returncode == 3
    assert "Prefect server does not answer" in completed.stderr


def test_status_tells_who_and_why(
    after_night: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status names the refused commune, the cells and what to do."""
    monkeypatch.setattr(os, "environ", clean_environment(TONGHOP_HOME=str(after_night), COLUMNS="200"))
    assert tonghop(monkeypatch, "--lang", "en", "status", "--area", AREA, "--period", "2025-05") == 0
    shown = capsys.readouterr().out
    assert "8 units: 7 accepted in time, 0 late, 1 refused, 0 missing." in shown
    assert f"✗ {WRONG} Xã Ma Nới" in shown
    assert "is above denominator" in shown


def test_status_speaks_vietnamese(
    after_night: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a choice of language people read Vietnamese."""
    monkeypatch.setattr(os, "environ", clean_environment(TONGHOP_HOME=str(after_night), COLUMNS="200"))
    tonghop(monkeypatch, "status", "--area", AREA, "--period", "2025-05")
    assert "bị trả lại" in capsys.readouterr().out


def test_status_as_json(after_night: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Programs get the same as JSON."""
    monkeypatch.setattr(os, "environ", clean_environment(TONGHOP_HOME=str(after_night)))
    tonghop(monkeypatch, "status", "--area", AREA, "--period", "2025-05", "--json")
    shown = json.loads(capsys.readouterr().out)
    states = {unit["standing"]["code"]: unit["standing"]["state"] for unit in shown["units"]}
    assert (shown["period"], shown["revision"], states[WRONG]) == ("2025-05", 1, "quarantined")


def test_explain_leads_to_file_and_cell(
    after_night: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Explain goes from the figure to each commune's numbers, cell, file and hash, and names who is absent."""
    monkeypatch.setattr(os, "environ", clean_environment(TONGHOP_HOME=str(after_night)))
    tonghop(monkeypatch, "explain", "--area", AREA, "--period", "2025-05", "--indicator", "hsskdt", "--json")
    shown = json.loads(capsys.readouterr().out)
    assert [unit["code"] for unit in shown["absent"]] == [WRONG]
    for part in shown["contributions"]:
        digest = part["contribution"]["file"]["sha256"]
        assert (after_night / "landing" / digest[:2] / digest[2:4] / digest).is_file()
    cells = {part["contribution"]["sources"][0]["cell"] for part in shown["contributions"]}
    assert cells == {"E49"}


def test_explain_for_people(
    after_night: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """People see the figure, its meaning, and a line for each commune."""
    monkeypatch.setattr(os, "environ", clean_environment(TONGHOP_HOME=str(after_night), COLUMNS="160"))
    tonghop(monkeypatch, "--lang", "en", "explain", "--area", AREA, "--period", "2025-05", "--indicator", "hsskdt")
    shown = capsys.readouterr().out
    assert "Biểu 01-T!E49 / D49" in shown
    assert f"No figure from {WRONG} Xã Ma Nới." in shown


@pytest.mark.parametrize(("text", "number"), [("10%", 0.1), ("10", 0.1), ("0%", 0), ("2,5%", 0.025), ("100%", 1)])
def test_shares_as_people_type_them(text: str, number: float) -> None:
    """A share may be typed with or without its sign, with a comma or a dot."""
    assert share(text) == pytest.approx(number)


@pytest.mark.parametrize(("left", "refused", "code"), [((), False, 0), ((), True, 1), (("a.xlsx",), True, 3)])
def test_exit_codes_of_a_run(left: tuple[str, ...], refused: bool, code: int) -> None:
    """0 all well, 1 somebody was refused, 3 something could not be fetched."""
    result = SubmissionOutcome(1, "a.xlsx", None, None, not refused, ())
    assert exit_code(RunOutcome("run", (result,), 0, (), left, 0)) == code


def test_demo_spares_a_folder_it_did_not_make(
    environment: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The demo empties only what an earlier demo made."""
    precious = environment / "home" / "demo" / "precious.txt"
    precious.parent.mkdir(parents=True)
    precious.write_text("keep")
    assert tonghop(monkeypatch, "demo") == 2
    assert precious.read_text() == "keep"
    assert "TONGHOP_HOME" in capsys.readouterr().err


def test_demo_keeps_away_from_the_deployment(tmp_path: Path) -> None:
    """The demo runs beside a deployment's own warehouse, inbox and catalogue, never on them."""
    own = settings_of(tmp_path, warehouse_url="postgresql://production/db", inbox=("/real",), catalog=Path("/own"))
    demo: Settings = _settings_of_the_demo(own)
    assert demo.database == f"sqlite:///{tmp_path}/demo/warehouse.db"
    assert (demo.inboxes, demo.catalog) == ((f"{tmp_path}/demo/inbox",), None)
