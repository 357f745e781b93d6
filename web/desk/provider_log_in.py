"""Log in through a provider of identities (OpenID Connect, authorization code with PKCE)."""

import logging
import secrets
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final

import httpx2
from authlib.integrations.base_client.errors import MismatchingStateError, OAuthError
from authlib.integrations.starlette_client import OAuth
from joserfc.errors import JoseError
from starlette.concurrency import run_in_threadpool
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp

from flows.actions.users.identities import LONGEST_SUBJECT, log_in_as
from web.desk.context import DeskContext
from web.desk.session_cookie import LOG_IN, keep_token, onward_of

PROVIDER: Final = f"{LOG_IN}/provider"
RETURN: Final = f"{LOG_IN}/provider/return"
_ONWARD: Final = "onward"
_BEGUN_SECONDS: Final = 600
"""How long a person may take at the provider."""
_ANSWER_SECONDS: Final = 10.0
_LEEWAY_SECONDS: Final = 60
"""How far the provider's clock may differ."""
_SIGNED_BY: Final = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)
"""Signatures that only the provider can make."""
_LOG: Final = logging.getLogger(__name__)

ShowLogIn = Callable[..., Response]
"""Returns the page of log-in for a request, with a fault, the identity that it is about, and a status."""


class LogInFault(StrEnum):
    """Why no user was logged in through the provider; each has a text `web.desk_log_in_<fault>`."""

    UNREACHABLE = "unreachable"
    ANOTHER_BROWSER = "another_browser"
    """Log-in was begun in another browser, before the desk was started anew, or too long ago."""
    DENIED = "denied"
    """The provider said no, or the person did."""
    NOT_PROVED = "not_proved"
    """What the provider says of the person does not hold."""
    UNKNOWN = "unknown"
    """No user has the identity, or a disabled one."""


class NotProvedError(Exception):
    """What the provider says cannot be relied on; the message is for the log."""


def provider_pages(desk: DeskContext, show: ShowLogIn) -> ASGIApp:
    """Return the pages that lead to the provider and back; what was begun is kept in a signed cookie of the browser."""
    settings = desk.settings
    secret = settings.oidc_client_secret
    client = OAuth().register(
        "provider",
        client_id=settings.oidc_client_id,
        client_secret=secret.get_secret_value() if secret else None,
        server_metadata_url=f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": settings.oidc_scope,
            "code_challenge_method": "S256",
            "timeout": _ANSWER_SECONDS,
            **({} if secret else {"token_endpoint_auth_method": "none"}),
        },
    )

    async def leave(request: Request) -> Response:
        try:
            _require_issuer(await client.load_server_metadata(), settings.oidc_issuer)
            response: Response = await client.authorize_redirect(request, _return_address(desk, request))
        except (httpx2.HTTPError, NotProvedError, RuntimeError, ValueError) as error:
            return failed(request, LogInFault.UNREACHABLE, error)
        request.session[_ONWARD] = onward_of(request.query_params)
        return response

    async def come_back(request: Request) -> Response:
        try:
            subject = await _proved_subject(client, request, desk)
        except MismatchingStateError as error:
            return failed(request, LogInFault.ANOTHER_BROWSER, error)
        except OAuthError as error:
            is_denied = "error" in request.query_params
            return failed(request, LogInFault.DENIED if is_denied else LogInFault.NOT_PROVED, error)
        except (httpx2.HTTPError, RuntimeError) as error:
            return failed(request, LogInFault.UNREACHABLE, error)
        except (JoseError, NotProvedError, ValueError) as error:
            return failed(request, LogInFault.NOT_PROVED, error)
        token = await run_in_threadpool(log_in_as, desk.engine, settings.oidc_issuer, subject, desk.clock())
        if token is None:
            return show(request, fault=LogInFault.UNKNOWN, identity=subject, status=403)
        response = RedirectResponse(onward_of({"to": str(request.session.pop(_ONWARD, "/"))}), 303)
        request.session.clear()
        keep_token(response, request, token)
        return response

    def failed(request: Request, fault: LogInFault, error: Exception) -> Response:
        _LOG.warning("log-in through the provider failed (%s): %s: %s", fault, type(error).__name__, error)
        request.session.clear()
        return show(request, fault=fault, status=503 if fault is LogInFault.UNREACHABLE else 403)

    return SessionMiddleware(
        Router([Route(PROVIDER, leave), Route(RETURN, come_back)]),
        # Who is at the provider while the desk is started anew begins once more.
        secret_key=secrets.token_hex(),
        session_cookie="log-in",
        max_age=_BEGUN_SECONDS,
        path=LOG_IN,
        https_only=settings.office_url.startswith("https://"),
    )


async def _proved_subject(client: Any, request: Request, desk: DeskContext) -> str:  # noqa: ANN401 # Authlib's own app
    """Return the claim that identifies the person, after all that the provider says was proved.

    Raises:
        NotProvedError: no identity came, or it lacks the claim.
        OAuthError: the provider refused, or state was of another browser.
        JoseError: signature, issuer, audience, times or nonce are not right.
    """
    settings = desk.settings
    metadata = await client.load_server_metadata()
    _require_issuer(metadata, settings.oidc_issuer)
    offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
    metadata["id_token_signing_alg_values_supported"] = [each for each in offered if each in _SIGNED_BY]
    options = {
        "iss": {"essential": True, "value": settings.oidc_issuer},
        "aud": {"essential": True, "value": settings.oidc_client_id},
    }
    token = await client.authorize_access_token(request, claims_options=options, leeway=_LEEWAY_SECONDS)
    claims = token.get("userinfo")
    subject = claims.get(settings.oidc_claim) if claims else None
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise NotProvedError(f"the provider states no {settings.oidc_claim}")
    if settings.oidc_claim == "email" and claims.get("email_verified") is not True:
        raise NotProvedError("the provider did not verify the address")
    return subject


def _require_issuer(metadata: Mapping[str, object], issuer: str) -> None:
    """Refuse what another provider says of itself at the address of ours (OpenID Connect Discovery, 4.3).

    Raises:
        NotProvedError: it names itself otherwise.
    """
    if metadata.get("issuer") != issuer:
        raise NotProvedError(f"the provider names itself {metadata.get('issuer')}: set TONGHOP_OIDC_ISSUER to that")


def _return_address(desk: DeskContext, request: Request) -> str:
    """Return where the provider leads back: below the address that browsers have of the desk."""
    return f"{(desk.settings.office_url or str(request.base_url)).rstrip('/')}{RETURN}"
