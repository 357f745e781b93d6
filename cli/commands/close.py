"""`tonghop close` and `verify`: close a period with a verifiable bundle, reopen it, verify a bundle."""

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import AreaOption, ByOption, FormOption, JsonOption, WaitOption
from cli.output.terminal import Terminal, TextTerminal, literal, open_text_terminal
from domain.errors import UsageError
from flows.support.settings import Settings, patient

if TYPE_CHECKING:
    from flows.actions.closing.close_period import ClosedPeriod
    from flows.actions.verification import VerificationReport
    from flows.pipeline.outcome import PublishedRevision
    from warehouse.rollups.closings import Closing

MOST_FIGURES = 20


def close(
    typer_context: typer.Context,
    period: Annotated[str, typer.Argument(help="Period to close: 2025-05, 2025-Q2, 2025-H1 or 2025.")],
    *,
    area: AreaOption,
    partial: Annotated[bool, typer.Option("--partial", help="Close it although reports are missing.")] = False,
    reopen: Annotated[bool, typer.Option("--reopen", help="Open a closed period again for corrections.")] = False,
    reason: Annotated[str | None, typer.Option("--reason", help="With --reopen: why, in a sentence; kept.")] = None,
    by: ByOption = None,
    form: FormOption = None,
    wait: WaitOption = None,
) -> None:
    """Publish an area's figures for a period as final, and keep them with all their inputs in a bundle.

    `tonghop verify` can recompute it. Later corrections are kept and checked, and change no figure until the period is
    reopened.

    Example: tonghop close 2025-05 --area 585

    Example: tonghop close 2025-05 --area 585 --reopen --reason "Ma Nới counted two villages twice"
    """
    settings = patient(typer_context.obj, wait)
    if reopen and not reason:
        raise UsageError("say why with --reason: it is kept with the closing")
    if reopen and partial:
        raise UsageError("--partial is for closing; --reopen opens a period whether partial or not")
    from uuid import uuid4

    from cli.running import ProgressBars
    from domain.periods import parse_period
    from domain.rollups import Boundary
    from flows.actions.closing.close_period import close_period, reopen_period
    from flows.pipeline.pipeline import Run
    from flows.pipeline.scope import RunScope
    from flows.pipeline.steps import PlainSteps
    from flows.support.area_figures import FiguresRequest
    from flows.support.choices import form_made_up
    from flows.support.context import build_context
    from warehouse.submissions.lifecycle import DecisionReason

    context = build_context(settings)
    terminal = Terminal(context.catalog, settings.lang)
    wanted = parse_period(period)
    chosen = form_made_up(context.catalog.forms, wanted, form)
    key = FiguresRequest(area, chosen.id, wanted, Boundary.AS_THEN).key(context.catalog, context.clock())
    bars = ProgressBars(terminal)
    run = Run(context, RunScope(period=wanted), PlainSteps(str(uuid4())), bars)
    decision_reason = DecisionReason(note=reason or "", actor=by or getpass.getuser())
    with bars.progress:
        if reopen:
            closing, revisions = reopen_period(run, key, decision_reason)
        else:
            closed = close_period(run, key, decision_reason, settings, partial=partial)
    if reopen:
        show_reopened(terminal, closing, revisions)
    else:
        show_closed(terminal, closed, wanted.id)


