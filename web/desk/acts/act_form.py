"""What an officer filled in for an act, and where the act stands: filled in, previewed, confirmed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote, urlencode
from uuid import uuid4

from starlette.datastructures import FormData, QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from domain.officers.users import User
from warehouse.officers.notes import LONGEST_NAME, LONGEST_NOTE
from warehouse.submissions.lifecycle import DecisionReason
from web.desk.acts.act import Act, FieldKind, Subject, SubjectKind
from web.desk.context import DeskContext
from web.desk.messages import NotPermittedError
from web.desk.permissions import officer_of, require_subject
from web.desk.requested import requested_figures, requested_report, requested_unit

PREVIEW: Final = "preview"
CONFIRM: Final = "confirm"
_NAME_COOKIE: Final = "officer"
_YEAR_SECONDS: Final = 365 * 24 * 3600
_LONGEST_VALUE: Final = 2000
_NUMBER: Final = re.compile(r"\d{1,9}")
_RUN_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class ActForm:
    """The fields of an act as they were filled in.

    `run_id` is that of the run which a confirmation makes, and of no second one; `seen` is the state that its preview
    was made from, and `behind` the run of the last act about the same that it showed to be waiting.
    """

    subject: Subject
    values: Mapping[str, str]
    reason: str
    name: str
    run_id: str
    seen: str
    behind: str
    step: str

    @property
    def names(self) -> dict[str, str]:
        """The fields that name what the act is about, in the addresses of its form."""
        return (self.subject.names if self.subject else {}) | dict(self.values)

    @property
    def decision(self) -> DecisionReason:
        """Reason and name."""
        return DecisionReason(self.reason, self.name)

    def missing(self, act: Act) -> bool:
        """Return whether something is not filled in, or is too long."""
        is_complete = (
            self.reason and self.name and all(self.values[each.name] for each in act.fields if each.is_required)
        )
        return not is_complete or len(self.reason) > LONGEST_NOTE or len(self.name) > LONGEST_NAME


def filled_in(desk: DeskContext, act: Act, request: Request, sent: FormData | QueryParams) -> ActForm:
    """Return what was filled in, or what the address names, with defaults for the rest.

    Raises:
        HTTPException: 404, there is nothing that the act could be about; 403, it lies outside the user's areas; 400, a
            value is impossible.
    """

    def value(name: str, default: str = "") -> str:
        text = sent.get(name)
        return text.strip() if isinstance(text, str) else default

    values = {each.name: value(each.name, each.default(desk)) for each in act.fields}
    for each in act.fields:
        if each.kind is FieldKind.CHECK and isinstance(sent, FormData):
            values[each.name] = value(each.name)
        elif each.options and values[each.name] not in each.options:
            values[each.name] = each.default(desk)
    version = values.get("version", "")
    run_id = value("run")
    is_possible = (not version or _NUMBER.fullmatch(version)) and (not run_id or _RUN_ID.fullmatch(run_id))
    if not is_possible or any(len(each) > _LONGEST_VALUE for each in values.values()):
        raise HTTPException(400)
    subject = subject_of(desk, act.subject, {name: value(name) for name in ("form", "unit", "area", "period")})
    user: User = request.scope["user"]
    if act.stays_within is None:
        require_subject(desk, request, subject)
    elif user.areas and isinstance(sent, FormData) and not act.stays_within(desk, user, values):
        raise NotPermittedError
    if act.known is not None and isinstance(sent, QueryParams):
        values |= act.known(desk, subject, values)
    return ActForm(
        subject=subject,
        values=values,
        reason=value("reason"),
        name=officer_of(request) or value("name") or remembered_name(request),
        run_id=run_id or str(uuid4()),
        seen=value("seen"),
        behind=value("behind"),
        step=value("step"),
    )


def subject_of(desk: DeskContext, kind: SubjectKind, names: Mapping[str, str]) -> Subject:
    """Return what an act is about, by the fields that name it.

    Raises:
        HTTPException: 404, there is no such thing.
    """
    form, period, code = (names.get("form", ""), names.get("period", ""), names.get("unit") or names.get("area", ""))
    match kind:
        case SubjectKind.REPORT:
            return requested_report(desk, form, code, period)
        case SubjectKind.FIGURES:
            return requested_figures(desk, form, code, period)
        case SubjectKind.UNIT:
            return requested_unit(desk, code)
    return None


def remembered_name(request: Request) -> str:
    """Return the name under which this browser acted last."""
    return unquote(request.cookies.get(_NAME_COOKIE, ""))[:LONGEST_NAME]


def remember_name(response: Response, name: str) -> None:
    """Let the browser keep the name, so that it is not typed again."""
    response.set_cookie(_NAME_COOKIE, quote(name), max_age=_YEAR_SECONDS, httponly=True, samesite="strict")


def done_address(run_id: str, names: Mapping[str, str]) -> str:
    """Return the address of a run's record, which leads back to what the act was about, named by these fields."""
    return f"/acts/done/{run_id}{f'?{urlencode(names)}' if names else ''}"
