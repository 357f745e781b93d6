"""A user's own account: change the password, set the second factor up or do without it."""

import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final

import segno
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from domain.officers.users import User
from flows.actions.users.accounts import new_second_factor, second_factor_address
from flows.actions.users.own_account import (
    SHORTEST_PASSWORD,
    AccountFault,
    change_own_password,
    has_second_factor,
    is_own_password,
    set_own_second_factor,
    weakness_of,
)
from flows.service.failed_logins import FailedLogins
from web.desk.context import DeskContext
from web.desk.own_pages import comes_from_own_page
from web.desk.page import DeskPage, lang_of
from web.desk.session_cookie import keep_token
from web.upload.limits import limited

ACCOUNT: Final = "/account"
_FORM_BYTES: Final = 8 << 10
_SECRET: Final = re.compile(r"[A-Z2-7]{32}")
_DONE: Final = frozenset({"password", "second-factor", "no-second-factor"})
Sent = dict[str, str]
Change = Callable[[User, Sent, Request], Response]


class AccountPages:
    """The pages of the account of who is logged in; the office's one password has none."""

    def __init__(self, desk: DeskContext) -> None:
        """Serve the accounts of a desk."""
        self._desk = desk
        self._failed = FailedLogins()

    @property
    def routes(self) -> list[Route]:
        """The addresses of the pages."""
        return [
            Route(ACCOUNT, self._shown),
            Route(f"{ACCOUNT}/password", self._taking(self._change_password), methods=["POST"]),
            Route(f"{ACCOUNT}/second-factor", self._taking(self._set_second_factor), methods=["POST"]),
        ]

    def _shown(self, request: Request) -> Response:
        return self._page(_own(request), request)

    def _taking(self, change: Change) -> Callable[[Request], Awaitable[Response]]:
        """Return a page that takes a form, whose password was compared, for a change."""

        async def take(request: Request) -> Response:
            user = _own(request)
            if not comes_from_own_page(request):
                raise HTTPException(HTTPStatus.FORBIDDEN)
            if wait := self._failed.seconds_to_wait(user.name):
                return PlainTextResponse("429", 429, {"Retry-After": str(wait)})
            form = await (await limited(request, _FORM_BYTES)).form(max_fields=10, max_files=0)
            sent = {name: value for name, value in form.items() if isinstance(value, str)}
            return await run_in_threadpool(self._compared, change, user, sent, request)

        return take

    def _compared(self, change: Change, user: User, sent: Sent, request: Request) -> Response:
        if not is_own_password(self._desk.engine, user, sent.get("current", "")):
            self._failed.record(user.name)
            secret = sent.get("secret", "")
            return self._page(user, request, AccountFault.WRONG_PASSWORD, secret if _SECRET.fullmatch(secret) else "")
        return change(user, sent, request)

    def _change_password(self, user: User, sent: Sent, request: Request) -> Response:
        password = sent.get("password", "")
        if fault := weakness_of(user, password, sent.get("repeated", "")):
            return self._page(user, request, fault)
        token = change_own_password(self._desk.engine, user, password, self._desk.clock())
        return _done(request, token, "password")

    def _set_second_factor(self, user: User, sent: Sent, request: Request) -> Response:
        secret = sent.get("secret", "")
        if secret and not _SECRET.fullmatch(secret):
            raise HTTPException(HTTPStatus.BAD_REQUEST)
        code, now = sent.get("code", ""), self._desk.clock()
        token = set_own_second_factor(self._desk.engine, user, secret or None, code, now)
        if token is None:
            return self._page(user, request, AccountFault.WRONG_CODE, secret)
        return _done(request, token, "second-factor" if secret else "no-second-factor")

    def _page(self, user: User, request: Request, fault: AccountFault | None = None, secret: str = "") -> Response:
        """Show the account, with a new secret to set up, or the one whose code was not right."""
        secret = secret or new_second_factor(user.name)[0]
        picture = segno.make_qr(second_factor_address(user.name, secret))
        done = request.query_params.get("done", "")
        response = DeskPage(self._desk.catalog, lang_of(request, self._desk.lang), request).respond(
            "account.html.j2",
            HTTPStatus.BAD_REQUEST if fault else HTTPStatus.OK,
            path=ACCOUNT,
            fault=fault,
            done=done if done in _DONE and not fault else "",
            shortest=SHORTEST_PASSWORD,
            has_second_factor=has_second_factor(self._desk.engine, user),
            secret=secret,
            picture=picture.svg_data_uri(scale=5, light="#fff"),
        )
        response.headers["Cache-Control"] = "no-store"
        return response


def _own(request: Request) -> User:
    user: User = request.scope["user"]
    if not user.full_name:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return user


def _done(request: Request, token: str, what: str) -> Response:
    response = RedirectResponse(f"{ACCOUNT}?done={what}", HTTPStatus.SEE_OTHER)
    keep_token(response, request, token)
    return response
