"""An object store within the test's own process, which can be made to refuse requests, and notes them."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache, cached_property
from typing import Any
from uuid import uuid4
from wsgiref.types import StartResponse, WSGIEnvironment

from botocore import session
from botocore.session import get_session
from moto.server import ThreadedMotoServer

from connectors.stores.s3 import BucketAccess, S3Store

# Every client reads what botocore knows of services, which takes longer than a test does with one.
session.create_loader = cache(session.create_loader)

KEY = "key"
_WRITES = frozenset({"PUT", "POST", "DELETE"})


class ObjectStoreServer:
    """A bucket of its own for each test; `answer_instead` may return a status for a request, by method and key."""

    def __init__(self, server: ThreadedMotoServer) -> None:
        """Stand before this server."""
        self._lock = threading.Lock()
        self._app: Any = server._server.app  # type: ignore[union-attr] # it has been started
        server._server.app = self.answer  # type: ignore[union-attr]
        self.endpoint = "http://{}:{}".format(*server.get_host_and_port())
        self.clear()

    def clear(self) -> None:
        """Make a bucket, and refuse nothing."""
        self.answer_instead: Callable[[str, str], int | None] = lambda _method, _key: None
        self.writes: list[str] = []
        self.bucket = f"test-{uuid4().hex[:12]}"
        self.client.create_bucket(Bucket=self.bucket)

    @cached_property
    def client(self) -> Any:  # noqa: ANN401 # made at run time by botocore
        """Return a client of the server."""
        return get_session().create_client(
            "s3", "us-east-1", endpoint_url=self.endpoint, aws_access_key_id=KEY, aws_secret_access_key=KEY
        )

    def store(self, prefix: str = "published") -> S3Store:
        """Return the store of a prefix."""
        return S3Store(BucketAccess(self.bucket, self.endpoint, KEY, KEY), prefix)

    @property
    def settings(self) -> dict[str, object]:
        """Settings by which landing, outbox and published reports are in this bucket."""
        store = {"store": f"s3://{self.bucket}/office", "store_endpoint": self.endpoint}
        return {**store, "store_user": KEY, "store_password": KEY}

    def keys(self) -> list[str]:
        """Return all keys."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket)
        return [each["Key"] for page in pages for each in page.get("Contents", ())]

    def answer(self, environment: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, or have moto answer it."""
        method, path = environment["REQUEST_METHOD"], environment["PATH_INFO"]
        with self._lock:
            key = path.removeprefix(f"/{self.bucket}/")
            if method in _WRITES:
                self.writes.append(key)
            status = self.answer_instead(method, key)
        if status is None:
            answer: Iterable[bytes] = self._app(environment, start_response)
            return answer
        environment["wsgi.input"].read(int(environment.get("CONTENT_LENGTH") or 0))
        code = {403: "AccessDenied", 503: "SlowDown"}[status]
        start_response(f"{status} {code}", [("Content-Type", "application/xml")])
        return [f"<Error><Code>{code}</Code><Message>Please reduce your rate</Message></Error>".encode()]


@contextmanager
def bucket_server(host: str = "127.0.0.1", port: int = 0) -> Iterator[ObjectStoreServer]:
    """Start an object store; port 0: any that is free."""
    server = ThreadedMotoServer(host, port, verbose=False)
    server.start()
    yield ObjectStoreServer(server)
    server.stop()
