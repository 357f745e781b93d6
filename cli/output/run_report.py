"""Terminal output of a run: refused reports with advice, published revisions with their changes."""

from collections.abc import Sequence

from cli.output.terminal import Terminal, literal
from domain.issues import Issue
from domain.rollups import RollupChange
from domain.waivers import OpenWarning
from flows.pipeline.outcome import PublishedRevision, RevalidationFinding, RunOutcome, SubmissionOutcome
from flows.presentation.message_formatter import MessageFormatter
from publishing.figures.formatting import format_day
from warehouse.queries.silent_units import SilentPeriod

MOST_REFUSALS = 20
MOST_FAULTS = 10
MOST_CHANGES = 12
MOST_AREAS = 10
MOST_SILENT = 12


def show_run(terminal: Terminal, outcome: RunOutcome, most_changes: int = MOST_CHANGES) -> None:
    """Show the outcome of a run; `most_changes` limits the listed changes of each revision."""
    messages = MessageFormatter(terminal.catalog, terminal.lang)
    terminal.console.print(
        literal(messages.summary(outcome)), style="bold red" if outcome.refused or outcome.doubted else "bold green"
    )
    for refusal in outcome.refused[:MOST_REFUSALS]:
        show_issues(terminal, refusal.label, refusal.file_name, refusal.faults)
    if len(outcome.refused) > MOST_REFUSALS:
        terminal.say("and_more_refused", count=len(outcome.refused) - MOST_REFUSALS)
    _show_held_reports(terminal, outcome.held_reports)
    show_findings(terminal, outcome.doubted)
    if outcome.warned:
        labels = ", ".join(submission.label for submission in outcome.warned[:MOST_REFUSALS])
        terminal.say("warned", "yellow", units=labels)
    for published in outcome.given:
        show_published(terminal, published, most_changes)
    if outcome.replaced:
        terminal.say("replaced", count=outcome.replaced)
    show_repeated_files(terminal, outcome)
    for awaiting in outcome.held:
        facts = {"area": awaiting.area, "name": awaiting.area_name, "period": awaiting.period}
        terminal.say("held", "yellow", count=awaiting.reports, **facts)
    if outcome.waiting:
        terminal.say("waiting", count=outcome.waiting)
    show_silent_units(terminal, outcome.silent)
    for reason in outcome.not_closed:
        terminal.console.print(literal(terminal.text("not_closed", reason=terminal.error(reason))), style="yellow")
    for reason in outcome.left:
        terminal.console.print(literal(terminal.text("left", reason=terminal.error(reason))), style="yellow")


def _show_held_reports(terminal: Terminal, held: Sequence[SubmissionOutcome]) -> None:
    for submission in held[:MOST_REFUSALS]:
        show_held(terminal, submission)
    if len(held) > MOST_REFUSALS:
        terminal.say("and_more", count=len(held) - MOST_REFUSALS)


def show_held(terminal: Terminal, submission: SubmissionOutcome) -> None:
    """Show why a report waits for a person's decision, and the command that decides."""
    show_issues(terminal, submission.label, submission.file_name, submission.holds, "⏸")
    if submission.unit and submission.period:
        advice = terminal.text("how_to_release", unit=submission.unit.code, period=submission.period)
        terminal.bullet("→", advice, "cyan", 4)


def show_findings(terminal: Terminal, doubted: Sequence[RevalidationFinding]) -> None:
    """Show accepted reports that would not be accepted under today's rules, with the command to withdraw each."""
    messages = MessageFormatter(terminal.catalog, terminal.lang)
    for finding in doubted[:MOST_REFUSALS]:
        submission = finding.verdict
        show_issues(terminal, submission.label, submission.file_name, submission.faults, "!")
        terminal.bullet("•", messages.finding(finding), "yellow")
        if submission.unit and submission.period and not submission.accepted:
            advice = terminal.text("withdraw_doubted", unit=submission.unit.code, period=submission.period)
            terminal.bullet("→", advice, "cyan", 4)
    if len(doubted) > MOST_REFUSALS:
        terminal.say("and_more", count=len(doubted) - MOST_REFUSALS)


