"""Everything that deploy/ names exists: every command, option, setting, file and component that its files name."""

import re
import shlex
from configparser import ConfigParser, RawConfigParser
from pathlib import Path

import check_jsonschema
import pytest
import typer.core
import typer.main
import yaml
from click.testing import CliRunner
from prefect.settings import Settings as PrefectSettings

from cli.main import app
from connectors.registry import KINDS
from domain.catalog.connectors import read_sources
from flows.support.settings import Settings

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
TEXTS = [path for path in sorted(DEPLOY.rglob("*")) if path.is_file()]
NOT_SETTINGS = {"TONGHOP_SECRETS"}
"""Read by the settings, and none itself."""


class _Unit(ConfigParser):
    """A unit file: systemd's keys have capital letters, and percent signs of its own."""

    def __init__(self) -> None:
        super().__init__(interpolation=None, strict=False)

    optionxform = staticmethod(str)  # type: ignore[assignment] # leaves the keys as they are


def unit(path: Path) -> RawConfigParser:
    """A unit file, read."""
    result = _Unit()
    result.read_string(path.read_text(encoding="utf-8"))
    return result


def commands() -> list[list[str]]:
    """Every call of our command line, without its first word."""
    lines = [unit(path)["Service"]["ExecStart"] for path in UNITS if path.suffix == ".service"]
    called = [shlex.split(line) for line in lines]
    assert {Path(words[0]).name for words in called} == {"tonghop"}
    calls = [words[1:] for words in called]
    return calls + [item["command"] for item in COMPOSE["services"].values() if "command" in item]


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_commands_exist(words: list[str]) -> None:
    """Units and containers call commands with options and values that they take."""
    commands_of: dict[str, typer.core.TyperCommand] = typer.main.get_group(app).commands  # type: ignore[assignment] # typer makes them so
    commands_of[words[0]].make_context(words[0], list(words[1:]))


def test_the_compose_file_keeps_to_its_schema() -> None:
    """Compose would take the file as it is written."""
    checked = CliRunner().invoke(
        check_jsonschema.main, ["--builtin-schema", "vendor.compose-spec", str(DEPLOY / "compose.yaml")]
    )
    assert (checked.exit_code, checked.output) == (0, "ok -- validation done\n")


def test_the_small_office_has_a_mailbox_and_a_share() -> None:
    """Its sources are read as an installation's are."""
    sources = read_sources(DEPLOY / "connectors.yaml", KINDS)
    assert [source.kind for source in sources] == ["imap", "folder"]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(DEPLOY)))
def test_settings_exist(path: Path) -> None:
    """Every variable of ours that is named anywhere is a setting."""
    named = set(re.findall(r"\bTONGHOP_[A-Z_]+", path.read_text(encoding="utf-8"))) - NOT_SETTINGS
    assert named <= {f"TONGHOP_{field.upper()}" for field in Settings.model_fields}


def test_secret_files_are_named_as_settings() -> None:
    """The guide names secrets' files as the settings read them."""
    named = set(re.findall(r"`(tonghop_[a-z_]+)`", (DEPLOY / "README.md").read_text(encoding="utf-8")))
    assert named
    assert {name.removeprefix("tonghop_") for name in named} <= set(Settings.model_fields)


def test_prefects_variables_exist() -> None:
    """Every variable of Prefect's that is named anywhere is one that it reads."""
    named = {name for path in TEXTS for name in re.findall(r"\bPREFECT_[A-Z_]+", path.read_text(encoding="utf-8"))}
    known = set(PrefectSettings().to_environment_variables(include_secrets=True))
    unset = {"PREFECT_API_URL", "PREFECT_SERVER_DATABASE_CONNECTION_URL"}
    assert named
    assert named - known <= unset


def test_units_name_each_other() -> None:
    """A unit of ours that another one waits for is there."""
    result = " ".join(path.read_text(encoding="utf-8") for path in UNITS)
    assert set(re.findall(r"tonghop-\w+\.\w+", result)) <= {path.name for path in UNITS}


def test_units_keep_to_their_folder() -> None:
    """No unit runs as root, and none may write beside the home."""
    for path in UNITS:
        if path.suffix == ".service":
            service = unit(path)["Service"]
            assert (service["User"], service["ProtectSystem"]) == ("tonghop", "strict")


def test_containers_are_made_of_files_that_exist() -> None:
    """What the containers are built from and mount is in the checkout, and who waits for whom exists."""
    services = COMPOSE["services"]
    for service in services.values():
        assert set(service.get("depends_on", ())) <= set(services)
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            assert source in COMPOSE["volumes"] or (DEPLOY / source).is_file()
    assert (ROOT / COMPOSE["x-tonghop"]["build"]["dockerfile"]).is_file()


def test_nobody_outside_reaches_the_containers() -> None:
    """Ports are given to this machine alone: a proxy with TLS is what others see."""
    ports = [port for item in COMPOSE["services"].values() for port in item.get("ports", ())]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_no_secret_is_written_down() -> None:
    """No file holds a password: they are entered, or lie in files of their own."""
    for path in TEXTS:
        text = path.read_text(encoding="utf-8")
        for name, value in re.findall(r"^\s*-?\s*(\w*(?:PASSWORD|AUTH)\w*)[:=] ?(.+)$", text, re.MULTILINE):
            assert value.startswith("${"), f"{path.name}: {name}"
