"""Acts of the office: send the reminders that are due, make upload links, rerun units through Prefect."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from domain.authorisations import link_for
from domain.errors import UsageError
from domain.officers.users import User
from flows.actions.reason import Reason
from flows.actions.rerun_request import RerunRequest, preview_rerun, refuse_closed_periods, scope_of
from flows.actions.senders import parse_day
from flows.actions.upload_links import make_links, name_of
from flows.pipeline.act_record import begin_act, end_act
from flows.pipeline.outcome import RunOutcome
from flows.presentation.ask_consulted import due_to_consulted
from flows.presentation.message_formatter import MessageFormatter
from flows.presentation.send_reminders import due_mails, is_reminded, require_mail_server, send_reminders
from flows.service.api import ServerApi
from flows.support.prefect_names import RERUN
from flows.support.settings import server_of
from warehouse.store.run_lock import RunInProgressError
from warehouse.submissions.withdrawal import Decision
from web.desk.acts.act import Act, ActField, ActResult, ActWork, AtTheDesk, FieldKind, SubjectKind
from web.desk.context import DeskContext
from web.desk.permissions import covers, covers_unit

LINK_DAYS: Final = 180
MOST_TRIED: Final = 40
"""Reports of a rerun that are tried at the desk; of more only their number is said beforehand."""
_CODE: Final = re.compile(r"[^\s,;]+")


def _foresee_reminders(work: ActWork) -> Sequence[str]:
    require_mail_server(work.desk.settings)
    steps, mails = due_mails(work.context, work.desk.settings, _areas(work))
    page = work.page
    lines = [
        page.text(
            "would_be_mailed",
            unit=f"{mail.unit.code} {mail.unit.name}" if mail.unit else page.text("own_office"),
            addresses=", ".join(mail.addresses),
            subject=mail.notice.subject,
        )
        for mail in mails
    ]
    lines += [
        page.text(
            "would_be_mailed",
            unit=f"{mail.unit.code} {mail.unit.name}",
            addresses=", ".join(mail.addresses),
            subject=page.text("act_consult"),
        )
        for mail in due_to_consulted(work.context, _areas(work))
    ]
    silent = (each for due in steps for each in due.missing if not each.addresses)
    without = {each.unit.key: each.unit for each in silent if is_reminded(work.context, each.unit, _areas(work))}
    names = ", ".join(f"{unit.code} {unit.name}" for unit in without.values())
    return [
        *(lines or [page.text("nobody_is_mailed")]),
        *([page.text("have_no_address", units=names)] if names else []),
    ]


def _remind(work: ActWork) -> ActResult:
    send_reminders(work.context, work.desk.settings, work.run_id, AtTheDesk(), work.decision, areas=_areas(work))
    return ActResult()


def _areas(work: ActWork) -> tuple[str, ...]:
    """Return the areas that the officer is limited to; none: all count."""
    return work.page.user.areas if work.page.user else ()


def _foresee_links(work: ActWork) -> Sequence[str]:
    links = [link_for(work.desk.catalog, unit, *_link_days(work)) for unit in _units(work)]
    day = work.page.formatter.day
    return [
        work.page.text(
            "would_be_linked",
            unit=f"{link.unit} {name_of(work.desk.catalog, link)}",
            first=day(link.valid_from),
            last=day(link.valid_to),
        )
        for link in links
    ]


def _make_links(work: ActWork) -> ActResult:
    context, decision = work.context, Decision(work.decision, work.context.clock(), work.run_id)
    made = make_links(work.desk.settings, work.desk.catalog, _units(work), _link_days(work), decision)
    begin_act(context, work.run_id, "links", work.decision)
    end_act(context, work.run_id, {"made": len(made)})
    return ActResult([f"{each.link.unit} {each.name}: {each.address}" for each in made])


def _link_days(work: ActWork) -> tuple[date, int]:
    days = work.values["days"]
    if not days.isdecimal():
        raise UsageError(f"{days} is no number of days")
    return parse_day(work.values["first_day"], "first"), int(days[:9])


def _units(work: ActWork) -> list[str]:
    return _codes(work.values)


def _codes(values: Mapping[str, str]) -> list[str]:
    return list(dict.fromkeys(_CODE.findall(values["units"])))


def _links_within(desk: DeskContext, user: User, values: Mapping[str, str]) -> bool:
    return all(covers_unit(desk, user, code) for code in _codes(values))


def _rerun_within(desk: DeskContext, user: User, values: Mapping[str, str]) -> bool:
    """Return whether all units of a rerun lie in the user's areas, in its first period and its last."""
    named = [*_codes(values), *filter(None, [values["area"]])]
    periods = [each for each in (values["period"], values["period_to"]) if each]
    return bool(named) and all(covers(desk, user, code, period) for code in named for period in periods)


