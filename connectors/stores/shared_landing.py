"""The landing in a store that all machines reach; each keeps copies of what it reads, by the same names."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from connectors.landing import APART, MARK, REASON, Landing, LandingBatch, NotLandedError
from connectors.stores.errors import StoreUnconditionalError
from domain.stores.store import WriteOnceStore

_AT_ONCE = 8


class SharedLanding(Landing):
    """A landing in a store; `root` is a folder of copies, which may be emptied while nothing runs."""

    def __init__(self, store: WriteOnceStore, root: Path) -> None:
        """Land in the store."""
        super().__init__(root)
        self._store = store
        self._copies = Landing(root)

    @contextmanager
    def batch(self) -> Iterator[LandingBatch]:
        """Land the files that are added within the block: in the store at its end; see `Landing.batch`.

        Raises:
            OSError: the store does not take them; nothing may be recorded of them.
        """
        with ExitStack() as drafts:
            batch = _SharedBatch(self, self._copies, drafts)
            yield batch
            batch.keep()

    def keep(self, digest: str) -> bool:
        """Bring a copy into the store unless it has these bytes, or has them set apart; return whether it was new."""
        if self.is_apart(digest):
            super().path_of(digest).unlink(missing_ok=True)
            return False
        key, data = _key(digest), super().path_of(digest).read_bytes()
        if self._store.add(key, data):
            return True
        if sha256(self._store.read(key)).hexdigest() == digest:
            return False
        self._store.write({key: data})
        return True

    def mark(self) -> str:
        """Return what tells this landing from any other, written into it by the first that asks.

        Raises:
            StoreUnconditionalError: the store would overwrite it.
        """
        fresh = uuid4().hex.encode()
        if self._store.add(MARK, fresh) and self._store.add(MARK, fresh):
            raise StoreUnconditionalError(self._store.at(MARK))
        return self._store.read(MARK).decode("ascii")

    def read_mark(self) -> str | None:
        """Return what `mark` wrote; None: this landing was never marked."""
        try:
            return self._store.read(MARK).decode("ascii")
        except FileNotFoundError:
            return None

    def checked_path(self, digest: str) -> Path:
        """Return the path of a copy of bytes that the store has, see `Landing.checked_path`.

        Another machine may have set them apart since they were copied.
        """
        if self._store.age(_key(digest)) is None or not self.path_of(digest).is_file():
            raise NotLandedError(digest, self._store.at(_key(digest)))
        return super().checked_path(digest)

    def is_apart(self, digest: str) -> bool:
        """Whether the bytes of that sha256 were set apart, by this machine or before."""
        return digest in self._apart_digests

    def set_apart(self, digest: str, reason: str) -> None:
        """Move the bytes of that sha256 to a place of their own, where nothing looks for landed files."""
        path = self.path_of(digest)
        if path.is_file():
            apart = f"{APART}/{digest}"
            self._store.write({f"{apart}{REASON}": reason.encode(), apart: path.read_bytes()})
            self._store.remove(_key(digest))
            path.unlink()
            self._apart_digests.add(digest)

    def reason_apart(self, digest: str) -> str:
        """Return why bytes were set apart; "" where that is not known."""
        try:
            return self._store.read(f"{APART}/{digest}{REASON}").decode()
        except FileNotFoundError:
            return ""

    def digests(self) -> Iterator[str]:
        """Yield the sha256 of every file that was landed, whole or not, in order."""
        for first in self._store.names(""):
            for second in self._store.names(first) if len(first) == 2 else ():
                yield from self._store.names(f"{first}/{second}")

    def path_of(self, digest: str) -> Path:
        """Return the path for a copy of the bytes of that sha256, which is made unless they are missing or damaged."""
        path = super().path_of(digest)
        if not path.is_file():
            with suppress(FileNotFoundError):
                data = self._store.read(_key(digest))
                if sha256(data).hexdigest() == digest:
                    self._copies.land(data)
        return path

    @cached_property
    def _apart_digests(self) -> set[str]:
        return {name for name in self._store.names(APART) if not name.endswith(REASON)}


class _SharedBatch(LandingBatch):
    """Files that are landed together: brought to disk as copies, then into the store."""

    def __init__(self, shared: SharedLanding, copies: Landing, drafts: ExitStack) -> None:
        super().__init__(copies, drafts)
        self._shared = shared
        self._digests: set[str] = set()
        self._new = frozenset[str]()

    @property
    def new(self) -> frozenset[str]:
        """Sha256 of the files that were not in the store before."""
        return self._new

    def add(self, chunks: Iterable[bytes]) -> str:
        """Write the bytes of all chunks and return their sha256; see `LandingBatch.add`."""
        digest = super().add(chunks)
        self._digests.add(digest)  # of a file that has a copy here it is not known whether the store has it
        return digest

    def keep(self) -> None:
        """Bring every file to disk, then into the store; see `LandingBatch.keep`."""
        super().keep()
        digests = sorted(self._digests)
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            kept = list(threads.map(self._shared.keep, digests))
        self._new = frozenset(digest for digest, is_new in zip(digests, kept, strict=True) if is_new)


def _key(digest: str) -> str:
    return f"{digest[:2]}/{digest[2:4]}/{digest}"
