"""Fixture of commands in a home of their own."""

from pathlib import Path

import pytest

from tests.cli.command import Command, live_in, runner
from tests.flows.pipeline.nightly_runs import prepare_home


@pytest.fixture
def tonghop(
    tmp_path: Path, mirrored_warehouse: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Return a function that runs a command in English in a home of its own: exit code, output, errors."""
    prepare_home(tmp_path / "home", mirrored_warehouse)
    live_in(tmp_path / "home", monkeypatch, TONGHOP_LANG="en")
    return runner(monkeypatch, capsys)