def _rerun_request(work: ActWork) -> RerunRequest:
    values = work.values
    return RerunRequest(
        period=values["period"],
        area=values["area"],
        units=tuple(_units(work)),
        period_to=values["period_to"],
        reason=Reason(values["why"]),
        note=work.decision.note,
        recheck=bool(values["recheck"]),
        by=work.decision.actor,
    )


def _foresee_rerun(work: ActWork) -> Sequence[str]:
    """Try a small rerun; of a large one say how many reports it is about, and that Prefect can be reached."""
    request, context, page = _rerun_request(work), work.context, work.page
    _server(work).require()
    scope = scope_of(context.catalog, context.today, request)
    refuse_closed_periods(context, scope)
    reports = sum(len(each.units) for each in scope.each())
    lines = [page.text("would_be_rerun", reports=reports, periods=len(list(scope.each())))]
    if reports > MOST_TRIED:
        return [*lines, page.text("too_many_to_try", most=MOST_TRIED)]
    try:
        return [*lines, *_described(work, preview_rerun(context, scope, request, AtTheDesk()).outcome)]
    except RunInProgressError:
        return [*lines, page.text("rerun_not_tried")]


def _described(work: ActWork, outcome: RunOutcome) -> Sequence[str]:
    page, messages = work.page, MessageFormatter(work.desk.catalog, work.page.lang)
    judged = [
        page.text("would_be_judged", unit=each.label, outcome=page.text(f"judged_{each.judgement}"))
        for each in outcome.verdicts
    ]
    faults = [messages.fault(issue) for each in outcome.refused for issue in each.faults]
    published = [
        page.text(
            "would_be_published",
            area=each.area_name,
            period=each.period,
            revision=each.revision,
            changes=len(each.changes),
        )
        for each in outcome.given
    ]
    return [*(judged or [page.text("nothing_is_judged")]), *faults, *published, *outcome.left]


def _rerun(work: ActWork) -> ActResult:
    request = _rerun_request(work)
    scope = scope_of(work.context.catalog, work.context.today, request)
    refuse_closed_periods(work.context, scope)
    parameters = {
        "area": request.area,
        "units": list(request.units),
        "period": request.period,
        "period_to": request.period_to,
        "reason": request.reason.value,
        "note": request.note,
        "recheck": request.recheck,
        "by": request.by,
    }
    started = _server(work).start(RERUN, parameters, work.run_id, request.title)
    return ActResult(address=f"/reruns/{started}")


def _server(work: ActWork) -> ServerApi:
    return ServerApi(*server_of(work.desk.settings))


_UNITS = ActField("units", is_required=True)

OFFICE_ACTS = (
    Act("remind", SubjectKind.OFFICE, _remind, (), _foresee_reminders, stays_within=lambda *_: True),
    Act(
        "links",
        SubjectKind.OFFICE,
        _make_links,
        (
            _UNITS,
            ActField("first_day", FieldKind.DAY, is_required=True, default=lambda desk: desk.today.isoformat()),
            ActField("days", FieldKind.NUMBER, is_required=True, default=lambda _: str(LINK_DAYS)),
        ),
        _foresee_links,
        _links_within,
        is_direct=True,
        is_shown_once=True,
    ),
    Act(
        "rerun",
        SubjectKind.OFFICE,
        _rerun,
        (
            ActField("units"),
            ActField("area"),
            ActField("period", is_required=True),
            ActField("period_to"),
            ActField(
                "why",
                FieldKind.CHOICE,
                default=lambda _: Reason.CORRECTION.value,
                options=tuple(each.value for each in Reason),
            ),
            ActField("recheck", FieldKind.CHECK),
        ),
        _foresee_rerun,
        _rerun_within,
        is_direct=True,
    ),
)
