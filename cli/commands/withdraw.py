"""`tonghop withdraw`: exclude an accepted report without deleting it, or restore it."""

import getpass
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import ByOption, FormOption, PeriodOption, WaitOption
from cli.output.terminal import Terminal
from flows.support.settings import patient

if TYPE_CHECKING:
    from flows.actions.withdraw import WithdrawalResult
    from warehouse.submissions.withdrawal import VersionRef


def withdraw(
    context: typer.Context,
    *,
    unit: Annotated[str, typer.Option("--unit", help="Code of the commune, as it was in that period.")],
    period: PeriodOption,
    reason: Annotated[str, typer.Option("--reason", help="Why, in a sentence; kept with the report.")],
    form: FormOption = None,
    version: Annotated[
        int | None,
        typer.Option("--version", help="Only this version (tonghop history shows them); else the one that counts."),
    ] = None,
    by: ByOption = None,
    restore: Annotated[
        bool, typer.Option("--restore", help="Take a withdrawal back: the withdrawn version counts again.")
    ] = False,
    wait: WaitOption = None,
) -> None:
    """Exclude a commune's accepted report without deleting it; the version before it counts again.

    Whatever moves is rolled up and published at once. The same file delivered again is held (tonghop
    held); --restore makes the withdrawn version count again.

    Example: tonghop withdraw --unit 22828 --period 2025-05 --reason "the commune reported April's figures"
    """
    settings = patient(context.obj, wait)
    from domain.periods import parse_period
    from flows.support.catalog import open_catalog
    from flows.support.choices import form_for

    catalog = open_catalog(settings)
    wanted = parse_period(period)
    chosen = form_for(catalog.forms, wanted, form)
    owner = catalog.units.get(unit, catalog.forms.last_day(chosen.id, wanted))
    from uuid import uuid4

    from cli.running import ProgressBars
    from flows.actions.withdraw import decide
    from flows.pipeline.pipeline import Run
    from flows.pipeline.scope import RunScope
    from flows.pipeline.steps import PlainSteps
    from flows.support.context import build_context
    from warehouse.submissions.lifecycle import DecisionReason
    from warehouse.submissions.report_keys import ReportKey

    terminal = Terminal(catalog, settings.lang)
    bars = ProgressBars(terminal)
    run = Run(build_context(settings), RunScope(period=wanted), PlainSteps(str(uuid4())), bars)
    decision_reason = DecisionReason(note=reason, actor=by or getpass.getuser())
    with bars.progress:
        decided = decide(
            run,
            "restore" if restore else "withdraw",
            ReportKey(owner.key, chosen.id, wanted),
            decision_reason,
            version,
        )
    show_decided(terminal, decided, f"{unit} {owner.name}", wanted.id, is_restored=restore)


def show_decided(terminal: Terminal, decided: "WithdrawalResult", unit: str, period: str, *, is_restored: bool) -> None:
    """Show which version counts after the decision, and the revisions that it published."""
    from cli.output.run_report import MOST_CHANGES, show_published

    out, counted = decided.changed.out, decided.changed.counted
    if is_restored and counted is not None:
        terminal.say("restored", "bold green", unit=unit, period=period, **_facts(counted))
        if out is not None:
            terminal.say("superseded_by_restored", **_facts(out))
    elif out is not None:
        terminal.say("withdrawn", "bold", unit=unit, period=period, **_facts(out))
        if counted is not None:
            terminal.say("lives_again", "green", **_facts(counted))
        else:
            terminal.say("now_missing", "yellow", unit=unit, period=period)
            for version, state in decided.changed.others.items():
                terminal.bullet(
                    "•", terminal.text("history_version", version=version, state=terminal.submission_state(state))
                )
    if not decided.outcome.given:
        terminal.say("nothing_published")
    for published in decided.outcome.given:
        show_published(terminal, published, MOST_CHANGES)


def _facts(version: "VersionRef") -> dict[str, object]:
    return {"version": version.version, "file": version.file_name}
