"""Pages that the office had before the desk: submissions by state, and the files that went back to communes."""

import re
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from domain.errors import UsageError
from domain.periods import parse_period
from domain.submissions import SubmissionState
from publishing.figures.formatter import ReportFormatter
from publishing.page.index_pages import (
    OfficeFile,
    SubmissionSelection,
    inventory_page,
    returned_page,
    submissions_page,
)
from warehouse.queries.inventory import InventoryEntry, inventory, submissions_in
from warehouse.queries.reminders import unanswered_reminders
from warehouse.store.engine import reading
from web.desk.context import DeskContext
from web.desk.page import lang_of

PAGE = 500
"""Submissions per page of a list."""

LAST = 2**31 - 1
"""The last place in a list that may be asked for: databases take no number of any length."""

_FOLDER = re.compile(r"[0-9A-Za-z-]{1,60}")


def inventory_of(desk: DeskContext, request: Request) -> Response:
    """Return the number of submissions by period and state."""
    runs_page = "quality/nights/index.html" if (desk.quality / "nights" / "index.html").is_file() else ""
    with reading(desk.engine) as session:
        received = inventory(session)
        unanswered = unanswered_reminders(session, desk.catalog, desk.today)
    return HTMLResponse(inventory_page(received, unanswered, runs_page, _formatter(desk, request)))


def submissions_of(desk: DeskContext, request: Request) -> Response:
    """Return the submissions of a period and state, wherever they belong.

    Raises:
        HTTPException: 404, a parameter has an impossible value.
    """
    query = request.query_params
    try:
        state = SubmissionState(query.get("state", SubmissionState.QUARANTINED))
        period = parse_period(query["period"]) if query.get("period") else None
        first = max(0, int(query.get("first", "0")))
    except (ValueError, UsageError) as error:
        raise HTTPException(404) from error
    if first > LAST:
        raise HTTPException(404)
    with reading(desk.engine) as session:
        listed = submissions_in(session, period, state, first=first, most=PAGE)
    next_page = {"state": state, "period": period.id if period else "", "first": first + PAGE}
    further = f"submissions?{urlencode(next_page)}" if len(listed) == PAGE else ""
    links = {submission.id: _links(desk, submission) for submission in listed}
    selection = SubmissionSelection(period.id if period else "", state, links, further)
    return HTMLResponse(submissions_page(listed, selection, _formatter(desk, request)))


def returned_files(desk: DeskContext, request: Request) -> Response:
    """Return the list of what went back to a commune for a period.

    Raises:
        HTTPException: 404, the address has no code or no period.
    """
    unit, period = request.path_params["unit"], request.path_params["period"]
    if not (_FOLDER.fullmatch(unit) and _FOLDER.fullmatch(period)):
        raise HTTPException(404)
    files = [
        OfficeFile(path.name, path.stat().st_size)
        for path in sorted((desk.outbox / unit / period).glob("[!.]*"))
        if path.is_file() and not path.is_symlink()
    ]
    return HTMLResponse(returned_page(unit, period, files, _formatter(desk, request)))


def _formatter(desk: DeskContext, request: Request) -> ReportFormatter:
    return ReportFormatter(desk.catalog, lang_of(request, desk.lang))


def _links(desk: DeskContext, entry: InventoryEntry) -> list[tuple[str, str]]:
    links = []
    if (desk.quality / "submissions" / f"{entry.id}.html").is_file():
        links.append(("index_quality_page", f"quality/submissions/{entry.id}.html"))
    if entry.unit and entry.period and (desk.outbox / entry.unit / entry.period).is_dir():
        links.append(("index_returned", f"outbox/{entry.unit}/{entry.period}/"))
    return links
