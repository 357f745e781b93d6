"""Store in a bucket of an object store: Amazon S3, or one that speaks its protocol and honours conditional writes.

Objects, by their keys below the store's prefix:

    <path>                          a single file; or of a folder where its files lie, their names, and its links
    <parent>/.files/<name>/<id>/…   files of the folder `<parent>/<name>`, under an id that no other writer has
    <link>/current.json             the folder that a link leads to

A folder is there once its own object is, which is written last and only if there is none (`If-None-Match: *`): of
several writers one is first, and its files are the folder's. Links are switched only if they are as they were read
(`If-Match`). So nothing is ever seen half-written, and no lock is needed.
"""

import errno
import json
import os
import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cache
from http import HTTPStatus
from io import BytesIO
from threading import BoundedSemaphore
from typing import Any, BinaryIO, Final, TypeVar
from uuid import uuid4

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError
from botocore.session import get_session

from connectors.stores.errors import StoreRefusedError, StoreUnavailableError
from domain.stores.store import StoredFolder

T = TypeVar("T")

_CONNECT_SECONDS, _READ_SECONDS = 10, 60
_TRIES = 6
"""Of a request that is not answered or answered by 5xx or 429; the pauses between them grow up to some 30 s in all."""
_AT_ONCE: Final = 16
_WAITING: Final = 64
"""Files that wait to be sent, at most: they are in memory."""
_FILES: Final = ".files"
_CURRENT: Final = "current.json"
_SWITCHES: Final = 20
"""How often a link is read and switched anew, since others switched it in between."""


@dataclass(frozen=True, slots=True)
class BucketAccess:
    """What a bucket is reached by; without `user` and `password` as the machine's own configuration for S3 says.

    `endpoint` is the address of a store other than Amazon's, `authority` the file of its own certificate authority.
    """

    bucket: str
    endpoint: str | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    authority: str | None = None


@dataclass(frozen=True, slots=True)
class S3Folder:
    """A folder that was placed."""

    store: "S3Store"
    where: str
    names: frozenset[str]
    links: Mapping[str, str]

    def read(self, name: str) -> bytes:
        """Return a file; see `StoredFolder.read`."""
        return self.store.read(f"{self.where}/{name}")

    def linked(self, name: str) -> str | None:
        """Return the path of the folder that a link leads to; None: there is no such link."""
        return self.links.get(name)


class S3Draft:
    """A folder that is being written: its files are sent while more are made."""

    def __init__(self, store: "S3Store", path: str) -> None:
        """Begin the folder `path`."""
        self.path = path
        self.where = f"{_files_of(path)}{uuid4().hex}"
        self._store = store
        self._sending: dict[str, Future[None]] = {}
        self._links: dict[str, str] = {}

    def write(self, name: str, data: bytes) -> None:
        """Send a file; see `FolderDraft.write`."""
        if earlier := self._sending.pop(name, None):
            earlier.result()
        self._sending[name] = self._store.send(self._store.put, f"{self.where}/{name}", data)

    def take(self, name: str, folder: StoredFolder) -> bool:
        """Have the object store copy a file of another folder; return whether that has it."""
        if not isinstance(folder, S3Folder) or name not in folder.names:
            return False
        if name not in self._sending:
            self._sending[name] = self._store.send(self._store.copy, f"{folder.where}/{name}", f"{self.where}/{name}")
        return True

    def link(self, name: str, folder: str) -> None:
        """Have a name lead to another folder of the store."""
        self._links[name] = folder

    def read(self, name: str) -> bytes:
        """Return a file that was written."""
        self._sending[name].result()
        return self._store.read(f"{self.where}/{name}")

    def finish(self) -> bytes:
        """Wait until all files are sent, and return the folder's own object."""
        for sent in self._sending.values():
            sent.result()
        names = sorted(self._sending)
        return json.dumps({"files": self.where, "names": names, "links": self._links}, sort_keys=True).encode()


