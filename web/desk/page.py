"""Pages of the desk in the language of the reader: chosen by the address, else by a cookie, else that of the server."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, cast, get_args
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse

from domain.catalog.catalog import Catalog
from domain.officers.users import Permission, User
from domain.rollups import RollupChange
from domain.texts import Lang
from flows.actions.reason import Reason
from publishing.figures.changes import changed_value
from publishing.figures.formatter import ReportFormatter
from warehouse.queries.desk.report_states import DeskState
from warehouse.queries.runs import RunRecord
from web.look import style_sheet, templates_in

_HERE: Final = Path(__file__).parent
RERUN_KIND: Final = "rerun"
"""Kind of runs whose reason begins with a code."""
_LANG, _YEAR_SECONDS = "lang", 365 * 24 * 3600
MARKS: Final[Mapping[DeskState, str]] = {
    DeskState.NOT_SENT: "○",
    DeskState.RETURNED: "↩\ufe0e",
    DeskState.WITHDRAWN: "⊘",
    DeskState.HELD: "?",
    DeskState.WARNINGS: "!",
    DeskState.AWAITING_REOPENING: "⟲",
    DeskState.CHECKING: "…",
    DeskState.LATE: "◷",
    DeskState.ON_TIME: "✓",
    DeskState.NOT_DUE: "·",
    DeskState.NOT_OWED: "–",
}
"""The sign of each state, so that none is known by its colour alone; the legend names them."""


@dataclass(frozen=True)
class DeskPage:
    """Renders a page for one request."""

    catalog: Catalog
    lang: Lang
    request: Request

    @property
    def user(self) -> User | None:
        """Return who is logged in; None: no user, on the page that asks for it."""
        user: User | None = self.request.scope.get("user")
        return user

    @property
    def decides(self) -> bool:
        """Return whether the user may carry acts out."""
        return self.user is not None and self.user.may(Permission.DECIDE)

    @property
    def formatter(self) -> ReportFormatter:
        """Formats days, times, periods and numbers."""
        return ReportFormatter(self.catalog, self.lang)

    def text(self, name: str, /, **facts: object) -> str:
        """Return a text of `messages/desk.yaml`, by its key without the prefix `web.desk_`."""
        return self.catalog.texts.text(f"web.desk_{name}", self.lang, **facts)

    def indicator(self, code: str) -> str:
        """Name an indicator; one that has left the catalogue by its code."""
        known = self.catalog.indicators.get(code)
        return known.name.get(self.lang) if known else code

    def move(self, code: str) -> str:
        """Say how a submission changed its state, by the reason, or by the state it came to."""
        return self.catalog.texts.text(f"flows.move_{code}", self.lang)

    def run_kind(self, kind: str) -> str:
        """Name a kind of runs."""
        key = f"web.desk_run_{kind.replace(' ', '_')}"
        return self.catalog.texts.text(key, self.lang) if key in self.catalog.texts.by_key else kind

    def reason_of(self, run: RunRecord) -> str:
        """Return why a person started a run; the code before a rerun's note in words."""
        reason = run.reason or ""
        code, mark, note = reason.partition(": ")
        if run.kind != RERUN_KIND or code not in list(Reason):
            return reason
        return f"{self.text(f'option_{code}')}{mark}{note}"

    def changed(self, change: RollupChange, value: str) -> str:
        """Format a value of a changed column."""
        return changed_value(change, value, self.formatter)

    def here(self, **changed: object) -> str:
        """Return the address of this page with some parameters changed; an empty value leaves one out."""
        return self.address(
            {name: value for name, value in self.request.query_params.items() if name != _LANG}, **changed
        )

    def address(self, query: Mapping[str, str], **changed: object) -> str:
        """Return the address of this page with these parameters, some of them changed."""
        left = {name: str(value) for name, value in {**query, **changed}.items() if value}
        return f"{quote(self.request.url.path)}{'?' if left else ''}{urlencode(left)}"

    def respond(self, template: str, status: int = 200, **shown: object) -> HTMLResponse:
        """Render a template; all values in it are escaped, acting characters shown as U+FFFD.

        What is `shown` takes the place of what all pages have, where it has the same name.
        """
        facts: dict[str, object] = {
            "t": self.text,
            "indicator": self.indicator,
            "lang": self.lang,
            "formatter": self.formatter,
            "here": self.here,
            "marks": MARKS,
            "run_kind": self.run_kind,
            "reason_of": self.reason_of,
            "move": self.move,
            "changed": self.changed,
            "path": self.request.url.path,
            "user": self.user,
            "decides": self.decides,
        }
        content = templates_in(_HERE / "templates").get_template(template).render(**(facts | shown))
        response = HTMLResponse(content, status)
        if _LANG in self.request.query_params:
            response.set_cookie(_LANG, self.lang, max_age=_YEAR_SECONDS, httponly=True, samesite="lax")
        return response


def lang_of(request: Request, default: Lang) -> Lang:
    """Return the language that the reader chose, now or before."""
    for chosen in (request.query_params.get(_LANG), request.cookies.get(_LANG)):
        if chosen in get_args(Lang):
            return cast("Lang", chosen)
    return default


def style() -> bytes:
    """Return the style sheet: that of the published pages, and what only the desk has."""
    return style_sheet(_HERE / "static" / "desk.css")


@cache
def script() -> bytes:
    """Return htmx (decision 122), without which all pages work as well."""
    return (_HERE / "static" / "htmx-2.0.11.min.js").read_bytes()
