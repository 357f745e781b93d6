"""The manifest of published files: the revision they belong to, and the hash of each."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from domain.stores.store import Store
from publishing.editions import FIRST_EDITION
from publishing.errors import PublicationDamagedError

MANIFEST = "manifest.json"
_EDITION = "edition"


@dataclass(frozen=True, slots=True)
class Identity:
    """Identity of a revision; the same number made by another run is another revision."""

    area: str
    period: str
    form: str
    boundary: str
    revision: int
    run_id: str
    content_sha256: str


def write_manifest(identity: Identity, files: Mapping[str, bytes], edition: int) -> bytes:
    """Return the manifest of a set of files of an edition; its bytes depend on nothing else."""
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}
    # Manifests of the first edition name none, and stay as they were.
    named = {} if edition == FIRST_EDITION else {_EDITION: edition}
    content = {**asdict(identity), **named, "files": hashes}
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


def edition_of(manifest: bytes) -> int:
    """Return the edition of the files that a manifest lists.

    Raises:
        ValueError: it is not JSON.
    """
    edition: int = json.loads(manifest).get(_EDITION, FIRST_EDITION)
    return edition


def verify(store: Store, path: str, identity: Identity) -> None:
    """Raise unless a published folder holds this revision, in any edition, and its files match the manifest.

    Raises:
        PublicationDamagedError: the manifest is missing or of another run, or a file is missing or altered.
        OSError: the storage failed.
    """
    address, folder = store.at(path), store.folder(path)
    if folder is None:
        raise PublicationDamagedError(address, "it is missing")
    try:
        content = json.loads(folder.read(MANIFEST))
        hashes = dict(content.pop("files"))
        content.pop(_EDITION, None)
        stored = Identity(**content)
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PublicationDamagedError(address, f"{MANIFEST} is missing or unreadable") from error
    if stored != identity:
        raise PublicationDamagedError(
            address,
            f"it was made from form {stored.form} by run {stored.run_id}, "
            f"not from {identity.form} by {identity.run_id}",
        )
    for name, sha256 in hashes.items():
        try:
            data = folder.read(name)
        except FileNotFoundError as error:
            raise PublicationDamagedError(address, f"{name} is missing") from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise PublicationDamagedError(address, f"{name} was changed after it was published")
