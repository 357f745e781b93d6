"""`tonghop held`: list reports that wait for a decision, release one, refuse one."""

import getpass
import shlex
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import ByOption, FormOption, JsonOption, PeriodOption, WaitOption
from cli.output.terminal import Terminal, open_terminal
from flows.support.settings import Settings, patient

if TYPE_CHECKING:
    from collections.abc import Mapping

    from warehouse.queries.held import HeldSubmission

UnitOption = Annotated[str, typer.Option("--unit", help="Code of the commune, as it was in that period.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why, in a sentence; kept with the report.")]
VersionOption = Annotated[
    int | None, typer.Option("--version", help="Which version, where several are held: tonghop held list shows them.")
]

held = typer.Typer(
    name="held",
    help="Reports that do not count until a person decides: list them, release one, refuse one.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@held.command("list")
def list_held(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """List the held reports, each with what it says that the version before does not.

    Exit codes: 0 none is held; 1 some are.

    Example: tonghop held list
    """
    settings: Settings = context.obj
    from cli.output.as_json import print_json
    from cli.running import DONE, SOME_REFUSED
    from flows.support.warehouse import open_warehouse
    from warehouse.queries.held import held_submissions
    from warehouse.store.engine import reading

    terminal = open_terminal(settings)
    with reading(open_warehouse(settings)) as session:
        submissions = held_submissions(session)
    if as_json:
        print_json(submissions)
    else:
        for submission in submissions:
            _show(terminal, submission)
        terminal.say("held_count", "bold yellow" if submissions else "bold green", count=len(submissions))
    raise typer.Exit(SOME_REFUSED if submissions else DONE)


@held.command()
def release(
    context: typer.Context,
    *,
    unit: UnitOption,
    period: PeriodOption,
    reason: ReasonOption,
    form: FormOption = None,
    version: VersionOption = None,
    by: ByOption = None,
    wait: WaitOption = None,
) -> None:
    """Let a held report count: it is judged again, and published at once if nothing else refuses it.

    Example: tonghop held release --unit 22810 --period 2025-05 --reason "the commune confirms: not counted in May"
    """
    _decide(patient(context.obj, wait), "release", (unit, period, form, version), (reason, by))


@held.command()
def refuse(
    context: typer.Context,
    *,
    unit: UnitOption,
    period: PeriodOption,
    reason: ReasonOption,
    form: FormOption = None,
    version: VersionOption = None,
    by: ByOption = None,
    wait: WaitOption = None,
) -> None:
    """Refuse a held report: it goes back to its commune with your reason; the version before it goes on counting.

    Example: tonghop held refuse --unit 22813 --period 2025-05 --reason "this is June's report"
    """
    _decide(patient(context.obj, wait), "refuse", (unit, period, form, version), (reason, by))


def _decide(
    settings: Settings,
    kind: str,
    report: tuple[str, str, str | None, int | None],
    decision: tuple[str, str | None],
) -> None:
    from uuid import uuid4

    from cli.output.run_report import show_run
    from cli.running import ProgressBars, exit_code
    from domain.periods import parse_period
    from flows.actions.decide_held import HoldDecision, decide_held
    from flows.pipeline.pipeline import Run
    from flows.pipeline.scope import RunScope
    from flows.pipeline.steps import PlainSteps
    from flows.support.catalog import open_catalog
    from flows.support.choices import form_for
    from flows.support.context import build_context
    from warehouse.submissions.lifecycle import DecisionReason
    from warehouse.submissions.report_keys import ReportKey

    (unit, period, form, version), (reason, by) = report, decision
    catalog = open_catalog(settings)
    wanted = parse_period(period)
    chosen = form_for(catalog.forms, wanted, form)
    owner = catalog.units.get(unit, catalog.forms.last_day(chosen.id, wanted))
    terminal = Terminal(catalog, settings.lang)
    bars = ProgressBars(terminal)
    run = Run(build_context(settings), RunScope(wanted, frozenset({unit})), PlainSteps(str(uuid4())), bars)
    with bars.progress:
        decided = decide_held(
            run,
            HoldDecision(kind),
            ReportKey(owner.key, chosen.id, wanted),
            DecisionReason(note=reason, actor=by or getpass.getuser()),
            version,
        )
    facts = {"unit": f"{unit} {owner.name}", "period": wanted.id, "version": decided.version.version}
    terminal.say(f"held_{kind}d", "bold green", file=decided.version.file_name, **facts)
    show_run(terminal, decided.outcome)
    raise typer.Exit(exit_code(decided.outcome) if kind == "release" else 0)


def _show(terminal: Terminal, submission: "HeldSubmission") -> None:
    from cli.output.run_report import show_issues
    from domain.issues import Severity
    from domain.vietnam_time import day_in_vietnam
    from publishing.figures.formatting import format_day

    period = submission.period.id if submission.period else "?"
    label = f"{submission.unit or '?'} {submission.unit_name or ''} · {period}"
    holds = [issue for issue in submission.issues if issue.severity is Severity.HOLD]
    show_issues(terminal, label, submission.file_name, holds, "⏸")
    judged_at = submission.judged_at or datetime.now(UTC)
    day = format_day(day_in_vietnam(judged_at), terminal.lang)
    terminal.bullet("·", terminal.text("held_since", day=day, version=submission.version), "dim", 4)
    terminal.bullet("→", terminal.text("how_to_release", unit=submission.unit, period=period), "cyan", 4)
    for issue in holds:
        if "source" in issue.facts:
            way = _options(issue.facts)
            form = _form_option(terminal, issue.facts.get("form", ""))
            terminal.bullet("→", terminal.text("how_to_authorise", way=way, unit=submission.unit, form=form), "cyan", 4)


def _form_option(terminal: Terminal, form: str) -> str:
    """Return the option that keeps an office to the form that it gives for units; units report all of their forms."""
    known = terminal.catalog.forms.by_id.get(form)
    return f" --form {form}" if known and known.reporter else ""


def _options(facts: "Mapping[str, str]") -> str:
    """Return the options that name the way by which a file came; names of senders are quoted for the shell."""
    return " ".join(f"--{name} {shlex.quote(facts[name])}" for name in ("source", "folder", "sender") if facts[name])
