"""Acts about a report: answer its warnings, decide about it while it is held, withdraw and restore it."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from domain.errors import UsageError
from domain.issues import Issue
from domain.waivers import RemarkKind
from flows.actions.decide_held import HoldDecision, decide_held
from flows.actions.senders import parse_day
from flows.actions.waive import answer, take_answer_back
from flows.actions.withdraw import decide
from flows.pipeline.ask_sender import ask_sender
from flows.pipeline.scope import RunScope
from flows.presentation.message_formatter import MessageFormatter
from warehouse.queries.desk.remarks import remarks_on
from warehouse.store.engine import reading
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.report_keys import versions_of
from warehouse.submissions.waivers import WarningSelector
from web.desk.acts.act import VERSION, Act, ActField, ActResult, ActWork, FieldKind, SubjectKind
from web.desk.context import DeskContext

_ANSWERED_DAYS = 365
"""How long an answer counts unless the officer says otherwise."""


def _until(desk: DeskContext) -> str:
    return (desk.today + timedelta(days=_ANSWERED_DAYS)).isoformat()


def _answer(work: ActWork) -> ActResult:
    run = work.run(RunScope(period=work.report.key.period))
    answered = answer(run, _selector(work), work.decision, parse_day(work.values["until"], "last"))
    return ActResult(_named(work, answered.issues))


def _named(work: ActWork, issues: Iterable[Issue]) -> Sequence[str]:
    """Name the warnings that an act is about."""
    messages = MessageFormatter(work.desk.catalog, work.page.lang)
    return [work.page.text("about_warning", warning=messages.fault(issue)) for issue in issues]


def _accept(work: ActWork) -> ActResult:
    """Answer the warning with the sender's own reason."""
    with reading(work.context.engine) as session:
        versions = [each.id for each in versions_of(session, work.report.key)]
        remarks = {str(each.id): each for each in remarks_on(session, versions) if each.kind is RemarkKind.ANSWER}
    remark = remarks.get(work.values["answer"])
    if remark is None or not remark.is_about(work.values["rule"], work.values["indicator"] or None):
        raise UsageError("there is no such answer of the sender")
    note = work.page.text("accepted_answer", by=remark.actor, text=remark.text, reason=work.decision.note)
    decision = DecisionReason(note, work.decision.actor)
    run = work.run(RunScope(period=work.report.key.period))
    answered = answer(run, _selector(work), decision, parse_day(work.values["until"], "last"))
    return ActResult([note, *_named(work, answered.issues)])


def _ask(work: ActWork) -> ActResult:
    return ActResult(_named(work, ask_sender(work.context, work.run_id, _selector(work), work.decision)))


def _take_back(work: ActWork) -> ActResult:
    revoked = take_answer_back(work.run(RunScope(period=work.report.key.period)), _selector(work), work.decision)
    return ActResult([work.page.text("takes_answer_back", by=each.by, reason=each.reason) for each in revoked.waivers])


def _release(work: ActWork) -> ActResult:
    return _decide_held(work, HoldDecision.RELEASE)


def _refuse(work: ActWork) -> ActResult:
    return _decide_held(work, HoldDecision.REFUSE)


def _decide_held(work: ActWork, kind: HoldDecision) -> ActResult:
    report = work.report
    run = work.run(RunScope(report.key.period, frozenset({report.unit.code})))
    outcome = decide_held(run, kind, report.key, work.decision, work.version).outcome
    messages = MessageFormatter(work.desk.catalog, work.page.lang)
    refused = [messages.fault(issue) for verdict in outcome.refused for issue in verdict.faults]
    return ActResult([*refused, *outcome.left])


def _withdraw(work: ActWork) -> ActResult:
    return _change(work, "withdraw")


def _restore(work: ActWork) -> ActResult:
    return _change(work, "restore")


def _change(work: ActWork, kind: str) -> ActResult:
    key = work.report.key
    changed = decide(work.run(RunScope(period=key.period)), kind, key, work.decision, work.version).changed
    return ActResult([work.page.text("becomes_missing")] if changed.counted is None else [])


def _selector(work: ActWork) -> WarningSelector:
    return WarningSelector(work.report.key, work.values["rule"], work.values.get("indicator") or None)


_RULE = ActField("rule", FieldKind.NAMED, is_required=True)
_INDICATOR = ActField("indicator", FieldKind.NAMED)
_UNTIL = ActField("until", FieldKind.DAY, is_required=True, default=_until)

REPORT_ACTS = (
    Act(
        "waive",
        SubjectKind.REPORT,
        _answer,
        (_RULE, _INDICATOR, _UNTIL),
    ),
    Act("accept", SubjectKind.REPORT, _accept, (_RULE, _INDICATOR, ActField("answer", FieldKind.NAMED), _UNTIL)),
    Act("ask", SubjectKind.REPORT, _ask, (_RULE, _INDICATOR), is_direct=True),
    Act("take_back", SubjectKind.REPORT, _take_back, (_RULE,)),
    Act("release", SubjectKind.REPORT, _release, (VERSION(),), judges=True),
    Act("refuse", SubjectKind.REPORT, _refuse, (VERSION(),), judges=True),
    Act("withdraw", SubjectKind.REPORT, _withdraw, (VERSION(),)),
    Act("restore", SubjectKind.REPORT, _restore, (VERSION(),)),
)
