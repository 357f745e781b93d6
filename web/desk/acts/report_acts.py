"""Acts about a report: answer its warnings, decide about it while it is held, withdraw and restore it."""

from datetime import timedelta

from flows.actions.decide_held import HoldDecision, decide_held
from flows.actions.senders import parse_day
from flows.actions.waive import answer, take_answer_back
from flows.actions.withdraw import decide
from flows.pipeline.scope import RunScope
from flows.presentation.message_formatter import MessageFormatter
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
    messages = MessageFormatter(work.desk.catalog, work.page.lang)
    return ActResult([work.page.text("answers_warning", warning=messages.fault(issue)) for issue in answered.issues])


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

REPORT_ACTS = (
    Act(
        "waive",
        SubjectKind.REPORT,
        _answer,
        (_RULE, _INDICATOR, ActField("until", FieldKind.DAY, is_required=True, default=_until)),
    ),
    Act("take_back", SubjectKind.REPORT, _take_back, (_RULE,)),
    Act("release", SubjectKind.REPORT, _release, (VERSION(),)),
    Act("refuse", SubjectKind.REPORT, _refuse, (VERSION(),)),
    Act("withdraw", SubjectKind.REPORT, _withdraw, (VERSION(),)),
    Act("restore", SubjectKind.REPORT, _restore, (VERSION(),)),
)
