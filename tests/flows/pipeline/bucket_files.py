"""Files of a home, and the same files out of a bucket."""

import os
from collections.abc import Mapping
from pathlib import Path

from connectors.landing import Landing
from flows.support.context import AppContext
from publishing.storage.published_files import PublishedFiles


def below(folder: Path) -> dict[str, bytes]:
    """Return the files that readers of a folder can open, by address."""
    files: dict[str, bytes] = {}
    for place, folders, names in os.walk(folder, followlinks=True):
        folders[:] = [name for name in folders if not name.startswith(".")]
        paths = (Path(place, name) for name in names if not name.startswith("."))
        files |= {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    return files


def shared(context: AppContext, published: Mapping[str, bytes], outbox: Mapping[str, bytes]) -> tuple[object, ...]:
    """Return the same files out of a bucket, or None for each that is not there, and the names that are there."""
    files = PublishedFiles(context.published)
    return (
        {path: files.read(path) for path in published},
        {path: context.outbox.read(path) for path in outbox},
        sorted(context.landing.digests()),
    )


def in_home(home: Path) -> tuple[object, ...]:
    """Return what `shared` returns, of a home."""
    landed = sorted(Landing(home / "landing").digests())
    return below(home / "published"), below(home / "outbox"), landed
