"""What the user who is logged in may open and do: by role, and by the areas that the user is limited to."""

import re
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from domain.errors import UsageError
from domain.officers.users import Permission, User
from domain.periods import parse_period
from domain.units import UnitKey
from web.desk.context import DeskContext
from web.desk.messages import NotPermittedError, explain
from web.desk.requested import RequestedFigures, RequestedReport, RequestedUnit, requested_unit

_READING: Final = frozenset({"GET", "HEAD"})
_OWN: Final = re.compile(r"/account(?:/.*)?")
"""Pages about the user alone, whatever the role."""
_OF_ALL_AREAS: Final = re.compile(
    r"/(?:static/.*|warnings|reporting-quality|inventory|submissions|acts(?:/.+)?|reruns/.+)?"
)
"""Pages that limit themselves: matrix, warnings, quality, submissions have the user's areas, acts `require_subject`.

A rerun shows its progress alone.
"""
_OF_A_UNIT: Final = re.compile(r"/units/(?P<code>[^/]+)")
_OF_AN_AREA: Final = re.compile(
    r"/(?:(?:reports|consultations)/(?P<form>[^/]+)|outbox|figures)/(?P<code>[^/]+)/(?P<period>[^/]+)(?:/.*)?"
)


class Permitted:
    """Passes on what the user is permitted to request; a page that is not known here is for users of all areas."""

    def __init__(self, desk: DeskContext, app: ASGIApp) -> None:
        """Guard this app, which is asked after `LogIn`."""
        self._desk, self._app = desk, app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        app = self._app
        if scope["type"] == "http" and "user" in scope and not await run_in_threadpool(self._is_permitted, scope):
            app = explain(self._desk, Request(scope), NotPermittedError())
        await app(scope, receive, send)

    def _is_permitted(self, scope: Scope) -> bool:
        user: User = scope["user"]
        path = str(scope["path"])
        if _OWN.fullmatch(path):
            return True
        if scope["method"] not in _READING and not user.may(Permission.DECIDE):
            return False
        if not user.areas or _OF_ALL_AREAS.fullmatch(path):
            return True
        if of_unit := _OF_A_UNIT.fullmatch(path):
            return covers_unit(self._desk, user, of_unit["code"])
        match = _OF_AN_AREA.fullmatch(path)
        return match is not None and covers(self._desk, user, match["code"], match["period"], match["form"] or "")


def covers(desk: DeskContext, user: User, code: str, period_id: str, form: str = "") -> bool:
    """Return whether a unit, or an area, lies in the areas of the user, as of the end of a period of a form."""
    if not user.areas or code in user.areas:
        return True
    forms = desk.catalog.forms
    try:
        day = forms.last_day(form or next(iter(forms.by_id)), parse_period(period_id))
    except (UsageError, ValueError):
        return False
    unit = desk.catalog.units.find(code, day)
    return unit is not None and desk.catalog.lies_in(unit, user.areas, day)


def covers_unit(desk: DeskContext, user: User, code: str) -> bool:
    """Return whether the unit that has a code, or had it last, lies in the areas of the user."""
    if not user.areas:
        return True
    try:
        unit = requested_unit(desk, code).unit
    except HTTPException:
        return False
    return desk.catalog.lies_in(unit, user.areas, desk.today)


def own_units(desk: DeskContext, user: User | None) -> frozenset[UnitKey] | None:
    """Return the units of all times that lie in the areas of the user; None: in any area."""
    if user is None or not user.areas:
        return None
    units = desk.catalog.units.units
    return frozenset(unit.key for unit in units if desk.catalog.lies_in(unit, user.areas, desk.today))


def require_subject(
    desk: DeskContext, request: Request, subject: RequestedReport | RequestedFigures | RequestedUnit | None
) -> None:
    """Refuse an act about what lies outside the user's areas; an act of the whole office is for users of all areas.

    Raises:
        NotPermittedError: the user is limited to other areas.
    """
    user: User = request.scope["user"]
    if not user.areas:
        return
    if isinstance(subject, RequestedUnit):
        if not covers_unit(desk, user, subject.unit.code):
            raise NotPermittedError
        return
    code = subject.names.get("unit") or subject.names.get("area") if subject else None
    if subject is None or code is None or not covers(desk, user, code, subject.names["period"], subject.names["form"]):
        raise NotPermittedError


def officer_of(request: Request) -> str:
    """Return the name that records of acts have; "" where the office shares one password, and each types a name."""
    user: User = request.scope["user"]
    return user.full_name