@dataclass(frozen=True, slots=True)
class S3Store:
    """The objects of a bucket below a prefix."""

    access: BucketAccess
    prefix: str

    def at(self, path: str) -> str:
        """Return the address of an object."""
        return f"s3://{self.access.bucket}/{self._key(path)}"

    def read(self, path: str) -> bytes:
        """Return a single file.

        Raises:
            FileNotFoundError: there is none.
        """
        return self._read(path)[0]

    def open(self, path: str) -> BinaryIO:
        """Return a single file, which is read whole; see `Store.open`."""
        return BytesIO(self.read(path))

    def write(self, files: Mapping[str, bytes]) -> None:
        """Put single files; see `Store.write`."""
        _wait([self.send(self.put, path, data) for path, data in files.items()])

    def age(self, path: str) -> float | None:
        """Return how many seconds ago an object was written, by the clock of the store; None: there is none."""
        try:
            facts = self._call("head_object", path)
        except FileNotFoundError:
            return None
        now = parsedate_to_datetime(facts["ResponseMetadata"]["HTTPHeaders"]["date"])
        return float((now - facts["LastModified"]).total_seconds())

    def names(self, path: str) -> list[str]:
        """Return the names directly below a path; see `Store.names`."""
        return sorted({name for names in self._listed(path) for name in names})

    def sizes(self, path: str) -> Mapping[str, int]:
        """Return the objects directly below a path with their bytes; see `Store.sizes`."""
        return dict(sorted(self._listed(path)[0].items()))

    def remove(self, path: str) -> None:
        """Remove an object; of a folder its own first, then its files."""
        self._call("delete_object", path)
        self._remove_files(path)

    def folder(self, path: str) -> S3Folder | None:
        """Return a folder; None: there is none."""
        try:
            facts = json.loads(self.read(path))
        except FileNotFoundError:
            return None
        return S3Folder(self, facts["files"], frozenset(facts["names"]), facts["links"])

    def draft(self, path: str, place: str) -> S3Draft:  # noqa: ARG002 -- files lie where they stay
        """Begin a folder; see `Store.draft`."""
        return S3Draft(self, path)

    def place(self, drafts: Sequence[S3Draft]) -> None:
        """Write each folder's own object; see `Store.place`."""
        _wait([self.send(self._place, draft.path, draft.where, draft.finish()) for draft in drafts])

    def clear(self, place: str) -> None:
        """Leave files of drafts: what else was sent for a folder is removed when it is placed."""

    def exclusive(self, place: str) -> AbstractContextManager[None]:  # noqa: ARG002 -- conditions take its place
        """Let writers go on: conditional writes keep them apart."""
        return nullcontext()

    def target(self, link: str) -> str | None:
        """Return the path that a link leads to; None: there is no such link."""
        return self._target(link)[0]

    def targets(self, path: str) -> Mapping[str, str]:
        """Return the folders that links directly below a path lead to; see `Store.targets`."""
        _, folders = self._listed(path)
        sent = {name: self.send(self.target, posixpath.join(path, name)) for name in sorted(folders)}
        results = {name: each.result() for name, each in sent.items()}
        return {name: target for name, target in results.items() if target is not None}

    def switch(self, link: str, choose: Callable[[], str]) -> None:
        """Put `current.json`, if it still is as it was read before `choose` was called; see `Store.switch`."""
        for _ in range(_SWITCHES):
            before, tag = self._target(link)
            target = choose()
            condition = {"IfNoneMatch": "*"} if tag is None else {"IfMatch": tag}
            content = json.dumps({"target": target}).encode()
            if before == target or self._put_if(f"{link}/{_CURRENT}", content, condition):
                return
        raise StoreUnavailableError(self.at(link), "others switch this link all the time")

    def add(self, path: str, data: bytes) -> bool:
        """Put a single file unless there is one; return whether it was put."""
        return self._put_if(path, data, {"IfNoneMatch": "*"})

    def put(self, path: str, data: bytes) -> None:
        """Put a single file, whether there is one or not."""
        self._call("put_object", path, Body=data)

    def copy(self, source: str, path: str) -> None:
        """Have the store copy an object."""
        self._call("copy_object", path, CopySource={"Bucket": self.access.bucket, "Key": self._key(source)})

    def send(self, work: Callable[..., T], *of: object) -> "Future[T]":
        """Do some work beside the caller, who waits where too much is waiting already."""
        return _threads(os.getpid()).submit(work, *of)

    def _key(self, path: str) -> str:
        return posixpath.join(self.prefix, path)

    def _call(self, operation: str, path: str, **more: object) -> dict[str, Any]:
        """Make a request about an object.

        Raises:
            FileNotFoundError: there is no such object.
            StoreUnavailableError, StoreRefusedError: the store did not do it.
        """
        with _reported(self.at(path)):
            client = _client(self.access, os.getpid())
            result: dict[str, Any] = getattr(client, operation)(Bucket=self.access.bucket, Key=self._key(path), **more)
            return result

    def _read(self, path: str) -> tuple[bytes, str]:
        """Return a single file and the tag of this version of it."""
        with _reported(self.at(path)):
            answer = self._call("get_object", path)
            return answer["Body"].read(), answer["ETag"]

    def _target(self, link: str) -> tuple[str | None, str | None]:
        try:
            content, tag = self._read(f"{link}/{_CURRENT}")
        except FileNotFoundError:
            return None, None
        return json.loads(content)["target"], tag

    def _put_if(self, path: str, data: bytes, condition: Mapping[str, str]) -> bool:
        """Put a single file on a condition; return whether that held."""
        for _ in range(_TRIES):
            try:
                self._call("put_object", path, Body=data, **condition)
            except _ConditionError as error:
                if error.status == HTTPStatus.PRECONDITION_FAILED:
                    return False
            except FileNotFoundError:  # what was to be replaced is gone
                return False
            else:
                return True
        raise StoreUnavailableError(self.at(path), "others write it all the time")

    def _listed(self, path: str) -> tuple[dict[str, int], set[str]]:
        """Return the names of objects, with their bytes, and of folders directly below a path, without hidden ones."""
        above = self._key(path).rstrip("/") + "/" if path or self.prefix else ""
        objects, folders = dict[str, int](), set[str]()
        for page in self._pages(above, Delimiter="/"):
            objects |= {each["Key"].removeprefix(above): each["Size"] for each in page.get("Contents", ())}
            folders |= {each["Prefix"].removeprefix(above).rstrip("/") for each in page.get("CommonPrefixes", ())}
        shown = {name: size for name, size in objects.items() if name and not name.startswith(".")}
        return shown, {name for name in folders if not name.startswith(".")}

    def _pages(self, above: str, **more: str) -> Iterator[dict[str, Any]]:
        """Yield the answers to a listing of all keys that begin so."""
        with _reported(f"s3://{self.access.bucket}/{above}"):
            lister = _client(self.access, os.getpid()).get_paginator("list_objects_v2")
            yield from lister.paginate(Bucket=self.access.bucket, Prefix=above, **more)

    def _place(self, path: str, where: str, content: bytes) -> None:
        is_first = self.add(path, content)
        # Drafts of others can no longer become this folder; one that is not the first is such a draft itself.
        self._remove_files(path, spared=where if is_first else json.loads(self.read(path))["files"])
        if not is_first:
            raise FileExistsError(self.at(path))

    def _remove_files(self, path: str, spared: str | None = None) -> None:
        """Remove the files of a folder and of its drafts, but for those that lie there."""
        above = self._key(_files_of(path))
        kept = None if spared is None else f"{self._key(spared)}/"
        for page in self._pages(above):
            keys = [each["Key"] for each in page.get("Contents", ()) if not (kept and each["Key"].startswith(kept))]
            if keys:  # a page has no more than one request takes
                with _reported(self.at(path)):
                    _client(self.access, os.getpid()).delete_objects(
                        Bucket=self.access.bucket, Delete={"Objects": [{"Key": key} for key in keys], "Quiet": True}
                    )


