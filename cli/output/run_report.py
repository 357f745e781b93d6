"""Tell on the terminal what a run did: who was refused and what to do, what was published and what it moved."""

from collections.abc import Sequence

from rich.markup import escape

from cli.output.terminal import Terminal
from domain.issues import Issue
from domain.rollups import RollupChange
from domain.waivers import OpenWarning
from flows.pipeline.outcome import PublishedRevision, RevalidationFinding, RunOutcome
from flows.presentation.message_formatter import MessageFormatter
from publishing.figures.formatting import format_day
from warehouse.queries.silent_units import SilentPeriod

MOST_REFUSALS = 20
MOST_FAULTS = 10
MOST_CHANGES = 12
MOST_AREAS = 10
MOST_SILENT = 12


def show_run(terminal: Terminal, outcome: RunOutcome, most_changes: int = MOST_CHANGES) -> None:
    """Tell what a run did, naming so many of the figures that moved."""
    words = MessageFormatter(terminal.catalog, terminal.lang)
    terminal.console.print(
        escape(words.summary(outcome)), style="bold red" if outcome.refused or outcome.doubted else "bold green"
    )
    for submission_outcome in outcome.refused[:MOST_REFUSALS]:
        tell_issues(terminal, submission_outcome.label, submission_outcome.file_name, submission_outcome.faults)
    if len(outcome.refused) > MOST_REFUSALS:
        terminal.say("and_more_refused", count=len(outcome.refused) - MOST_REFUSALS)
    tell_doubts(terminal, outcome.doubted)
    if outcome.warned:
        labels = ", ".join(warning.label for warning in outcome.warned[:MOST_REFUSALS])
        terminal.say("warned", "yellow", units=labels)
    for published in outcome.given:
        tell_given(terminal, published, most_changes)
    if outcome.replaced:
        terminal.say("replaced", count=outcome.replaced)
    tell_again(terminal, outcome)
    for held in outcome.held:
        facts = {"area": held.area, "name": held.area_name, "period": held.period}
        terminal.say("held", "yellow", count=held.reports, **facts)
    if outcome.waiting:
        terminal.say("waiting", count=outcome.waiting)
    tell_silent(terminal, outcome.silent)
    for reason in outcome.left:
        terminal.console.print(escape(terminal.text("left", reason=reason)), style="yellow")


def tell_doubts(terminal: Terminal, doubted: Sequence[RevalidationFinding]) -> None:
    """Accepted reports that would not be accepted as they are today, and what a person can do about each."""
    words = MessageFormatter(terminal.catalog, terminal.lang)
    for finding in doubted[:MOST_REFUSALS]:
        submission_outcome = finding.verdict
        tell_issues(terminal, submission_outcome.label, submission_outcome.file_name, submission_outcome.faults, "!")
        terminal.bullet("•", words.finding(finding), "yellow")
        if submission_outcome.unit and submission_outcome.period and not submission_outcome.accepted:
            terminal.bullet(
                "→",
                terminal.text("withdraw_doubted", unit=submission_outcome.unit.code, period=submission_outcome.period),
                "cyan",
                4,
            )
    if len(doubted) > MOST_REFUSALS:
        terminal.say("and_more", count=len(doubted) - MOST_REFUSALS)


def tell_silent(terminal: Terminal, silent: Sequence[SilentPeriod]) -> None:
    """Who should have reported and has sent nothing, by period and area."""
    words = MessageFormatter(terminal.catalog, terminal.lang)
    for silent_unit in silent:
        terminal.gap()
        terminal.console.print(escape(words.lateness(silent_unit)), style="magenta")
        for area in silent_unit.areas[:MOST_AREAS]:
            named = ", ".join(f"{unit.code} {unit.name}" for unit in area.silent[:MOST_SILENT])
            rest = len(area.silent) - MOST_SILENT
            terminal.bullet("•", f"{words.silent_area(area)}: {named}{f', … (+{rest})' if rest > 0 else ''}")
        if len(silent_unit.areas) > MOST_AREAS:
            terminal.say("and_more_silent", count=sum(len(area.silent) for area in silent_unit.areas[MOST_AREAS:]))


def tell_again(terminal: Terminal, outcome: RunOutcome) -> None:
    """Files that came again and move nothing, and what to do if they are meant."""
    for file_name in outcome.withdrawn:
        terminal.say("withdrawn_again", "yellow", file=file_name)
    for file_name in outcome.outdated:
        terminal.say("outdated_again", "yellow", file=file_name)


def tell_issues(terminal: Terminal, label: str, file_name: str, issues: Sequence[Issue], mark: str = "✗") -> None:
    """One submission's issues: what is wrong, and what the official should do."""
    words = MessageFormatter(terminal.catalog, terminal.lang)
    terminal.gap()
    terminal.console.print(f"[bold]{mark} {escape(label)}[/]  {escape(file_name)}", soft_wrap=True)
    for issue in issues[:MOST_FAULTS]:
        terminal.bullet("•", words.fault(issue))
        terminal.bullet("→", terminal.catalog.issue_action(issue, terminal.lang), "cyan", indent=4)
    if len(issues) > MOST_FAULTS:
        terminal.say("and_more", count=len(issues) - MOST_FAULTS)


def tell_warning(terminal: Terminal, open_warning: OpenWarning) -> None:
    """One warning about an accepted report: what is asked, and the answer, if there is one."""
    terminal.bullet("•", MessageFormatter(terminal.catalog, terminal.lang).fault(open_warning.issue))
    waiver = open_warning.waiver
    if waiver is None:
        terminal.bullet("→", f"{terminal.text('unanswered')} [{open_warning.issue.code}]", "yellow", indent=4)
        return
    facts = {"by": waiver.by, "reason": waiver.reason, "until": format_day(waiver.until, terminal.lang)}
    terminal.bullet("✓", terminal.text("answered", rule=waiver.rule, **facts), "green", indent=4)


def tell_given(terminal: Terminal, revisions: PublishedRevision, most_changes: int) -> None:
    """One revision that was published, naming so many of the figures that it moved."""
    terminal.gap()
    kind = "published_partial" if revisions.is_partial else "published"
    terminal.say(kind, area=revisions.area_name, period=revisions.period, revision=revisions.revision)
    terminal.point_to(revisions.path)
    tell_moved(terminal, revisions, most_changes)


def tell_moved(terminal: Terminal, revisions: PublishedRevision, most_changes: int) -> None:
    """The figures that a revision moves, from what to what; so many are named."""
    moved = _moved(terminal, revisions)
    if not moved:
        return
    terminal.say("moved", count=len({change.indicator for change in revisions.changes}))
    if most_changes:
        table = terminal.table("indicator", "before", "after")
        for name, before, after in moved[:most_changes]:
            table.add_row(escape(name), before, after)
        terminal.show(table)
        if len(moved) > most_changes:
            terminal.say("and_more", count=len(moved) - most_changes)


def _moved(terminal: Terminal, revisions: PublishedRevision) -> list[tuple[str, str, str]]:
    """Indicators that a revision moved, each by the first column that did: its value, else what it is made of."""
    first: dict[str, RollupChange] = {}
    for change in revisions.changes:
        first.setdefault(change.indicator, change)
    return [
        (
            terminal.catalog.indicators[each].name.get(terminal.lang),
            _shown(change, change.before),
            _shown(change, change.after),
        )
        for each, change in first.items()
    ]


def _shown(change: RollupChange, text: str) -> str:
    return text if change.column == "value" else f"{change.column}: {text}"
