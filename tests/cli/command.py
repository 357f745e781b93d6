"""Run commands within the test's own process."""

import os
import sys
from pathlib import Path

import pytest

from cli import main as entry
from tests.flows.deployments.prefect_server import clean_environment


def live_in(home: Path, monkeypatch: pytest.MonkeyPatch, **settings: str) -> None:
    """Set the environment of commands: a home, wide lines, and only these settings."""
    monkeypatch.setattr(os, "environ", clean_environment(TONGHOP_HOME=str(home), COLUMNS="200", **settings))


def tonghop(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run a command and return its exit code."""
    monkeypatch.setattr(sys, "argv", ["tonghop", *arguments])
    with pytest.raises(SystemExit) as ended:
        entry.main()
    return int(ended.value.code or 0)
