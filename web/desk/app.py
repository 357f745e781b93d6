"""The office site: the desk, and the pages and files that were there before it, for who logs in."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from domain.errors import TonghopError
from flows.service.http_guards import SecurityHeaders, guarded
from web.desk.account_page import AccountPages
from web.desk.acts.cancelling import cancel
from web.desk.acts.overview import acts_page
from web.desk.acts.pages import ActPages
from web.desk.acts.record_page import record_page
from web.desk.acts.rerun_page import rerun_page
from web.desk.consultation_page import consultation_page
from web.desk.context import DeskContext
from web.desk.figure_page import figure_page
from web.desk.kept_pages import inventory_of, returned_files, submissions_of
from web.desk.log_in import LogIn
from web.desk.matrix_page import matrix_page
from web.desk.messages import explain
from web.desk.page import script, style
from web.desk.permissions import Permitted
from web.desk.quality_pages import burden_page, reporting_quality_page
from web.desk.report_page import add_note, original_file, report_page, sheet_page
from web.desk.unit_page import unit_page
from web.desk.warnings_page import warnings_page
from web.static_files import Files, files_of

_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "private, no-cache",
    # Forms of the desk are taken from its own pages only, which the browser names.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_HOLD_THEIR_STYLES: Final = ("/quality/", "/outbox/")
"""Beginnings of addresses whose files hold their styles, and data docs scripts of their own."""


def office_site(desk: DeskContext, credential: str | None, *, further: Sequence[Route] = ()) -> ASGIApp:
    """Serve the desk and the office's files, and `further` routes, to who logs in (`LogIn`, `Permitted`).

    The credential `name:password` admits until there are users, and afterwards programs that read metrics.
    """

    def shown(page: Callable[[DeskContext, Request], Response]) -> Callable[[Request], Response]:
        return partial(page, desk)

    acts = ActPages(desk)
    routes = [
        *further,
        Route("/", shown(matrix_page)),
        Route("/static/desk.css", lambda _: Response(style(), media_type="text/css")),
        Route("/static/htmx.js", lambda _: Response(script(), media_type="text/javascript")),
        Route("/reports/{form}/{unit}/{period}", shown(report_page)),
        Route("/reports/{form}/{unit}/{period}/notes", partial(add_note, desk), methods=["POST"]),
        Route("/reports/{form}/{unit}/{period}/{version:int}/sheet", shown(sheet_page)),
        Route("/reports/{form}/{unit}/{period}/{version:int}/original", shown(original_file)),
        Route("/units/{unit}", shown(unit_page)),
        Route("/figures/{area}/{period}/{indicator}", shown(figure_page)),
        Route("/warnings", shown(warnings_page)),
        Route("/consultations/{form}/{area}/{period}", shown(consultation_page)),
        Route("/reporting-quality", shown(reporting_quality_page)),
        Route("/burden", shown(burden_page)),
        Route("/acts", shown(acts_page)),
        Route("/acts/done/{run}", shown(record_page)),
        Route("/acts/done/{run}/cancel", shown(cancel), methods=["POST"]),
        Route("/reruns/{run}", shown(rerun_page)),
        Route("/acts/{act}", acts.form),
        Route("/acts/{act}", acts.sent, methods=["POST"]),
        *AccountPages(desk).routes,
        Route("/inventory", shown(inventory_of)),
        Route("/submissions", shown(submissions_of)),
        Route("/outbox/{unit}/{period}/", shown(returned_files)),
        Mount("/outbox", files_of(desk.outbox, desk.outbox.read)),
        Mount("/quality", Files(desk.quality)),
    ]
    errors = dict.fromkeys((HTTPException, TonghopError, Exception), partial(explain, desk))
    app = Starlette(routes=routes, exception_handlers=errors)
    return _Guarded(LogIn(desk, Permitted(desk, app), credential))


class _Guarded:
    """Answers with the strict headers of the desk, or with those of pages that hold their styles."""

    def __init__(self, app: ASGIApp) -> None:
        self._strict, self._lenient = SecurityHeaders(app, _HEADERS), guarded(app, is_private=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        holds_styles = str(scope.get("path", "")).startswith(_HOLD_THEIR_STYLES)
        await (self._lenient if holds_styles else self._strict)(scope, receive, send)
