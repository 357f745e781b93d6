"""The cookie that holds the token of a session, and where a log-in leads."""

from collections.abc import Mapping
from typing import Final

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from warehouse.officers.users import LONGEST_SESSION

LOG_IN: Final = "/log-in"
_COOKIE: Final = "session"
_LONGEST_TOKEN: Final = 100


def token_of(request: Request) -> str:
    """Return the token that a browser sends; "" without one."""
    return request.cookies.get(_COOKIE, "")[:_LONGEST_TOKEN]


def keep_token(response: Response, request: Request, token: str) -> None:
    """Let the browser send the token from now on."""
    # A proxy in front says whether the browser came by TLS.
    is_secure = request.url.scheme == "https" or request.headers.get("x-forwarded-proto") == "https"
    seconds = int(LONGEST_SESSION.total_seconds())
    response.set_cookie(_COOKIE, token, max_age=seconds, httponly=True, samesite="lax", secure=is_secure)


def drop_token(response: Response) -> None:
    """Let the browser forget the token."""
    response.delete_cookie(_COOKIE)


def onward_of(query: Mapping[str, str] | QueryParams) -> str:
    """Return where a log-in leads: a page of this site, and of no other."""
    wanted = query.get("to", "")
    is_own = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if is_own and LOG_IN not in wanted else "/"
