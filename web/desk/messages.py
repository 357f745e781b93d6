"""Pages that say why there is nothing else to see."""

import logging
from http import HTTPStatus
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from domain.catalog.help_texts import desk_error_in
from domain.errors import TonghopError, TransientError, UsageError
from flows.support.masking import masked
from web.desk.context import DeskContext
from web.desk.page import DeskPage, lang_of

_LOG: Final = logging.getLogger(__name__)
_KEYS: Final = {HTTPStatus.FORBIDDEN: "forbidden", HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too_large"}


class NotPermittedError(HTTPException):
    """The user's role or areas do not permit the request."""

    def __init__(self) -> None:
        """Answer with 403."""
        super().__init__(HTTPStatus.FORBIDDEN)


def explain(desk: DeskContext, request: Request, error: Exception) -> Response:
    """Answer with a page that says what is wrong."""
    page, reason = DeskPage(desk.catalog, lang_of(request, desk.lang), request), ""
    match error:
        case NotPermittedError():
            status, key, reason = error.status_code, "not_permitted", page.text("not_permitted_lead")
        case HTTPException():
            status = error.status_code
            key = _KEYS.get(HTTPStatus(status), "not_found")
        case TonghopError():
            status = HTTPStatus.SERVICE_UNAVAILABLE if isinstance(error, TransientError | UsageError) else 500
            key = "cannot_be_shown"
        case _:
            _LOG.error("a page of the desk failed: %s", type(error).__name__, exc_info=error)
            status, key = HTTPStatus.INTERNAL_SERVER_ERROR, "fault"
    if isinstance(error, TonghopError):
        reason = desk_error_in(page.lang, masked(str(error)))
    return page.respond("message.html.j2", status=status, key=key, reason=reason)
