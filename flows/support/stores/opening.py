"""Stores that a deployment keeps its files in, opened from the settings: in the home, or in a bucket."""

from importlib.util import find_spec
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from connectors.landing import Landing
from connectors.stores.local import LocalStore
from connectors.stores.shared_landing import SharedLanding
from domain.errors import UsageError
from domain.stores.store import Store, WriteOnceStore
from flows.support.settings import Settings

_LANDING: Final = "landing"


def published_store(settings: Settings) -> Store:
    """Return the store of published reports.

    Raises:
        UsageError: the object store cannot be used.
    """
    return _store(settings, settings.published)


def outbox_store(settings: Settings) -> Store:
    """Return the store of what is returned to communes.

    Raises:
        UsageError: the object store cannot be used.
    """
    return _store(settings, settings.outbox)


def open_landing(settings: Settings) -> Landing:
    """Return the landing; where it is in an object store, the home has copies of what this machine read.

    Raises:
        UsageError: the object store cannot be used.
    """
    if not settings.store:
        return Landing(settings.landing)
    return SharedLanding(_bucket(settings, settings.landing), settings.home / "cache" / _LANDING)


def _store(settings: Settings, folder: Path) -> Store:
    return _bucket(settings, folder) if settings.store else LocalStore(folder)


def _bucket(settings: Settings, folder: Path) -> WriteOnceStore:
    """Return the part of the bucket that takes the place of a folder of the home, which must not be in use any more."""
    if find_spec("botocore") is None:
        raise UsageError("TONGHOP_STORE needs the libraries for S3: install tonghop[s3]")
    if folder.is_dir() and any(folder.iterdir()):
        raise UsageError(
            f"TONGHOP_STORE is set, but {folder} holds files, which runs would no longer see: bring them into "
            "the store (docs/scale.md), or unset TONGHOP_STORE"
        )
    from connectors.stores.s3 import BucketAccess, S3Store  # noqa: PLC0415 # an extra

    parts, password = urlsplit(settings.store), settings.store_password
    access = BucketAccess(
        parts.netloc,
        settings.store_endpoint or None,
        settings.store_user or None,
        password.get_secret_value() if password else None,
        str(settings.store_authority) if settings.store_authority else None,
    )
    return S3Store(access, f"{parts.path.strip('/')}/{folder.name}".lstrip("/"))
