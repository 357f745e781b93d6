"""Fixtures of the site's tests."""

import os
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="package")
def no_waiting_for_disks() -> Iterator[None]:
    """Wait for no disk: each build waits for all that other processes have written as well."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "sync", lambda: None)
        yield
