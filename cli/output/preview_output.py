"""Tell on the terminal what a run would do: whose report would be accepted or refused, and which figures would move."""

from rich.markup import escape

from cli.output.run_report import tell_again, tell_doubts, tell_issues, tell_moved
from cli.output.terminal import Terminal
from flows.actions.preview import Preview, UndeliveredReport, facts_of
from flows.pipeline.outcome import RunOutcome

MOST_CHANGES = 100


def foretell(voice: Terminal, preview: Preview) -> None:
    """Tell what a run would do."""
    voice.say("preview", "bold")
    outcome = preview.outcome
    for closing in preview.closed:
        voice.say("would_be_closed", "yellow", **facts_of(closing))
    for one in preview.unjudged:
        voice.say(*_why_not(one), file=one.file_name, state=voice.submission_state(one.state))
    _tell_verdicts(voice, outcome)
    if outcome.rechecked:
        voice.say("rechecked", count=outcome.rechecked, doubted=len(outcome.doubted))
    tell_doubts(voice, outcome.doubted)
    tell_again(voice, outcome)
    if outcome.replaced:
        voice.say("replaced", count=outcome.replaced)
    for reason in outcome.left:
        voice.console.print(escape(voice.text("left", reason=reason)), style="yellow")
    for given in outcome.given:
        voice.gap()
        kind = "would_publish_partial" if given.is_partial else "would_publish"
        voice.say(kind, "bold", area=given.area_name, period=given.period, revision=given.revision)
        tell_moved(voice, given, MOST_CHANGES)
    if not outcome.given:
        voice.say("would_move_nothing")


def _why_not(one: UndeliveredReport) -> tuple[str, str]:
    return ("would_wait" if one.waits else "known_already", "yellow")


def _tell_verdicts(voice: Terminal, outcome: RunOutcome) -> None:
    for verdict in outcome.verdicts:
        if verdict.accepted:
            voice.say("would_accept", "green", who=verdict.label, file=verdict.file_name)
        if verdict.issues:
            shown = verdict.issues if verdict.accepted else verdict.faults
            tell_issues(voice, verdict.label, verdict.file_name, shown, "!" if verdict.accepted else "✗")
