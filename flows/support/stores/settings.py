"""Settings of the object store that machines share."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, SecretStr


def _checked_store(address: str) -> str:
    parts = urlsplit(address)
    if address and (parts.scheme != "s3" or not parts.netloc):
        raise ValueError("it has to be s3://bucket or s3://bucket/folder")
    return address


class StoreSettings(BaseModel):
    """Settings of the object store; part of `flows.support.settings.Settings`."""

    store: Annotated[str, AfterValidator(_checked_store)] = ""
    """Where landed files, replies and published reports are kept, as s3://bucket/folder; empty: in the home."""
    store_endpoint: str = ""
    """Address of an object store other than Amazon's."""
    store_user: str = ""
    """Access key; empty: what the machine's own configuration for S3 says."""
    store_password: SecretStr | None = None
    """The secret key for it."""
    store_authority: Path | None = None
    """File of the certificate authority that the store's certificate is of; None: one of the system's."""
