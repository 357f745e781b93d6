"""Log in to Prefect's UI by a link that works once, without typing or copying the server's password.

The UI keeps its log-in in the browser's storage, which belongs to the server's origin: a page of that origin has to put
it there. The link carries a token in its fragment, which browsers send to no server; the page clears it.
"""

import base64
import secrets
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Final

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from domain.catalog.texts import Texts
from domain.texts import Lang
from flows.service.api import LOGIN_LINKS, LOGIN_MINUTES, LOGIN_PAGE
from flows.service.http_guards import BasicAuthentication

_PAGE: Final = Path(__file__).parent / "login_page.j2"
_REDEEM: Final = f"{LOGIN_PAGE}/redeem"
_NOT_KEPT: Final = {"Cache-Control": "no-store"}
_LONGEST_TOKEN: Final = 100


class LoginTokens:
    """Tokens that each admit one browser, for a while; only their hashes are kept, and only in memory."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start without any; the clock counts seconds."""
        self._clock = clock
        self._ends: dict[bytes, float] = {}

    def issue(self) -> str:
        """Return a new token."""
        now = self._clock()
        self._ends = {known: end for known, end in self._ends.items() if end > now}
        token = secrets.token_urlsafe()
        self._ends[_hash(token)] = now + LOGIN_MINUTES * 60
        return token

    def redeem(self, token: str) -> bool:
        """Return whether the token admits, and forget it."""
        return self._ends.pop(_hash(token), 0) > self._clock()


class LoginPages:
    """Answers at the addresses of log-in, for an app that answers at all others."""

    def __init__(self, app: ASGIApp, credential: str, texts: Texts, lang: Lang) -> None:
        """Hand out this `name:password`; the page speaks one language."""
        self._app = app
        self._pages = _login_site(credential, _page(texts, lang))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        is_ours = scope["type"] == "http" and f"{scope['path']}/".startswith(f"{LOGIN_PAGE}/")
        await (self._pages if is_ours else self._app)(scope, receive, send)


def _login_site(credential: str, page: str) -> ASGIApp:
    tokens = LoginTokens()

    async def show(_: Request) -> Response:
        return HTMLResponse(page, headers=_NOT_KEPT)

    async def issue(_: Request) -> Response:
        return JSONResponse({"token": tokens.issue()}, headers=_NOT_KEPT)

    async def redeem(request: Request) -> Response:
        token = request.headers.get("x-login-token", "")[:_LONGEST_TOKEN]
        if not tokens.redeem(token):
            return JSONResponse({}, status_code=403, headers=_NOT_KEPT)
        stored = base64.b64encode(credential.encode()).decode()
        return JSONResponse({"stored": stored}, headers=_NOT_KEPT)

    links = Router([Route(LOGIN_LINKS, issue, methods=["POST"])])
    return Router(
        [
            Route(LOGIN_PAGE, show),
            Route(_REDEEM, redeem, methods=["POST"]),
            Route(LOGIN_LINKS, BasicAuthentication(links, credential)),
        ]
    )


def _page(texts: Texts, lang: Lang) -> str:
    template = jinja2.Environment(autoescape=True).from_string(_PAGE.read_text(encoding="utf-8"))
    sentences = {name: texts.text(f"flows.login_{name}", lang) for name in ("title", "spent")}
    return template.render(lang=lang, redeem=_REDEEM, **sentences)


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
