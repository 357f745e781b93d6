"""Tell on the terminal what a run would do: whose report would be accepted or refused, and which figures would move."""

from rich.markup import escape

from cli.output.run_report import tell_again, tell_doubts, tell_issues, tell_moved
from cli.output.terminal import Terminal
from flows.actions.preview import Preview, UndeliveredReport, facts_of
from flows.pipeline.outcome import RunOutcome

MOST_CHANGES = 100


def show_preview(terminal: Terminal, preview: Preview) -> None:
    """Tell what a run would do."""
    terminal.say("preview", "bold")
    outcome = preview.outcome
    for closing in preview.closed:
        terminal.say("would_be_closed", "yellow", **facts_of(closing))
    for pending_file in preview.unjudged:
        terminal.say(
            *_why_not(pending_file), file=pending_file.file_name, state=terminal.submission_state(pending_file.state)
        )
    _tell_verdicts(terminal, outcome)
    if outcome.rechecked:
        terminal.say("rechecked", count=outcome.rechecked, doubted=len(outcome.doubted))
    tell_doubts(terminal, outcome.doubted)
    tell_again(terminal, outcome)
    if outcome.replaced:
        terminal.say("replaced", count=outcome.replaced)
    for reason in outcome.left:
        terminal.console.print(escape(terminal.text("left", reason=reason)), style="yellow")
    for published in outcome.given:
        terminal.gap()
        kind = "would_publish_partial" if published.is_partial else "would_publish"
        terminal.say(kind, "bold", area=published.area_name, period=published.period, revision=published.revision)
        tell_moved(terminal, published, MOST_CHANGES)
    if not outcome.given:
        terminal.say("would_move_nothing")


def _why_not(undelivered_report: UndeliveredReport) -> tuple[str, str]:
    return ("would_wait" if undelivered_report.waits else "known_already", "yellow")


def _tell_verdicts(terminal: Terminal, outcome: RunOutcome) -> None:
    for submission_outcome in outcome.verdicts:
        if submission_outcome.accepted:
            terminal.say("would_accept", "green", who=submission_outcome.label, file=submission_outcome.file_name)
        if submission_outcome.issues:
            shown = submission_outcome.issues if submission_outcome.accepted else submission_outcome.faults
            tell_issues(
                terminal,
                submission_outcome.label,
                submission_outcome.file_name,
                shown,
                "!" if submission_outcome.accepted else "✗",
            )
