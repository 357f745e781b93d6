"""Terminal output of a dry run: reports that would be accepted or refused, and figures that would change."""

from cli.output.run_report import show_changes, show_findings, show_issues, show_repeated_files
from cli.output.terminal import Terminal, literal
from flows.actions.preview import Preview, facts_of
from flows.pipeline.outcome import RunOutcome

MOST_CHANGES = 100


def show_preview(terminal: Terminal, preview: Preview) -> None:
    """Show what a run would do."""
    terminal.say("preview", "bold")
    outcome = preview.outcome
    for closing in preview.closed:
        terminal.say("would_be_closed", "yellow", **facts_of(closing))
    for pending_file in preview.unjudged:
        reason = "would_wait" if pending_file.waits else "known_already"
        state = terminal.submission_state(pending_file.state)
        terminal.say(reason, "yellow", file=pending_file.file_name, state=state)
    _show_outcomes(terminal, outcome)
    if outcome.rechecked:
        terminal.say("rechecked", count=outcome.rechecked, doubted=len(outcome.doubted))
    show_findings(terminal, outcome.doubted)
    show_repeated_files(terminal, outcome)
    if outcome.replaced:
        terminal.say("replaced", count=outcome.replaced)
    for reason in outcome.left:
        terminal.console.print(literal(terminal.text("left", reason=terminal.error(reason))), style="yellow")
    for published in outcome.given:
        terminal.blank_line()
        kind = "would_publish_partial" if published.is_partial else "would_publish"
        terminal.say(kind, "bold", area=published.area_name, period=published.period, revision=published.revision)
        show_changes(terminal, published, MOST_CHANGES)
    if not outcome.given:
        terminal.say("would_move_nothing")


def _show_outcomes(terminal: Terminal, outcome: RunOutcome) -> None:
    for submission in outcome.verdicts:
        if submission.is_held:
            terminal.say("would_hold", "yellow", who=submission.label, file=submission.file_name)
            show_issues(terminal, submission.label, submission.file_name, submission.holds, "⏸")
            continue
        if submission.accepted:
            terminal.say("would_accept", "green", who=submission.label, file=submission.file_name)
        if submission.issues:
            issues, mark = (submission.issues, "!") if submission.accepted else (submission.faults, "✗")
            show_issues(terminal, submission.label, submission.file_name, issues, mark)
