"""Tell on the terminal what a run did: who was refused and what to do, what was published and what it moved."""

from rich.markup import escape

from domain.issues import Issue
from flows.cli.voice import Voice
from flows.outcome import Given, Outcome, Verdict
from flows.wording import Wording

MOST_REFUSALS = 20
MOST_FAULTS = 10
MOST_CHANGES = 40


def tell(voice: Voice, outcome: Outcome) -> None:
    """Tell what a run did."""
    words = Wording(voice.catalog, voice.lang)
    voice.console.print(escape(words.summary(outcome)), style="bold red" if outcome.refused else "bold green")
    for verdict in outcome.refused[:MOST_REFUSALS]:
        _tell_refusal(voice, words, verdict)
    if len(outcome.refused) > MOST_REFUSALS:
        voice.say("and_more_refused", count=len(outcome.refused) - MOST_REFUSALS)
    for given in outcome.given:
        _tell_given(voice, given)
    if outcome.replaced:
        voice.say("replaced", count=outcome.replaced)
    if outcome.waiting:
        voice.say("waiting", count=outcome.waiting)
    for reason in outcome.left:
        voice.console.print(escape(voice.text("left", reason=reason)), style="yellow")


def fault_lines(voice: Voice, issue: Issue) -> tuple[str, str]:
    """What is wrong, and what the official should do."""
    words = Wording(voice.catalog, voice.lang)
    return words.fault(issue), voice.catalog.issue_action(issue, voice.lang)


def _tell_refusal(voice: Voice, words: Wording, verdict: Verdict) -> None:
    voice.gap()
    voice.console.print(f"[bold]✗ {escape(verdict.label)}[/]  {escape(verdict.file_name)}", soft_wrap=True)
    for issue in verdict.faults[:MOST_FAULTS]:
        voice.console.print(f"  • {escape(words.fault(issue))}")
        voice.console.print(f"    → {escape(voice.catalog.issue_action(issue, voice.lang))}", style="cyan")
    if len(verdict.faults) > MOST_FAULTS:
        voice.console.print("  " + voice.text("and_more", count=len(verdict.faults) - MOST_FAULTS))


def _tell_given(voice: Voice, given: Given) -> None:
    voice.gap()
    kind = "published_partial" if given.is_partial else "published"
    voice.say(kind, area=given.area_name, period=given.period, revision=given.revision)
    voice.point_to(given.path)
    if given.changes:
        tell_changes(voice, given)


def tell_changes(voice: Voice, given: Given) -> None:
    """The figures that a revision moved, from what to what."""
    title = voice.text("moved", count=len({change.indicator for change in given.changes}))
    table = voice.table("indicator", "moved_column", "before", "after", title=title)
    for change in given.changes[:MOST_CHANGES]:
        name = voice.catalog.indicators[change.indicator].name.get(voice.lang)
        table.add_row(name, change.column, change.before, change.after)
    voice.show(table)
    if len(given.changes) > MOST_CHANGES:
        voice.say("and_more", count=len(given.changes) - MOST_CHANGES)
