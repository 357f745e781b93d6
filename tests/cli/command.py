"""Commands as people type them, carried out within the test's own process."""

import os
import sys
from pathlib import Path

import pytest

from cli import main as entry
from tests.flows.deployments.prefect_server import clean_environment


def live_in(home: Path, monkeypatch: pytest.MonkeyPatch, **settings: str) -> None:
    """Let commands work in a home, print wide lines, and know no setting but these."""
    monkeypatch.setattr(os, "environ", clean_environment(TONGHOP_HOME=str(home), COLUMNS="200", **settings))


def tonghop(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """The exit code of a command."""
    monkeypatch.setattr(sys, "argv", ["tonghop", *words])
    with pytest.raises(SystemExit) as ended:
        entry.main()
    return int(ended.value.code or 0)
