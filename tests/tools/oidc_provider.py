"""A small provider of OpenID Connect on this machine: discovery, keys, authorization code with PKCE, ID tokens.

It logs in at once who it is told to, and can be told to state something wrong. Not for use outside tests: it asks for
no password. Run as a script it serves on a port of its own until it is ended.
"""

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "tonghop-desk", "a client's secret of 32 letters"
PERSON = "5f1c2a-lan"


@dataclass
class Provider:
    """The provider's state; `claims` take the place of what it would state, `says` that of parts of its answers."""

    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    is_denying: bool = False
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "first", "use": "sig"}))
    alg: str = "RS256"
    signing_key: RSAKey | None = None
    given: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: int = 0

    def forget(self) -> None:
        """State what is right again."""
        self.claims, self.metadata, self.is_denying, self.signing_key, self.alg = {}, {}, False, None, "RS256"

    def discovery(self, _: Request) -> Response:
        """Describe the provider (OpenID Connect Discovery, 3)."""
        described = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }
        return JSONResponse(described | self.metadata)

    def keys(self, _: Request) -> Response:
        """Return the public keys."""
        return JSONResponse(KeySet([self.key]).as_dict(private=False))

    def authorize(self, request: Request) -> Response:
        """Log the person in, and lead back with a code (OpenID Connect Core, 3.1.2)."""
        request_values = dict(request.query_params)
        is_right = (
            request_values.get("client_id") == CLIENT
            and request_values.get("response_type") == "code"
            and "openid" in request_values.get("scope", "").split()
            and request_values.get("code_challenge_method") == "S256"
            and request_values.get("state")
            and request_values.get("nonce")
        )
        if not is_right:
            return JSONResponse({"error": "invalid_request"}, 400)
        if self.is_denying:
            answer = {"error": "access_denied", "state": request_values["state"]}
        else:
            code = token_urlsafe()
            self.given[code] = request_values
            answer = {"code": code, "state": request_values["state"]}
        return RedirectResponse(f"{request_values['redirect_uri']}?{urlencode(answer)}", 302)

    async def token(self, request: Request) -> Response:
        """Return an ID token for a code, once, to the client that shows the verifier (RFC 6749, 4.1.3; RFC 7636)."""
        self.tokens += 1
        credential = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {credential}":
            return JSONResponse({"error": "invalid_client"}, 401)
        sent = await request.form()
        request_values = self.given.pop(str(sent.get("code")), None)
        digest = sha256(str(sent.get("code_verifier", "")).encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        is_right = (
            request_values is not None
            and sent.get("grant_type") == "authorization_code"
            and sent.get("redirect_uri") == request_values["redirect_uri"]
            and challenge == request_values["code_challenge"]
        )
        if request_values is None or not is_right:
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        stated = {"iss": self.issuer, "sub": PERSON, "aud": CLIENT, "iat": now, "exp": now + 300}
        stated |= {"nonce": request_values["nonce"]} | self.claims
        claims = {name: value for name, value in stated.items() if value is not None}
        answer = {"access_token": token_urlsafe(), "token_type": "Bearer", "expires_in": 300}
        answer |= {"id_token": self._signed(claims)}
        return JSONResponse(answer, headers={"Cache-Control": "no-store"})

    def _signed(self, claims: dict[str, Any]) -> str:
        if self.alg == "none":
            parts = (json.dumps(each).encode() for each in ({"alg": "none"}, claims))
            return ".".join([*(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts), ""])
        key = OctKey.import_key(SECRET) if self.alg == "HS256" else self.signing_key or self.key
        return jwt.encode({"alg": self.alg, "kid": "first"}, claims, key)

    @property
    def app(self) -> Starlette:
        """The provider's pages."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.discovery),
                Route("/keys", self.keys),
                Route("/authorize", self.authorize),
                Route("/token", self.token, methods=["POST"]),
            ]
        )


@contextmanager
def running_provider() -> Iterator[Provider]:
    """Serve a provider on a free port of this machine, until the block ends."""
    provider = Provider()
    server = uvicorn.Server(uvicorn.Config(provider.app, port=0, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    provider.issuer = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield provider
    finally:
        server.should_exit = True
        thread.join()
