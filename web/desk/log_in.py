"""Logging in at the desk: by the page of its users, or until there are any by the office's one password."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final
from urllib.parse import quote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from domain.officers.users import Role, User
from flows.actions.users.log_in import hash_of_session, log_in
from flows.service.failed_logins import FailedLogins
from flows.service.http_guards import BasicAuthentication
from warehouse.officers.users import end_session, note_session, user_of_session, users_exist
from warehouse.store.engine import reading, transaction
from web.desk.context import DeskContext
from web.desk.own_pages import comes_from_own_page
from web.desk.page import DeskPage, lang_of
from web.desk.provider_log_in import PROVIDER, RETURN, LogInFault, provider_pages
from web.desk.session_cookie import LOG_IN, drop_token, keep_token, onward_of, token_of

LOG_OUT: Final = "/log-out"
_OPEN: Final = ("/static/",)
"""What the page of log-in itself loads."""
_PAGES: Final = frozenset({LOG_IN, LOG_OUT, PROVIDER, RETURN})
_BY_PASSWORD: Final = ("/metrics",)
"""What programs read with the office's password, also where users log in at the desk."""
_LONGEST_FIELD: Final = 200


class LogIn:
    """Admits who is logged in, whom the answering app finds as `request.user`; others are asked to log in.

    Until the first user was added the credential `name:password` of the settings admits, as an administrator of that
    name. Without it the desk stays closed until then.
    """

    def __init__(self, desk: DeskContext, app: ASGIApp, credential: str | None) -> None:
        """Guard this app."""
        self._desk, self._app, self._credential = desk, app, credential
        self._by_password = BasicAuthentication(self._as_administrator, credential) if credential else None
        self._pages = _pages(desk)
        self._has_users = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await (await self._answering(scope) if scope["type"] == "http" else self._app)(scope, receive, send)

    async def _answering(self, scope: Scope) -> ASGIApp:
        path = str(scope["path"])
        if not await run_in_threadpool(self._are_there_users) or path in _BY_PASSWORD:
            return self._by_password or PlainTextResponse("no user may log in yet: tonghop users add", 403)
        if path.startswith(_OPEN):
            return self._app
        user = await run_in_threadpool(user_of, self._desk, scope)
        if path in _PAGES:
            return self._pages
        if user is None:
            return _to_log_in(scope)
        scope["user"] = user
        return self._app

    def _are_there_users(self) -> bool:
        if not self._has_users:
            with reading(self._desk.engine) as session:
                self._has_users = users_exist(session)
        return self._has_users

    async def _as_administrator(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = (self._credential or "").partition(":")[0]
        await self._app({**scope, "user": User(name, "", Role.ADMINISTRATOR)}, receive, send)


def user_of(desk: DeskContext, scope: Scope) -> User | None:
    """Return who is logged in with the browser of a request, and note that the session is used; None: no user."""
    token = token_of(Request(scope))
    if not token:
        return None
    digest, now = hash_of_session(token), desk.clock()
    with reading(desk.engine) as session:
        logged_in = user_of_session(session, digest, now)
    if logged_in is not None and logged_in.is_to_be_noted:
        with transaction(desk.engine) as session:
            note_session(session, digest, now)
    return logged_in.user if logged_in else None


def _pages(desk: DeskContext) -> ASGIApp:
    failed = FailedLogins()
    # Hashing keeps a core busy: log-ins wait for one another, and no other page for them.
    hashing = ThreadPoolExecutor(os.cpu_count(), "log-in")

    def show(
        request: Request,
        *,
        fault: LogInFault | None = None,
        identity: str = "",
        is_wrong: bool = False,
        status: int = 200,
    ) -> Response:
        page = DeskPage(desk.catalog, lang_of(request, desk.lang), request)
        response = page.respond(
            "log_in.html.j2",
            status,
            here=partial(_own_address, request),
            is_wrong=is_wrong,
            fault=fault,
            identity=identity,
            provider=desk.settings.provider_name,
            onward=onward_of(request.query_params),
        )
        response.headers["Cache-Control"] = "no-store"
        return response

    async def take(request: Request) -> Response:
        address = request.client.host if request.client else ""
        if wait := failed.seconds_to_wait(address):
            return PlainTextResponse("429", 429, {"Retry-After": str(wait)})
        if not comes_from_own_page(request):
            return PlainTextResponse("403", 403)
        sent = await request.form(max_fields=10, max_files=0)
        name, password, code = (str(sent.get(field, ""))[:_LONGEST_FIELD] for field in ("name", "password", "code"))
        work = partial(log_in, desk.engine, name.strip().lower(), password, code, desk.clock())
        token = await asyncio.get_running_loop().run_in_executor(hashing, work)
        if token is None:
            failed.record(address)
            return show(request, is_wrong=True, status=401)
        response = RedirectResponse(onward_of(request.query_params), 303)
        keep_token(response, request, token)
        return response

    def leave(request: Request) -> Response:
        if not comes_from_own_page(request):
            return PlainTextResponse("403", 403)
        with transaction(desk.engine) as session:
            end_session(session, hash_of_session(token_of(request)))
        response = RedirectResponse(LOG_IN, 303)
        drop_token(response)
        return response

    return Router(
        [
            Route(LOG_IN, show, methods=["GET"]),
            Route(LOG_IN, take, methods=["POST"]),
            Route(LOG_OUT, leave, methods=["POST"]),
            *([Mount("", provider_pages(desk, show))] if desk.settings.oidc_issuer else []),
        ]
    )


def _to_log_in(scope: Scope) -> Response:
    if "hx-request" in Headers(scope=scope):
        return Response(status_code=401, headers={"HX-Redirect": LOG_IN})
    if scope["method"] not in {"GET", "HEAD"}:
        return PlainTextResponse("401", 401)
    path, query = quote(str(scope["path"])), scope.get("query_string", b"").decode("latin-1")
    onward = f"{path}?{query}" if query else path
    return RedirectResponse(LOG_IN if onward == "/" else f"{LOG_IN}?{urlencode({'to': onward})}", 303)


def _own_address(request: Request, **changed: object) -> str:
    """Return the address of the page of log-in, also where the provider led back to another one."""
    kept = {"to": onward_of(request.query_params)} | {name: str(value) for name, value in changed.items()}
    return f"{LOG_IN}?{urlencode(kept)}" if kept != {"to": "/"} else LOG_IN
