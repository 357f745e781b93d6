"""Pages about files: submissions by period and state, wherever they belong, and files that went back to communes."""

import re
from dataclasses import dataclass
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from domain.errors import UsageError
from domain.periods import parse_period
from domain.submissions import SubmissionState
from warehouse.queries.inventory import InventoryEntry, inventory, submissions_in
from warehouse.queries.reminders import unanswered_reminders
from warehouse.store.engine import reading
from web.desk.context import DeskContext
from web.desk.page import DeskPage, lang_of
from web.desk.permissions import own_units

PAGE: Final = 500
"""Submissions per page of a list."""

LAST: Final = 2**31 - 1
"""The last place in a list that may be asked for: databases take no number of any length."""

_MOST_UNANSWERED: Final = 100
"""Units that answered no reminder listed on the page; the rest is counted."""
_FOLDER: Final = re.compile(r"[0-9A-Za-z-]{1,60}")


@dataclass(frozen=True, slots=True)
class OfficeFile:
    """Name and size, in bytes, of a file that was returned to a commune."""

    name: str
    size: int


def inventory_of(desk: DeskContext, request: Request) -> Response:
    """Return the number of submissions of the user's areas by period and state, and who answered no reminder."""
    page = DeskPage(desk.catalog, lang_of(request, desk.lang), request)
    own = own_units(desk, page.user)
    with reading(desk.engine) as session:
        received = inventory(session, own)
        unanswered = [
            each
            for each in unanswered_reminders(session, desk.catalog, desk.today)
            if own is None or each.unit.key in own
        ]
    return page.respond(
        "inventory.html.j2",
        inventory=received,
        states=[state for state in SubmissionState if state in received.states],
        unanswered=unanswered[:_MOST_UNANSWERED],
        further=max(0, len(unanswered) - _MOST_UNANSWERED),
        has_runs=own is None and (desk.quality / "nights" / "index.html").is_file(),
    )


def submissions_of(desk: DeskContext, request: Request) -> Response:
    """Return the submissions of a period and state; users of all areas see those that belong nowhere as well.

    Raises:
        HTTPException: 404, a parameter has an impossible value.
    """
    page, query = DeskPage(desk.catalog, lang_of(request, desk.lang), request), request.query_params
    try:
        state = SubmissionState(query.get("state", SubmissionState.QUARANTINED))
        period = parse_period(query["period"]) if query.get("period") else None
        first = max(0, int(query.get("first", "0")))
    except (ValueError, UsageError) as error:
        raise HTTPException(404) from error
    if first > LAST:
        raise HTTPException(404)
    own = own_units(desk, page.user)
    with reading(desk.engine) as session:
        listed = submissions_in(session, period, state, own, first=first, most=PAGE)
    return page.respond(
        "submissions.html.j2",
        listed=listed,
        period=period,
        state=state,
        links={each.id: _links(desk, each, is_limited=own is not None) for each in listed},
        further=first + PAGE if len(listed) == PAGE else "",
    )


def returned_files(desk: DeskContext, request: Request) -> Response:
    """Return the list of what went back to a commune for a period.

    Raises:
        HTTPException: 404, the address has no code or no period.
    """
    unit, period = request.path_params["unit"], request.path_params["period"]
    if not (_FOLDER.fullmatch(unit) and _FOLDER.fullmatch(period)):
        raise HTTPException(404)
    files = [OfficeFile(name, size) for name, size in desk.outbox.sizes(f"{unit}/{period}").items()]
    page = DeskPage(desk.catalog, lang_of(request, desk.lang), request)
    title = f"{unit} {_name_in(desk, unit, period)}".strip()
    return page.respond("returned.html.j2", title=title, period=period, files=files)


def _name_in(desk: DeskContext, unit: str, period: str) -> str:
    """Return the name of the unit that had a code at the end of a period; "" where that is no period, or none had it.

    Forms differ in the last day of their periods; the first one that finds a unit is asked.
    """
    catalog = desk.catalog
    try:
        days = [catalog.forms.last_day(form, parse_period(period)) for form in catalog.forms.by_id]
    except (UsageError, ValueError):  # no period, or one outside the calendar, such as 0000
        return ""
    units = (catalog.units.find(unit, day) for day in days)
    return next((known.name for known in units if known is not None), "")


def _links(desk: DeskContext, entry: InventoryEntry, *, is_limited: bool) -> list[tuple[str, str]]:
    """Return keys of texts with addresses; quality pages say what other units sent, too."""
    links = []
    if not is_limited and (desk.quality / "submissions" / f"{entry.id}.html").is_file():
        links.append(("index_quality_page", f"/quality/submissions/{entry.id}.html"))
    if entry.unit and entry.period and desk.outbox.names(f"{entry.unit}/{entry.period}"):
        links.append(("index_returned", f"/outbox/{entry.unit}/{entry.period}/"))
    return links
