"""A preview as a page of Markdown, for the Prefect UI; the terminal has its own (`cli/output/preview_output.py`)."""

from collections.abc import Iterator

from flows.actions.preview import Preview, facts_of
from flows.pipeline.outcome import PublishedRevision, RevalidationFinding, RunOutcome
from flows.presentation.markdown import plain, table
from flows.presentation.message_formatter import MessageFormatter

MOST_SHOWN = 100
"""Most outcomes, and most figures of a revision, on the page; the rest are counted."""


def page_of(result: Preview, messages: MessageFormatter) -> str:
    """Return the outcome of a dry run: submissions first, then every published figure that would change."""
    outcome = result.outcome
    lines = [f"**{messages.text('preview')}**", messages.summary(outcome)]
    lines += [plain(messages.text("would_be_closed", **facts_of(closing))) for closing in result.closed]
    lines += [f"- {line}" for line in _verdicts(outcome, messages)]
    for published in outcome.given:
        lines += _moves(published, messages)
    if not outcome.given:
        lines.append(messages.text("would_move_nothing"))
    return "\n\n".join(lines)


def _verdicts(outcome: RunOutcome, messages: MessageFormatter) -> Iterator[str]:
    for submission_outcome in outcome.verdicts[:MOST_SHOWN]:
        if submission_outcome.is_held:
            name = f"**{plain(submission_outcome.label)}** ({plain(submission_outcome.file_name)})"
            yield f"⏸ {name}: {plain(' '.join(messages.first_faults(submission_outcome.holds)))}"
        elif submission_outcome.accepted:
            yield messages.text(
                "would_accept", who=plain(submission_outcome.label), file=plain(submission_outcome.file_name)
            )
        else:
            name = f"**{plain(submission_outcome.label)}** ({plain(submission_outcome.file_name)})"
            yield f"✗ {name}: {plain(messages.refusal(submission_outcome))}"
    if len(outcome.verdicts) > MOST_SHOWN:
        yield messages.text("and_more", count=len(outcome.verdicts) - MOST_SHOWN)
    yield from (_finding(finding, messages) for finding in outcome.doubted[:MOST_SHOWN])


def _finding(revalidation_finding: RevalidationFinding, messages: MessageFormatter) -> str:
    result = f"**{plain(revalidation_finding.verdict.label)}** ({plain(revalidation_finding.verdict.file_name)})"
    return (
        f"! {result}: {messages.finding(revalidation_finding)} {plain(messages.refusal(revalidation_finding.verdict))}"
    )


def _moves(value: PublishedRevision, messages: MessageFormatter) -> list[str]:
    kind = "would_publish_partial" if value.is_partial else "would_publish"
    results = [f"### {messages.text(kind, area=value.area_name, period=value.period, revision=value.revision)}"]
    names = {each.id: each.name.get(messages.lang) for each in messages.catalog.indicators.values()}
    heads = [messages.text(name) for name in ("indicator", "moved_column", "before", "after")]
    results.append(
        table(
            heads,
            [
                (names[change.indicator], change.column, change.before, change.after)
                for change in value.changes[:MOST_SHOWN]
            ],
        )
    )
    if len(value.changes) > MOST_SHOWN:
        results.append(messages.text("and_more", count=len(value.changes) - MOST_SHOWN))
    return results
