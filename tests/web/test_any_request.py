"""Any request at all: both sites answer 4xx where they have nothing, and never fail."""

import asyncio
import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from connectors.landing import Landing
from connectors.stores.local import LocalStore
from domain.catalog.catalog import Catalog
from flows.service.http_guards import BasicAuthentication
from publishing.figures.formatter import ReportFormatter
from tests.examples import examples
from tests.flows.pipeline.nightly_runs import AREA, NOW, WRONG, context_of, settings_of
from warehouse.store.engine import Engine
from web.apps import published_site
from web.desk.app import office_site
from web.desk.context import DeskContext

CREDENTIAL = "an:mật khẩu"
AUTHORIZATION = b"Basic " + base64.b64encode(CREDENTIAL.encode())
LONG = "a" * 5000
ODD = [
    "",
    ".",
    "..",
    "\0",
    "\\",
    "\ud800",
    "²",
    LONG,
    "..%2f..",
    "2025-05",
    "0000",
    "9999-Q4",
    AREA,
    WRONG,
    "chua-ro-ky",
]
WORDS = st.text(max_size=80) | st.sampled_from(ODD)
PLACES = st.sampled_from(
    [
        *(
            "/{0}",
            "/{0}/{1}/",
            "/{0}/{1}/{2}",
            "/outbox/{0}/{1}/",
            "/outbox/{0}/{1}/{2}",
            "/quality/{0}",
            "/submissions",
            "/",
            "/reports/cds_x_t/{0}/{1}",
            "/reports/cds_x_t/22828/2025-05",
            "/reports/{0}/{1}/{2}/1/sheet",
            "/reports/cds_x_t/22828/2025-05/1/sheet",
            "/figures/{0}/2025-05/{1}",
            "/acts/{0}",
            "/acts/withdraw",
            "/acts/done/{0}",
            "/acts/contact",
            "/units/{0}",
            "/warnings",
            "/consultations/{0}/{1}/{2}",
            "/consultations/cds_x_t/585/{0}",
            "/acts/consult",
            "/reporting-quality",
            "/burden",
            "/account",
            "/log-in/provider/return",
        ),
        *("/api/v1/{0}", "/api/v1/figures/{0}/{1}/{2}/lineage", "/api/v1/figures", "/api/v1/changes", "/api/v1/areas"),
    ]
)
PATHS = st.builds(str.format, PLACES, WORDS, WORDS, WORDS)
VALUES = WORDS | st.sampled_from(["held", "-1", "1" * 30, "1" * 5000, "٣", "1e3"])
PARAMETERS = [
    "state",
    "period",
    "first",
    "area",
    "boundary",
    "since",
    "x",
    "form",
    "last",
    "in",
    "q",
    "skip",
    "columns",
    "unit",
    "version",
    "rule",
    "until",
    "contact",
    "of",
    "consulted",
    "consult_until",
]
QUERIES = st.lists(st.tuples(st.sampled_from(PARAMETERS), VALUES), max_size=4)
HEADERS = st.dictionaries(
    st.sampled_from([b"range", b"if-none-match", b"if-modified-since", b"if-range", b"host", b"accept"]),
    st.binary(max_size=40) | st.sampled_from([b"bytes=0-", b"bytes=9-1", b"bytes=-5,1-2", b"bytes=" + b"0-1," * 300]),
    max_size=2,
)


def request(path: str, query: str, headers: dict[bytes, bytes]) -> dict[str, Any]:
    """Return a request as the server hands it to an app."""
    raw = quote(path, safe="/%", errors="surrogatepass")
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": unquote(raw),
        "raw_path": raw.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": list(headers.items()),
        "client": ("127.0.0.1", 5),
        "server": ("127.0.0.1", 80),
    }


async def answer(app: ASGIApp, scope: dict[str, Any]) -> int:
    """Return the status of an app's answer to a request."""
    statuses: list[int] = []
    body: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Message:
        """Return an empty body, then wait as a server does: a client that stays connected sends nothing more."""
        if not body:
            await asyncio.Event().wait()
        return body.pop()

    async def send(message: Message) -> None:
        """Keep the status of the answer."""
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await app(scope, receive, send)
    (status,) = statuses
    return status


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.Runner]:
    """One event loop for all requests: its threads are made once."""
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def sites(night_home: Path, catalog: Catalog, tmp_path_factory: pytest.TempPathFactory) -> list[ASGIApp]:
    """Both sites after a nightly run; the office's with empty folders of its own."""
    context, formatter = context_of(night_home), ReportFormatter(catalog, "en")
    assert isinstance(context.engine, Engine)
    folder = tmp_path_factory.mktemp("office")
    office = DeskContext(
        catalog,
        context.engine,
        folder / "quality",
        LocalStore(folder / "outbox"),
        Landing(night_home / "landing"),
        lambda: NOW,
        settings_of(night_home),
        lambda: context,
        "en",
    )
    published = published_site(LocalStore(night_home / "published"), formatter, NOW.date, context.engine)
    return [published, office_site(office, CREDENTIAL)]


@settings(max_examples=examples(80), deadline=None)
@given(path=PATHS, query=QUERIES, headers=HEADERS)
@example(path="/submissions", query=[("first", "1" * 30)], headers={})
@example(path=f"/outbox/{WRONG}/0000/", query=[], headers={})
@example(path=f"/outbox/{LONG}/2025-05/", query=[], headers={})
def test_no_request_makes_a_site_fail(
    loop: asyncio.Runner, sites: list[ASGIApp], path: str, query: list[tuple[str, str]], headers: dict[bytes, bytes]
) -> None:
    """Paths, queries and headers of any kind get an answer below 500; an exception would fail the test."""
    words = "&".join(f"{name}={quote(value, errors='surrogatepass')}" for name, value in query)
    for site in sites:
        scope = request(path, words, {**headers, b"authorization": AUTHORIZATION})
        assert loop.run(answer(site, scope)) < 500


@given(header=st.binary(max_size=60) | st.binary(max_size=60).map(lambda data: b"Basic " + base64.b64encode(data)))
def test_no_other_header_is_admitted(loop: asyncio.Runner, header: bytes) -> None:
    """Nothing but the password gets through: the answer is 401."""

    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        """Fail: the request got through."""
        raise AssertionError("admitted")

    guarded = BasicAuthentication(app, CREDENTIAL)
    assert loop.run(answer(guarded, request("/", "", {b"authorization": header}))) == 401