def verify(
    typer_context: typer.Context,
    bundle: Annotated[Path, typer.Argument(help="Bundle that `tonghop close` made.")],
    *,
    sha256: Annotated[
        str | None, typer.Option("--sha256", help="Hash that the whole bundle must have, as noted at closing.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Recompute a closed period's figures from the bundle's own inputs, and compare every file and every figure.

    Needs neither warehouse nor network. Exit codes: 0 all equal; 1 figures equal, but files written otherwise;
    3 figures differ, or the bundle is damaged.

    Example: tonghop verify var/closed/2025-05/585-2.tar.gz
    """
    from cli.output.as_json import fields_of, print_json
    from flows.actions.verification import verify as verify_bundle

    settings: Settings = typer_context.obj
    report = verify_bundle(bundle, settings, sha256)
    if as_json:
        print_json({**fields_of(report), "verdict": report.verdict.name.lower(), "unexplained": report.unexplained})
    else:
        show_verified(open_text_terminal(settings), report)
    raise typer.Exit(report.verdict)


def show_closed(terminal: Terminal, closed: "ClosedPeriod", period: str) -> None:
    """Show that a period is closed, which units were missing, and the path of the bundle."""
    terminal.say("closed", "bold green", area=closed.area_name, period=period, revision=closed.revision)
    if closed.found.is_partial:
        terminal.say("closed_partial", "yellow", count=closed.found.missing)
        for absent_unit in closed.found.absent:
            terminal.bullet("•", f"{absent_unit.code} {absent_unit.name} ({absent_unit.period})")
    terminal.print_path(closed.path)
    terminal.say("bundle_hash", "dim", sha256=closed.sha256)
    for name in closed.proof.differing:
        terminal.say("published_otherwise", "yellow", file=name)
    for name in closed.proof.judged_otherwise:
        terminal.say("judged_otherwise", "yellow", file=name)


def show_reopened(terminal: Terminal, closing: "Closing", revisions: "tuple[PublishedRevision, ...]") -> None:
    """Show that a period is open again, and what was published."""
    from cli.output.run_report import MOST_CHANGES, show_published

    facts = {"area": closing.area_name, "period": closing.period.id, "revision": closing.revision}
    terminal.say("reopened", "bold green", **facts)
    if not any(published.changes for published in revisions):
        terminal.say("nothing_published")
    for published in revisions:
        show_published(terminal, published, MOST_CHANGES)


def show_verified(terminal: TextTerminal, report: "VerificationReport") -> None:
    """Show the result of verifying: damage, else files, figures, and versions that differ."""
    from flows.actions.verification import VerificationResult

    manifest = report.manifest
    facts = {"area": manifest.area_name, "period": manifest.period, "revision": manifest.revision}
    terminal.say("verified_what", **facts, sha256=report.sha256)
    for damage in report.damage:
        owner = f" ({damage.whose})" if damage.whose else ""
        terminal.bullet("✗", terminal.text(f"damage_{damage.kind}", file=f"{damage.file}{owner}"), "red")
    if report.result is not None:
        _show_files(terminal, report)
        _show_figures(terminal, report)
        for name in report.result.judged_otherwise:
            terminal.say("judged_otherwise", "yellow", file=name)
        terminal.say("not_judged_again", "dim", rules=", ".join(report.result.not_judged))
    if report.versions:
        table = terminal.table("column_made_with", "column_then", "column_now")
        for version in report.versions:
            table.add_row(literal(version.name), _short(version.then), _short(version.now))
        terminal.show(table)
    style = {
        VerificationResult.EQUAL: "bold green",
        VerificationResult.FILES_DIFFER: "bold yellow",
        VerificationResult.DAMAGED: "bold red",
    }
    terminal.say(f"verdict_{report.verdict.name.lower()}", style[report.verdict])


def _show_files(terminal: TextTerminal, report: "VerificationReport") -> None:
    if report.result is None:
        return
    table = terminal.table("column_file", "column_verified")
    for name in report.result.equal:
        table.add_row(literal(name), terminal.text("file_equal"))
    for name in dict.fromkeys((*report.result.differing, *report.unexplained)):
        if name in report.unexplained:
            state = "file_changed"
        else:
            state = "file_differed_then" if name in report.manifest.differing else "file_differs"
        table.add_row(literal(name), terminal.text(state))
    terminal.show(table)


def _show_figures(terminal: TextTerminal, report: "VerificationReport") -> None:
    if report.result is None or not report.result.figures:
        return
    figures = report.result.figures
    table = terminal.table("indicator", "column_column", "column_published", "column_recomputed")
    for figure in figures[:MOST_FIGURES]:
        table.add_row(*map(literal, (figure.indicator, figure.column, figure.published, figure.recomputed)))
    terminal.show(table)
    if len(figures) > MOST_FIGURES:
        terminal.say("and_more", count=len(figures) - MOST_FIGURES)


def _short(version: str) -> str:
    return version[:12] or "—"
