"""Security headers of every HTTP response, and basic authentication."""

import base64
import binascii
import secrets
from collections.abc import Mapping
from hashlib import sha256

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flows.service.failed_logins import FailedLogins

_HEADERS = {
    # Pages of ours hold their styles; data docs hold scripts of their own. Nothing is loaded from elsewhere.
    "Content-Security-Policy": (
        "default-src 'self'; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; font-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class SecurityHeaders:
    """Adds headers to every answer."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        """Answer as this app does, with these headers."""
        self._app = app
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        await self._app(scope, receive, answer)


def guarded(app: ASGIApp, *, is_private: bool = False) -> ASGIApp:
    """Return the app with headers on every response: no foreign content, no MIME sniffing, revalidation before reuse.

    A published page is replaced by the next revision under the same address, so browsers always revalidate and get
    "not modified" in most cases. Private pages are not cached by proxies.
    """
    return SecurityHeaders(app, {**_HEADERS, "Cache-Control": "private, no-cache" if is_private else "no-cache"})


class BasicAuthentication:
    """Admits requests with the right name and password (HTTP basic authentication) only."""

    def __init__(self, app: ASGIApp, credential: str) -> None:
        """Guard this app with `name:password`."""
        self._app = app
        self._digest = sha256(credential.encode()).digest()
        self._failed = FailedLogins()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await (self._app if scope["type"] != "http" else self._answer(scope))(scope, receive, send)

    def _answer(self, scope: Scope) -> ASGIApp:
        header = Headers(scope=scope).get("authorization", "")
        address = scope["client"][0] if scope.get("client") else ""
        wait = self._failed.seconds_to_wait(address) if header else 0
        if wait:
            return PlainTextResponse("429", status_code=429, headers={"Retry-After": str(wait)})
        if self._knows(header):
            return self._app
        if header:
            self._failed.record(address)
        challenge = {"WWW-Authenticate": 'Basic realm="tong hop", charset="UTF-8"'}
        return PlainTextResponse("401", status_code=401, headers=challenge)

    def _knows(self, header: str) -> bool:
        scheme, _, result = header.partition(" ")
        try:
            decoded = base64.b64decode(result, validate=True) if scheme.lower() == "basic" else b""
        except (binascii.Error, ValueError):
            decoded = b""
        # Digests are compared in constant time, so that timing reveals neither the password nor its length.
        return secrets.compare_digest(sha256(decoded).digest(), self._digest)