def show_silent_units(terminal: Terminal, silent: Sequence[SilentPeriod]) -> None:
    """Show the units that owe a report and have sent nothing, by period and area."""
    messages = MessageFormatter(terminal.catalog, terminal.lang)
    for period in silent:
        terminal.blank_line()
        terminal.console.print(literal(messages.lateness(period)), style="magenta")
        for area in period.areas[:MOST_AREAS]:
            named = ", ".join(f"{unit.code} {unit.name}" for unit in area.silent[:MOST_SILENT])
            rest = len(area.silent) - MOST_SILENT
            terminal.bullet("•", f"{messages.silent_area(area)}: {named}{f', … (+{rest})' if rest > 0 else ''}")
        if len(period.areas) > MOST_AREAS:
            terminal.say("and_more_silent", count=sum(len(area.silent) for area in period.areas[MOST_AREAS:]))


def show_repeated_files(terminal: Terminal, outcome: RunOutcome) -> None:
    """Show files that were delivered again without effect, and what to do to make them count."""
    if outcome.restored:
        # Each of them may also be withdrawn or outdated: one sentence says that none counts.
        terminal.say("restored_share", "yellow", count=len(outcome.restored), files=_first(outcome.restored))
        return
    for file_name in outcome.withdrawn:
        terminal.say("withdrawn_again", "yellow", file=file_name)
    for file_name in outcome.outdated:
        terminal.say("outdated_again", "yellow", file=file_name)


def _first(paths: Sequence[str]) -> str:
    named = ", ".join(paths[:MOST_REFUSALS])
    return f"{named}, …" if len(paths) > MOST_REFUSALS else named


def show_issues(terminal: Terminal, label: str, file_name: str, issues: Sequence[Issue], mark: str = "✗") -> None:
    """Show one submission's issues, each with its advice."""
    messages = MessageFormatter(terminal.catalog, terminal.lang)
    terminal.blank_line()
    terminal.console.print(f"[bold]{mark} {literal(label)}[/]  {literal(file_name)}", soft_wrap=True)
    for issue in issues[:MOST_FAULTS]:
        terminal.bullet("•", messages.fault(issue))
        terminal.bullet("→", terminal.catalog.issue_action(issue, terminal.lang), "cyan", indent=4)
    if len(issues) > MOST_FAULTS:
        terminal.say("and_more", count=len(issues) - MOST_FAULTS)


def show_warning(terminal: Terminal, open_warning: OpenWarning) -> None:
    """Show one warning about an accepted report, and its answer, if there is one."""
    terminal.bullet("•", MessageFormatter(terminal.catalog, terminal.lang).fault(open_warning.issue))
    waiver = open_warning.waiver
    if waiver is None:
        terminal.bullet("→", f"{terminal.text('unanswered')} [{open_warning.issue.code}]", "yellow", indent=4)
        return
    facts = {"by": waiver.by, "reason": waiver.reason, "until": format_day(waiver.until, terminal.lang)}
    terminal.bullet("✓", terminal.text("answered", rule=waiver.rule, **facts), "green", indent=4)


def show_published(terminal: Terminal, revision: PublishedRevision, most_changes: int) -> None:
    """Show a published revision; `most_changes` limits the listed changes."""
    terminal.blank_line()
    kind = "published_partial" if revision.is_partial else "published"
    terminal.say(kind, area=revision.area_name, period=revision.period, revision=revision.revision)
    terminal.print_path(revision.path)
    show_changes(terminal, revision, most_changes)


def show_changes(terminal: Terminal, revision: PublishedRevision, most_changes: int) -> None:
    """Show the figures that a revision changed, before and after; `most_changes` limits the list."""
    changed = _changed_figures(terminal, revision)
    if not changed:
        return
    terminal.say("moved", count=len({change.indicator for change in revision.changes}))
    if most_changes:
        table = terminal.table("indicator", "before", "after")
        for name, before, after in changed[:most_changes]:
            table.add_row(literal(name), before, after)
        terminal.show(table)
        if len(changed) > most_changes:
            terminal.say("and_more", count=len(changed) - most_changes)


def _changed_figures(terminal: Terminal, revision: PublishedRevision) -> list[tuple[str, str, str]]:
    """Return name, before and after of each changed indicator, by its first changed column: the value if it changed."""
    first: dict[str, RollupChange] = {}
    for change in revision.changes:
        first.setdefault(change.indicator, change)
    return [
        (
            terminal.catalog.indicators[indicator].name.get(terminal.lang),
            _shown(change, change.before),
            _shown(change, change.after),
        )
        for indicator, change in first.items()
    ]


def _shown(change: RollupChange, text: str) -> str:
    return text if change.column == "value" else f"{change.column}: {text}"
