"""`tonghop waive` and `tonghop waivers`: answer a rule's warning, revoke the answer, list answers."""

import getpass
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import FormOption, JsonOption, PeriodOption, WaitOption
from cli.output.terminal import Terminal, TextTerminal, literal, open_text_terminal
from domain.errors import UsageError
from flows.support.settings import Settings, patient

if TYPE_CHECKING:
    from flows.actions.waive import WaiverResult
    from warehouse.queries.waivers import WaiverRecord
    from warehouse.submissions.waivers import WarningSelector


def waive(
    context: typer.Context,
    *,
    rule: Annotated[
        str, typer.Argument(help="Id of the rule that warns: tonghop status names it.", show_default=False)
    ],
    unit: Annotated[str, typer.Option("--unit", help="Code of the commune, as it was in that period.")],
    period: PeriodOption,
    reason: Annotated[str, typer.Option("--reason", help="The answer, in a sentence; shown beside the figures.")],
    until: Annotated[
        str | None, typer.Option("--until", metavar="YYYY-MM-DD", help="Last day on which the answer counts.")
    ] = None,
    indicator: Annotated[
        str | None, typer.Option("--indicator", help="Answer only for this indicator; else for all the rule warns of.")
    ] = None,
    form: FormOption = None,
    by: Annotated[str | None, typer.Option("--by", help="Who answers; else the user of this machine.")] = None,
    take_back: Annotated[
        bool, typer.Option("--take-back", help="Take the answer back: the warning waits for an answer again.")
    ] = False,
    wait: WaitOption = None,
) -> None:
    """Answer a rule's warning about an accepted report, once; the answer is published beside the figures.

    The answer is bound to the figures that the warning rests on: a corrected report with the same figures keeps it,
    other figures are asked about anew. Only warnings can be answered; what refuses a report has to be corrected.

    Example: tonghop waive stock_falls --unit 22813 --period 2025-05 --until 2025-12-31 --reason "34 people moved away"
    """
    settings = patient(context.obj, wait)
    last_day = _last_day(until, take_back=take_back)
    from uuid import uuid4

    from cli.running import ProgressBars
    from domain.periods import parse_period
    from flows.actions.waive import answer, take_answer_back
    from flows.pipeline.pipeline import Run
    from flows.pipeline.scope import RunScope
    from flows.pipeline.steps import PlainSteps
    from flows.support.catalog import open_catalog
    from flows.support.choices import form_for
    from flows.support.context import build_context
    from warehouse.submissions.lifecycle import DecisionReason
    from warehouse.submissions.report_keys import ReportKey
    from warehouse.submissions.waivers import WarningSelector

    catalog = open_catalog(settings)
    wanted = parse_period(period)
    chosen = form_for(catalog.forms, wanted, form)
    owner = catalog.units.get(unit, catalog.forms.last_day(chosen.id, wanted))
    if rule not in catalog.rules and rule not in catalog.texts.issues:
        raise UsageError(f"there is no rule {rule}: tonghop status --area … --period {period} names those that warn")
    terminal = Terminal(catalog, settings.lang)
    bars = ProgressBars(terminal)
    run = Run(build_context(settings), RunScope(period=wanted), PlainSteps(str(uuid4())), bars)
    selector = WarningSelector(ReportKey(owner.key, chosen.id, wanted), rule, indicator)
    decision_reason = DecisionReason(note=reason, actor=by or getpass.getuser())
    with bars.progress:
        answered = (
            answer(run, selector, decision_reason, last_day)
            if last_day
            else take_answer_back(run, selector, decision_reason)
        )
    show_answered(terminal, answered, selector, f"{unit} {owner.name}")


def waivers(
    context: typer.Context,
    *,
    unit: Annotated[str | None, typer.Option("--unit", help="Only answers about this commune.")] = None,
    period: Annotated[str | None, typer.Option("--period", help="Only answers about this period: 2025-05.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List what was answered to warnings: by whom, why, until when, and whether it still counts.

    An answer counts no more when its last day has passed, when the figures it answered changed, or when it was taken
    back. tonghop status shows the warnings that still wait for an answer.

    Example: tonghop waivers --period 2025-05
    """
    from datetime import UTC, datetime

    from cli.output.as_json import print_json
    from domain.periods import parse_period
    from flows.support.warehouse import reading_warehouse
    from warehouse.queries.waivers import waivers as waivers_of

    settings: Settings = context.obj
    terminal = open_text_terminal(settings)
    with reading_warehouse(settings) as session:
        records = waivers_of(
            session,
            datetime.now(UTC),
            units=[unit] if unit else None,
            period=parse_period(period) if period else None,
        )
    if as_json:
        print_json(records)
        return
    show_waivers(terminal, records)


def _last_day(until: str | None, *, take_back: bool) -> date | None:
    if take_back:
        if until:
            raise UsageError("--take-back takes an answer back at once: leave --until out")
        return None
    if not until:
        raise UsageError("say how long the answer counts: --until YYYY-MM-DD")
    try:
        return date.fromisoformat(until)
    except ValueError:
        raise UsageError(f"--until {until} is no day: write it as 2025-12-31") from None


def show_answered(terminal: Terminal, answered: "WaiverResult", selector: "WarningSelector", unit: str) -> None:
    """Show what was answered or revoked, and the revisions that this published."""
    from cli.output.run_report import MOST_CHANGES, show_published
    from flows.presentation.message_formatter import MessageFormatter
    from publishing.figures.formatting import format_day

    messages = MessageFormatter(terminal.catalog, terminal.lang)
    period = selector.key.period.id
    for issue in answered.issues:
        terminal.bullet("?", messages.fault(issue))
    for waiver in answered.waivers:
        facts = {"rule": selector.rule, "unit": unit, "period": period, "by": waiver.by, "reason": waiver.reason}
        name = "waived" if answered.issues else "waiver_taken_back"
        terminal.say(name, "bold green", until=format_day(waiver.until, terminal.lang), **facts)
    if not answered.outcome.given:
        terminal.say("nothing_published")
    for published in answered.outcome.given:
        show_published(terminal, published, MOST_CHANGES)


def show_waivers(terminal: TextTerminal, records: "tuple[WaiverRecord, ...]") -> None:
    """Show answers, newest first."""
    from domain.vietnam_time import day_in_vietnam
    from publishing.figures.formatting import format_day

    if not records:
        terminal.say("waivers_none")
        return
    table = terminal.table("unit", "waiver_question", "waiver_answer", "waiver_standing")
    for record in records:
        cells = ", ".join(dict.fromkeys(f"{issue.sheet}!{issue.cell}" for issue in record.issues if issue.cell))
        author = terminal.text(
            "waiver_by",
            by=record.waiver.by,
            day=format_day(day_in_vietnam(record.waiver.at), terminal.lang),
        )
        if record.taken_back is None:
            status = [terminal.text(f"waiver_{record.standing}", until=format_day(record.waiver.until, terminal.lang))]
        else:
            taken_back = record.taken_back
            status = [terminal.text("waiver_taken_back_by"), f"“{taken_back.reason}”", taken_back.by]
        table.add_row(
            literal(f"{record.unit} {record.unit_name}", str(record.period)),
            literal(record.waiver.rule, *([cells] if cells else [])),
            literal(f"“{record.waiver.reason}”", author),
            literal(*status),
        )
    terminal.show(table)
