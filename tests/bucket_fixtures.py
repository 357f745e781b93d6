"""Buckets of an object store, for tests that import `tests.bucket_server`; it is started once."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.bucket_server import ObjectStoreServer


@pytest.fixture(scope="session")
def started_buckets() -> Iterator["ObjectStoreServer"]:
    """Start an object store."""
    from tests.bucket_server import bucket_server  # noqa: PLC0415 # imports the server

    with bucket_server() as started:
        yield started


@pytest.fixture
def bucket(started_buckets: "ObjectStoreServer", monkeypatch: pytest.MonkeyPatch) -> "ObjectStoreServer":
    """Return the object store with an empty bucket; what it refuses twice is not tried again."""
    from connectors.stores import s3  # noqa: PLC0415 # the library takes long to import

    monkeypatch.setattr(s3, "_TRIES", 2)
    s3._client.cache_clear()
    started_buckets.clear()
    return started_buckets
