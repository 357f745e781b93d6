"""The two sites: published figures for everybody; submissions, quality pages and returned workbooks for the office."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from domain.errors import UsageError
from domain.periods import parse_period
from domain.submissions import SubmissionState
from flows.service.http_guards import BasicAuthentication, guarded
from publishing.figures.formatter import ReportFormatter
from publishing.page.index_pages import (
    OfficeFile,
    SubmissionSelection,
    inventory_page,
    published_page,
    returned_page,
    submissions_page,
)
from publishing.site.rendering import first_page
from publishing.storage.published_index import list_published
from warehouse.queries.inventory import InventoryEntry, inventory, submissions_in
from warehouse.queries.reminders import unanswered_reminders
from warehouse.store.engine import Engine, reading
from web.api.app import API_PREFIX, json_api
from web.static_files import Files

PAGE = 500
"""Submissions per page of a list."""

LAST = 2**31 - 1
"""The last place in a list that may be asked for: databases take no number of any length."""

_FOLDER = re.compile(r"[0-9A-Za-z-]{1,60}")


@dataclass(frozen=True, slots=True)
class OfficeFolders:
    """Folders of the quality pages, and of the workbooks that went back to communes."""

    quality: Path
    outbox: Path


def published_site(
    root: Path,
    formatter: ReportFormatter,
    today: Callable[[], date],
    engine: Engine | None = None,
    *,
    further: Sequence[Route] = (),
) -> ASGIApp:
    """Serve the published folder: its site, and at `/list` all files; with a warehouse also the JSON API.

    `further` routes come before those of the folder.
    """

    def first(request: Request) -> Response:
        page = root / first_page(formatter.lang)
        return FileResponse(page) if page.is_file() else listed(request)

    def listed(_: Request) -> Response:
        return HTMLResponse(published_page(list_published(root), formatter, today()))

    def newest(request: Request) -> Response:
        return RedirectResponse(f"/{request.path_params['period']}/{request.path_params['area']}/report.html")

    routes = [
        *further,
        Route("/", first),
        Route("/list", listed),
        *([Mount(API_PREFIX, json_api(engine, formatter.catalog))] if engine else []),
        Route("/{period}/{area}/", newest),
        Mount("/", Files(root)),
    ]
    return guarded(Starlette(routes=routes))


def office_site(
    folders: OfficeFolders,
    engine: Engine,
    formatter: ReportFormatter,
    credential: str,
    today: Callable[[], date],
    *,
    further: Sequence[Route] = (),
) -> ASGIApp:
    """Serve quality pages and returned workbooks, with index pages, behind the credential `name:password`.

    So are `further` routes.
    """
    quality, outbox = folders.quality, folders.outbox
    office = _Office(folders, engine, formatter, today)
    routes = [
        *further,
        Route("/", office.index),
        Route("/submissions", office.submissions),
        Route("/outbox/{unit}/{period}/", office.returned),
        Mount("/outbox", Files(outbox)),
        Mount("/quality", Files(quality)),
    ]
    return guarded(BasicAuthentication(Starlette(routes=routes), credential), is_private=True)


class _Office:
    def __init__(
        self, folders: OfficeFolders, engine: Engine, formatter: ReportFormatter, today: Callable[[], date]
    ) -> None:
        self._quality, self._outbox = folders.quality, folders.outbox
        self._engine = engine
        self._formatter = formatter
        self._today = today

    def index(self, _: Request) -> Response:
        runs_page = "quality/nights/index.html" if (self._quality / "nights" / "index.html").is_file() else ""
        with reading(self._engine) as session:
            received = inventory(session)
            unanswered = unanswered_reminders(session, self._formatter.catalog, self._today())
        return HTMLResponse(inventory_page(received, unanswered, runs_page, self._formatter))

    def submissions(self, request: Request) -> Response:
        query = request.query_params
        try:
            state = SubmissionState(query.get("state", SubmissionState.QUARANTINED))
            period = parse_period(query["period"]) if query.get("period") else None
            first = max(0, int(query.get("first", "0")))
        except (ValueError, UsageError) as error:
            raise HTTPException(404) from error
        if first > LAST:
            raise HTTPException(404)
        with reading(self._engine) as session:
            listed = submissions_in(session, period, state, first=first, most=PAGE)
        next_page = {"state": state, "period": period.id if period else "", "first": first + PAGE}
        further = f"submissions?{urlencode(next_page)}" if len(listed) == PAGE else ""
        links = {submission.id: self._links(submission) for submission in listed}
        selection = SubmissionSelection(period.id if period else "", state, links, further)
        return HTMLResponse(submissions_page(listed, selection, self._formatter))

    def returned(self, request: Request) -> Response:
        unit, period = request.path_params["unit"], request.path_params["period"]
        if not (_FOLDER.fullmatch(unit) and _FOLDER.fullmatch(period)):
            raise HTTPException(404)
        folder = self._outbox / unit / period
        files = [
            OfficeFile(path.name, path.stat().st_size)
            for path in sorted(folder.glob("[!.]*"))
            if path.is_file() and not path.is_symlink()
        ]
        return HTMLResponse(returned_page(unit, period, files, self._formatter))

    def _links(self, entry: InventoryEntry) -> list[tuple[str, str]]:
        links = []
        if (self._quality / "submissions" / f"{entry.id}.html").is_file():
            links.append(("index_quality_page", f"quality/submissions/{entry.id}.html"))
        if entry.unit and entry.period and (self._outbox / entry.unit / entry.period).is_dir():
            links.append(("index_returned", f"outbox/{entry.unit}/{entry.period}/"))
        return links
