"""The upload site: a page for each link, where its commune uploads, checks and sends its workbooks."""

import asyncio
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Final, cast, get_args
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from connectors.sources.upload import receipt_of
from domain.errors import TonghopError, TransientError, UsageError
from domain.texts import Lang
from domain.vietnam_time import day_in_vietnam
from flows.actions.check_files import CheckedFile
from flows.actions.upload_checks import UploadChecks, reports_of_link, verdict_of
from flows.actions.upload_links import name_of
from flows.actions.uploads import UploadDraft, Uploads
from flows.service.http_guards import SecurityHeaders
from flows.support.catalog import open_catalog
from flows.support.settings import Settings
from flows.support.stores.opening import outbox_store
from warehouse.queries.uploads import UploadedFile, UploadLinkRecord, link_of_token, uploaded_files
from warehouse.store.engine import Engine, reading
from warehouse.submissions.lifecycle import DecisionReason
from web.static_files import respond
from web.upload.asked_warnings import find_warning, keep_answer, warnings_of_link
from web.upload.consulted_figures import consultations_of_link, find_consultation, keep_position, shown_figure
from web.upload.limits import BodyTooLargeError, RateLimit, limited
from web.upload.pages import UploadPage, script, style

_LOG = logging.getLogger(__name__)
_HEADERS: Final = {
    # The receipts of runs hold their styles; nothing is loaded from elsewhere, and no script but our own runs.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; connect-src 'self'; "
        "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}
_HOUR: Final = 3600.0
_UPLOADS_OF_A_LINK: Final = 40
_UPLOADS_OF_AN_ADDRESS: Final = 400
"""In an hour; a province's communes may share one address."""
_WRONG_OF_AN_ADDRESS: Final = 60
_LONGEST_TOKEN: Final = 100
_ANSWER_BYTES: Final = 64 << 10
_FORM_BYTES: Final = 16 << 10
"""Bytes of an upload beside those of the file."""
_PATIENCE_SECONDS: Final = 15.0
"""How long a page waits for its check; then it says so and asks again by itself."""
_MOST_SENT: Final = 50


class PageError(Exception):
    """A page that says why there is nothing else: status, the key of its text, and seconds until another try."""

    def __init__(self, status: int, key: str, retry_after: int | None = None) -> None:
        """Keep them."""
        super().__init__(key)
        self.status, self.key, self.retry_after = status, key, retry_after


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that was sent, by its receipt's number, with the states of its reports and the names of replies."""

    receipt: str
    file: UploadedFile
    replies: Sequence[tuple[int, str]]


def upload_site(
    settings: Settings,
    engine: Engine,
    checks: UploadChecks,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> ASGIApp:
    """Serve the upload page of each link that is in the warehouse; nothing is served without one."""
    site = _UploadSite(settings, engine, checks, clock)
    routes = [
        Route("/static/upload.css", lambda _: Response(style(), media_type="text/css")),
        Route("/static/upload.js", lambda _: Response(script(), media_type="text/javascript")),
        Route("/{token}/", site.home),
        Route("/{token}/", site.upload, methods=["POST"]),
        Route("/{token}/answers", site.answer, methods=["POST"]),
        Route("/{token}/positions", site.take_position, methods=["POST"]),
        Route("/{token}/drafts/{receipt}", site.draft),
        Route("/{token}/drafts/{receipt}/marked", site.marked),
        Route("/{token}/drafts/{receipt}/send", site.send, methods=["POST"]),
        Route("/{token}/receipts/{receipt}", site.receipt),
        Route("/{token}/replies/{number:int}/{name}", site.reply),
    ]
    handlers = {
        PageError: site.explain,
        HTTPException: site.explain,
        TonghopError: site.explain,
        Exception: site.explain,
    }
    return SecurityHeaders(Starlette(routes=routes, exception_handlers=handlers), _HEADERS)


class _UploadSite:
    def __init__(self, settings: Settings, engine: Engine, checks: UploadChecks, clock: Callable[[], datetime]) -> None:
        self._settings, self._engine, self._checks, self._clock = settings, engine, checks, clock
        self._uploads = Uploads(settings.uploads, clock)
        self._outbox = outbox_store(settings)
        self._by_link = RateLimit(_UPLOADS_OF_A_LINK, _HOUR)
        self._by_address = RateLimit(_UPLOADS_OF_AN_ADDRESS, _HOUR)
        self._wrong = RateLimit(_WRONG_OF_AN_ADDRESS, _HOUR)

    def home(self, request: Request) -> Response:
        return self._home(request, self._link(request))

    async def upload(self, request: Request) -> Response:
        link = await run_in_threadpool(self._link, request)
        if not (self._by_link.admits(str(link.number)) and self._by_address.admits(_address(request))):
            raise PageError(429, "too_often", 600)
        bounded = await limited(request, self._settings.reading_limits.file_size + _FORM_BYTES)
        async with bounded.form(max_files=1, max_fields=5) as form:
            file = form.get("workbook")
            if not isinstance(file, UploadFile) or not file.filename or not file.size:
                return await run_in_threadpool(self._home, request, link, fault="nothing_chosen")
            draft = await run_in_threadpool(self._uploads.keep, link, file.filename, file.file)
        self._checks.of(draft)
        return self._to(request, "drafts", draft.receipt)

    async def answer(self, request: Request) -> Response:
        """Keep the sender's answer to a warning."""
        return await run_in_threadpool(self._keep_answer, request, *await self._filled_in(request))

    async def take_position(self, request: Request) -> Response:
        """Keep whether the unit agrees to the figures that it is consulted about."""
        return await run_in_threadpool(self._keep_position, request, *await self._filled_in(request))

    async def _filled_in(self, request: Request) -> tuple[UploadLinkRecord, dict[str, str]]:
        """Return the link and what was filled in."""
        link = await run_in_threadpool(self._link, request)
        if not (self._by_link.admits(str(link.number)) and self._by_address.admits(_address(request))):
            raise PageError(429, "too_often", 600)
        form = await (await limited(request, _ANSWER_BYTES)).form(max_files=0, max_fields=8)
        return link, {name: value.strip() for name, value in form.items() if isinstance(value, str)}

    def _keep_position(self, request: Request, link: UploadLinkRecord, fields: Mapping[str, str]) -> Response:
        catalog = open_catalog(self._settings)
        consulted = find_consultation(self._engine, catalog, link, fields.get("consultation", ""), self._today())
        if consulted is None:
            raise PageError(409, "not_consulted")
        if fields.get("revision") != str(consulted.revision):
            return self._home(request, link, fault="figures_moved")
        try:
            keep_position(self._engine, consulted, fields, self._clock(), link.number)
        except UsageError:
            return self._home(request, link, fault="position_incomplete")
        _LOG.info("kept a position about figures")
        return self._to(request, "")

    def _keep_answer(self, request: Request, link: UploadLinkRecord, fields: Mapping[str, str]) -> Response:
        place = tuple(fields.get(name, "") for name in ("form", "period", "rule", "indicator"))
        now, catalog = self._clock(), open_catalog(self._settings)
        warning = find_warning(self._engine, catalog, link, place, now)
        if warning is None:
            raise PageError(409, "not_asked")
        answer = DecisionReason(fields.get("text", ""), fields.get("name", ""))
        try:
            keep_answer(self._engine, warning, answer, now, link.number)
        except UsageError:
            return self._home(request, link, fault="answer_incomplete")
        _LOG.info("kept an answer to a warning")
        return self._to(request, "")

    async def draft(self, request: Request) -> Response:
        link, draft = await run_in_threadpool(self._link_and_draft, request)
        checked = await self._checked(draft)
        return await run_in_threadpool(self._draft, request, link, draft, checked)

    async def marked(self, request: Request) -> Response:
        _, draft = await run_in_threadpool(self._link_and_draft, request)
        checked = await self._checked(draft)
        if checked is None:
            return self._to(request, "drafts", draft.receipt)
        copy = await asyncio.wrap_future(self._checks.marked(draft, checked))
        return Response(copy.data, media_type="application/octet-stream", headers=_attached(copy.file_name))

    async def send(self, request: Request) -> Response:
        link, draft = await run_in_threadpool(self._link_and_draft, request)
        if draft.sent_at is None:
            checked = await self._checked(draft)
            if checked is None or not verdict_of(checked, link, open_catalog(self._settings)).may_be_sent:
                return self._to(request, "drafts", draft.receipt)
        await run_in_threadpool(self._uploads.send, draft)
        _LOG.info("sent an upload")
        return self._to(request, "receipts", draft.receipt)

    def receipt(self, request: Request) -> Response:
        link, page = self._link(request), self._page(request)
        sent = next((each for each in self._sent(link) if each.receipt == request.path_params["receipt"]), None)
        if sent is None:
            raise PageError(404, "not_here")
        return HTMLResponse(page.render("receipt.html.j2", link=link, name=self._name(link), sent=sent))

    def reply(self, request: Request) -> Response:
        link, number, name = self._link(request), request.path_params["number"], request.path_params["name"]
        for sent in self._sent(link):
            for report in sent.file.reports:
                if report.number == number and (number, name) in sent.replies:
                    return respond(request, f"{report.folder}/{name}", self._outbox.read)
        raise PageError(404, "not_here")

    def explain(self, request: Request, error: Exception) -> Response:
        """Answer with a page that says what is wrong and what to do."""
        match error:
            case PageError():
                status, key, retry_after = error.status, error.key, error.retry_after
            case BodyTooLargeError():
                status, key, retry_after = 413, "too_large", None
            case HTTPException():
                status, key, retry_after = error.status_code, "not_here", None
            case _:
                _LOG.warning("an upload page could not be shown: %s", type(error).__name__)
                is_passing = isinstance(error, TransientError)
                status, key, retry_after = (503, "busy", 60) if is_passing else (500, "fault", None)
        page = self._page(request)
        megabytes = self._settings.reading_limits.file_size >> 20
        headers = {"Retry-After": str(retry_after)} if retry_after else {}
        return HTMLResponse(page.render("message.html.j2", key=key, megabytes=megabytes), status, headers)

    def _home(self, request: Request, link: UploadLinkRecord, fault: str = "") -> Response:
        page = self._page(request)
        with reading(self._engine) as session:
            expected = reports_of_link(session, page.catalog, link, self._today())
            warnings = warnings_of_link(session, page.catalog, link, self._clock())
            consulted = consultations_of_link(session, page.catalog, link, self._today())
        shown = {
            "expected": expected,
            "sent": self._sent(link),
            "fault": fault,
            "today": self._today(),
            "warnings": warnings,
            "consulted": consulted,
            "shown_figure": partial(shown_figure, page.catalog, page.formatter),
        }
        megabytes = self._settings.reading_limits.file_size >> 20
        content = page.render("home.html.j2", link=link, name=self._name(link), megabytes=megabytes, **shown)
        return HTMLResponse(content, 400 if fault else 200)

    def _link(self, request: Request) -> UploadLinkRecord:
        """Return the link of a request.

        Raises:
            PageError: there is none, or it may not be used today.
        """
        token, address = request.path_params["token"], _address(request)
        record = None
        if len(token) <= _LONGEST_TOKEN:
            with reading(self._engine) as session:
                record = link_of_token(session, token)
        if record is None:
            if not self._wrong.admits(address):
                raise PageError(429, "too_often", 600)
            raise PageError(404, "unknown_link")
        if record.revoked is not None:
            raise PageError(410, "revoked_link")
        if not record.holds_on(self._today()):
            raise PageError(410, "expired_link")
        return record

    def _link_and_draft(self, request: Request) -> tuple[UploadLinkRecord, UploadDraft]:
        link = self._link(request)
        draft = self._uploads.draft(link.number, request.path_params["receipt"])
        if draft is None:
            raise PageError(404, "draft_gone")
        return link, draft

    async def _checked(self, draft: UploadDraft) -> CheckedFile | None:
        """Return the result of a draft's check; None: it is not done yet."""
        check = asyncio.wrap_future(self._checks.of(draft))
        # No thread waits: those that serve the other sites are few.
        done, _ = await asyncio.wait({check}, timeout=_PATIENCE_SECONDS)
        if not done:
            return None
        if check.exception() is not None:
            self._checks.forget(draft)
        return check.result()

    def _draft(
        self, request: Request, link: UploadLinkRecord, draft: UploadDraft, checked: CheckedFile | None
    ) -> Response:
        page, name = self._page(request), self._name(link)
        if checked is None:
            return HTMLResponse(page.render("checking.html.j2", link=link, name=name, draft=draft))
        verdict = verdict_of(checked, link, page.catalog)
        _LOG.info("showed the check of an upload: %s", verdict)
        shown = {"verdict": verdict, "checked": checked, "draft": draft, "groups": page.groups(checked.issues)}
        repairs = page.repairs(checked.report.repairs)
        return HTMLResponse(page.render("draft.html.j2", link=link, name=name, repairs=repairs, **shown))

    def _sent(self, link: UploadLinkRecord) -> list[SentFile]:
        with reading(self._engine) as session:
            received = uploaded_files(session, link.number, _MOST_SENT)
        return [
            SentFile(receipt_of(file.path) or "", file, self._replies(file))
            for file in self._uploads.sent(link, received)[:_MOST_SENT]
        ]

    def _replies(self, file: UploadedFile) -> list[tuple[int, str]]:
        """Return the number of each report with the names of the files that its last reply has in the outbox."""
        return [
            (report.number, name)
            for report in file.reports
            if report.folder
            for name in self._outbox.names(report.folder)
            if re.fullmatch(rf".*\.so-{report.number:08d}(-lan-\d+)?\.\w+", name) and not name.endswith(".txt")
        ]

    def _name(self, link: UploadLinkRecord) -> str:
        return name_of(open_catalog(self._settings), link.link)

    def _to(self, request: Request, *parts: str) -> Response:
        return RedirectResponse(self._page(request).address(*parts), 303)

    def _page(self, request: Request) -> UploadPage:
        wanted = request.query_params.get("lang")
        lang = cast("Lang", wanted) if wanted in get_args(Lang) else self._settings.lang
        query = "" if lang == self._settings.lang else f"?lang={lang}"
        return UploadPage(open_catalog(self._settings), lang, request.path_params.get("token", ""), query)

    def _today(self) -> date:
        return day_in_vietnam(self._clock())


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _attached(name: str) -> dict[str, str]:
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(Path(name).name, safe='')}"}
