"""Bringing files to disk."""

import ctypes
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from connectors.syncing import sync_all

MANY = 1_000


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the kinds of calls that syncing makes from now on."""
    calls: list[str] = []

    def syncfs(_: int) -> int:
        calls.append("file system")
        return 0

    monkeypatch.setattr(os, "fsync", lambda _: calls.append("file"))
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: SimpleNamespace(syncfs=syncfs))
    return calls


def test_very_many_files_are_synced_by_their_file_system(
    tmp_path: Path, synced: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file system on a disk is asked once."""
    monkeypatch.setattr(os, "major", lambda _: 8)
    sync_all([tmp_path] * MANY)
    assert synced == ["file system"]


def test_a_file_system_without_a_disk_is_not_relied_on(
    tmp_path: Path, synced: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each file is synced by itself."""
    monkeypatch.setattr(os, "major", lambda _: 0)
    sync_all([tmp_path] * MANY)
    assert synced == ["file"] * MANY


def test_few_files_are_synced_one_by_one(tmp_path: Path, synced: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """They do not wait for what other programs wrote."""
    monkeypatch.setattr(os, "major", lambda _: 8)
    sync_all([tmp_path] * 10)
    assert synced == ["file"] * 10
