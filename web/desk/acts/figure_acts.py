"""Acts about an area's figures for a period: consult units about them, close and reopen them."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta
from typing import Final

from domain.errors import UsageError
from domain.officers.consultations import ConsultedUnit, Position
from domain.units import UnitKey
from flows.actions.closing.close_period import close_period, reopen_period, what_closes
from flows.actions.closing.consult import (
    begin_consulting,
    cancel_consulting,
    settle_objection,
    units_of,
    what_is_consulted,
)
from flows.actions.senders import parse_day
from flows.pipeline.scope import RunScope
from flows.presentation.ask_consulted import ask_consulted, without_address
from warehouse.rollups.consultations import units_to_consult
from warehouse.store.engine import reading
from warehouse.store.run_lock import RunInProgressError
from web.desk.acts.act import Act, ActField, ActResult, ActWork, FieldKind, SubjectKind
from web.desk.context import DeskContext

_CONSULTED_DAYS: Final = 7
"""How long units may answer unless the officer says otherwise."""


def _foresee_closing(work: ActWork) -> Sequence[str]:
    key, page = work.figures.key, work.page
    with reading(work.context.engine) as session:
        kept = what_closes(session, work.context, key, partial=_is_partial(work))
    absent = [page.text("closes_without", unit=f"{each.code} {each.name}", period=each.period) for each in kept.absent]
    return [page.text("closes_at", revision=kept.number + 1), *absent]


def _close(work: ActWork) -> ActResult:
    key = work.figures.key
    run = work.run(RunScope(period=key.period))
    closed = close_period(run, key, work.decision, work.desk.settings, partial=_is_partial(work))
    return ActResult([*closed.proof.differing, *closed.proof.judged_otherwise])


def _reopen(work: ActWork) -> ActResult:
    key = work.figures.key
    closing, _ = reopen_period(work.run(RunScope(period=key.period)), key, work.decision)
    facts = {"by": closing.closed_by, "time": work.page.formatter.time(closing.closed_at)}
    return ActResult([work.page.text("was_closed", revision=closing.revision, **facts)])


def _is_partial(work: ActWork) -> bool:
    return bool(work.values["partial"])


def _until(desk: DeskContext) -> str:
    return (desk.today + timedelta(days=_CONSULTED_DAYS)).isoformat()


def _last_day(work: ActWork) -> date:
    return parse_day(work.values["consult_until"], "last")


def _foresee_consulting(work: ActWork) -> Sequence[str]:
    last_day = _last_day(work)
    with reading(work.context.engine) as session:
        number = what_is_consulted(session, work.context, work.figures.key, last_day)
        without = without_address(session, work.desk.catalog, work.figures.key, work.desk.today)
        mailed = len(units_to_consult(session, work.figures.key)) - len(without)
    page, has_server = work.page, bool(work.desk.settings.mail_host)
    names = ", ".join(f"{each.code} {each.name}" for each in without)
    return [
        page.text("would_be_consulted", revision=number, day=page.formatter.day(last_day)),
        page.text("consulted_by_mail", count=mailed) if has_server else page.text("consulted_without_mail"),
        *([page.text("have_no_address", units=names)] if names and has_server else []),
    ]


def _consult(work: ActWork) -> ActResult:
    key = work.figures.key
    run = work.run(RunScope(period=key.period))
    begin_consulting(run, key, _last_day(work), work.decision, partial=_is_partial(work))
    with suppress(RunInProgressError):  # then the next reminders send what is due
        ask_consulted(work.context, work.desk.settings, work.run_id)
    return ActResult()


def _objecting(work: ActWork) -> ConsultedUnit:
    """Return the unit whose objection the act is about.

    Raises:
        UsageError: it has none.
    """
    code = work.values["consulted"]
    with reading(work.context.engine) as session:
        _, units = units_of(session, work.figures.key)
    for each in units:
        if each.code == code and each.position is Position.OBJECTED:
            return each
    raise UsageError(f"{code} has no open objection to {work.figures.key.period}")


def _foresee_settling(work: ActWork) -> Sequence[str]:
    unit = _objecting(work)
    return [
        f"{unit.code} {unit.name}: {unit.answers[-1].text} ({unit.answers[-1].actor})",
        work.page.text("would_be_settled"),
    ]


def _settle(work: ActWork) -> ActResult:
    unit, key = _objecting(work), work.figures.key
    run = work.run(RunScope(period=key.period))
    settle_objection(run, key, UnitKey(unit.code, unit.valid_from), work.decision)
    return ActResult()


def _foresee_cancelling(work: ActWork) -> Sequence[str]:
    with reading(work.context.engine) as session:
        consultation, _ = units_of(session, work.figures.key)
    return [work.page.text("would_be_cancelled", day=work.page.formatter.day(consultation.last_day))]


def _cancel(work: ActWork) -> ActResult:
    key = work.figures.key
    cancel_consulting(work.run(RunScope(period=key.period)), key, work.decision)
    return ActResult()


_PARTIAL = ActField("partial", FieldKind.CHECK)
FIGURE_ACTS = (
    Act(
        "consult",
        SubjectKind.FIGURES,
        _consult,
        (ActField("consult_until", FieldKind.DAY, is_required=True, default=_until), _PARTIAL),
        _foresee_consulting,
    ),
    Act(
        "settle",
        SubjectKind.FIGURES,
        _settle,
        (ActField("consulted", FieldKind.NAMED, is_required=True),),
        _foresee_settling,
    ),
    Act("end_consultation", SubjectKind.FIGURES, _cancel, foresee=_foresee_cancelling),
    Act("close", SubjectKind.FIGURES, _close, (_PARTIAL,), _foresee_closing),
    Act("reopen", SubjectKind.FIGURES, _reopen),
)
