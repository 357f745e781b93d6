"""Settings: read from the environment, validated with the variable's name, passed to Prefect."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from domain.errors import UsageError
from flows.support.settings import has_own_server, load_settings, prepare_environment
from flows.support.sources import source_folders
from workbooks.cells.guards import Limits


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Isolate the tests from the environment, and restore it afterwards."""
    for name in list(os.environ):
        if name.startswith(("TONGHOP_", "PREFECT_")):
            monkeypatch.delenv(name)
    monkeypatch.setattr(os, "environ", os.environ.copy())


def test_everything_lies_under_the_home(tmp_path: Path) -> None:
    """By default warehouse, inbox, landing and publications are in the home."""
    settings = load_settings(home=tmp_path)
    assert settings.database == f"sqlite:///{tmp_path}/warehouse.db"
    assert source_folders(settings) == (str(tmp_path / "inbox"),)
    assert (settings.landing, settings.published) == (tmp_path / "landing", tmp_path / "published")


def test_home_is_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A relative home is the same folder for processes in other working directories."""
    monkeypatch.chdir(tmp_path)
    assert load_settings(home="var").home == tmp_path / "var"


@pytest.mark.parametrize(
    ("text", "inboxes"),
    [
        ("/data/a b, c", ("/data/a b, c",)),
        ("/data/in; sftp://district/tray ;", ("/data/in", "sftp://district/tray")),
        ('["/data/a;b"]', ("/data/a;b",)),
        ("", ()),
    ],
)
def test_several_inboxes(monkeypatch: pytest.MonkeyPatch, text: str, inboxes: tuple[str, ...]) -> None:
    """Inboxes are separated by semicolons; a name with a semicolon is written as JSON."""
    monkeypatch.setenv("TONGHOP_INBOX", text)
    assert load_settings().inbox == inboxes


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("", Limits()),
        ("cells=5", Limits(cells=5)),
        (" cells = 5, rows=10 ,", Limits(cells=5, rows=10)),
        ('{"cells": 5}', Limits(cells=5)),
    ],
)
def test_limits_of_workbooks(monkeypatch: pytest.MonkeyPatch, text: str, limits: Limits) -> None:
    """Limits are set by name; others keep their defaults."""
    monkeypatch.setenv("TONGHOP_READING_LIMITS", text)
    assert load_settings().reading_limits == limits


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("TONGHOP_BATCH_SIZE", "0"),
        ("TONGHOP_LANG", "fr"),
        ("TONGHOP_INBOX", "[broken"),
        ("TONGHOP_READING_WORKERS", "-1"),
        ("TONGHOP_READING_CPU_SECONDS", "0"),
        ("TONGHOP_READING_LIMITS", "cell=5"),
        ("TONGHOP_UNPACK_LIMITS", "gigabytes=5"),
        ("TONGHOP_READING_LIMITS", "cells"),
        ("TONGHOP_READING_LIMITS", "cells=-5"),
        ("TONGHOP_RUNNER", "ray"),
        ("TONGHOP_SCHEDULER", "tcp://127.0.0.1:8786"),
        ("TONGHOP_SCHEDULER", "tls://scheduler"),
    ],
)
def test_a_bad_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, text: str) -> None:
    """An invalid value is wrong usage, reported with its variable."""
    monkeypatch.setenv(name, text)
    with pytest.raises(UsageError, match=name):
        load_settings()


def test_prepared_settings_are_read_back(tmp_path: Path) -> None:
    """Settings of the command line reach flows through the environment."""
    settings = load_settings(
        home=tmp_path, lang="en", inbox=("/a;b", "/c"), areas=("585",), reading_limits=Limits(cells=5)
    )
    prepare_environment(settings)
    assert load_settings() == settings


def test_prefect_keeps_to_the_home(tmp_path: Path) -> None:
    """Prefect keeps its state in the home and makes no calls to other hosts."""
    prepare_environment(load_settings(home=tmp_path))
    assert os.environ["PREFECT_HOME"] == str(tmp_path / "prefect")
    assert (os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"], os.environ["DO_NOT_TRACK"]) == ("false", "1")


def test_settings_of_prefect_take_precedence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An operator's own Prefect settings override ours."""
    monkeypatch.setenv("PREFECT_HOME", "/elsewhere")
    prepare_environment(load_settings(home=tmp_path))
    assert os.environ["PREFECT_HOME"] == "/elsewhere"


def test_a_given_server_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server is used only if `PREFECT_API_URL` is set."""
    before = has_own_server()
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:4200/api")
    assert (before, has_own_server()) == (False, True)


def test_prefect_gets_our_settings(tmp_path: Path) -> None:
    """Prefect reads the variables that we set."""
    script = (
        "from pathlib import Path\n"
        "from flows.support.settings import load_settings, prepare_environment\n"
        f"prepare_environment(load_settings(home={str(tmp_path)!r}))\n"
        "from prefect.settings import get_current_settings\n"
        "now = get_current_settings()\n"
        "print(now.home, now.server.ephemeral.startup_timeout_seconds, now.server.analytics_enabled)\n"
        "from prefect.logging.configuration import load_logging_config\n"
        "from prefect.logging.configuration import DEFAULT_LOGGING_SETTINGS_PATH\n"
        "print(load_logging_config(DEFAULT_LOGGING_SETTINGS_PATH)['handlers']['console']['level'])\n"
    )
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    shown = subprocess.run(
        [sys.executable, "-c", script], env=clean, check=True, capture_output=True, text=True
    ).stdout.split()
    assert shown == [str(tmp_path / "prefect"), "180", "False", "CRITICAL"]


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ({"oidc_issuer": "http://login.example.vn", "oidc_client_id": "x"}, "TONGHOP_OIDC_ISSUER"),
        ({"oidc_issuer": "login.example.vn", "oidc_client_id": "x"}, "TONGHOP_OIDC_ISSUER"),
        ({"oidc_issuer": "https://login.example.vn"}, "TONGHOP_OIDC_CLIENT_ID"),
        ({"oidc_scope": "profile"}, "TONGHOP_OIDC_SCOPE"),
    ],
    ids=["in clear", "no address", "no client", "no openid"],
)
def test_a_provider_is_named_in_full(setting: dict[str, object], problem: str) -> None:
    """By an address with TLS, and with the name under which it knows the desk."""
    with pytest.raises(UsageError, match=problem):
        load_settings(**setting)