def _files_of(path: str) -> str:
    """Return the path below which all files of a folder lie."""
    parent, name = posixpath.split(path)
    return posixpath.join(parent, _FILES, name, "")


def _wait(sent: Iterable["Future[None]"]) -> None:
    for each in sent:
        each.result()


@cache
def _client(access: BucketAccess, process: int) -> Any:  # noqa: ANN401 # made at run time by botocore
    """Return a client of this process; a forked one cannot share connections."""
    del process
    return get_session().create_client(
        "s3",
        region_name=None,
        endpoint_url=access.endpoint,
        aws_access_key_id=access.user,
        aws_secret_access_key=access.password,
        verify=access.authority,
        config=Config(
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            retries={"mode": "standard", "total_max_attempts": _TRIES},
            max_pool_connections=_AT_ONCE + 1,
            s3={"addressing_style": "path"} if access.endpoint else {},
        ),
    )


@cache
def _threads(process: int) -> "_Sender":
    del process
    return _Sender()


class _Sender:
    """Threads that send files; who hands over more than may wait, waits."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_AT_ONCE)
        self._room = BoundedSemaphore(_WAITING)

    def submit(self, work: Callable[..., T], *of: object) -> "Future[T]":
        self._room.acquire()
        future = self._threads.submit(work, *of)
        future.add_done_callback(lambda _: self._room.release())
        return future


class _ConditionError(StoreRefusedError):
    """A conditional write was not done: the object is another, or somebody else writes it at this moment."""

    def __init__(self, address: str, reason: str, status: int) -> None:
        super().__init__(address, reason)
        self.status = status


@contextmanager
def _reported(address: str) -> Iterator[None]:
    """Report what a store or the network said as an error of ours, and an object that is missing as such."""
    try:
        yield
    except ClientError as error:
        reason = f"{error.response['Error'].get('Code', '')} {error.response['Error'].get('Message', '')}".strip()
        code, status = error.response["Error"].get("Code"), _status(error)
        if status == HTTPStatus.NOT_FOUND and code != "NoSuchBucket":
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), address) from error
        if status in {HTTPStatus.PRECONDITION_FAILED, HTTPStatus.CONFLICT}:
            raise _ConditionError(address, reason, status) from error
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
            raise StoreUnavailableError(address, reason) from error
        raise StoreRefusedError(address, reason) from error
    except (NoCredentialsError, PartialCredentialsError) as error:
        raise StoreRefusedError(address, str(error)) from error
    except BotoCoreError as error:
        raise StoreUnavailableError(address, str(error)) from error


def _status(error: ClientError) -> int:
    return int(error.response["ResponseMetadata"]["HTTPStatusCode"])
