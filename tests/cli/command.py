"""Run commands within the test's own process."""

import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import typer

from cli import main as entry
from tests.flows.deployments.prefect_server import clean_environment

# Each command builds all commands anew from their functions' types, which takes a third of a short one's time.
typer.main.get_params_from_function = cache(typer.main.get_params_from_function)


def live_in(home: Path, monkeypatch: pytest.MonkeyPatch, **settings: str) -> None:
    """Set the environment of commands: a home, wide lines, and only these settings."""
    monkeypatch.setattr(os, "environ", clean_environment(TONGHOP_HOME=str(home), COLUMNS="200", **settings))


Command = Callable[..., tuple[int, str, str]]
"""Runs a command: exit code, output and errors, each on one line."""


def runner(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Return a function that runs a command in the environment that `live_in` set."""

    def run(*arguments: str) -> tuple[int, str, str]:
        code = tonghop(monkeypatch, *arguments)
        printed = capsys.readouterr()
        return code, " ".join(printed.out.split()), " ".join(printed.err.split())

    return run


def tonghop(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run a command and return its exit code."""
    monkeypatch.setattr(sys, "argv", ["tonghop", *arguments])
    with pytest.raises(SystemExit) as ended:
        entry.main()
    return int(ended.value.code or 0)
