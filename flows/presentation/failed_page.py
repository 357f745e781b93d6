"""Page of a refused submission in Markdown: its issues and remedies, its commune's history, links."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from domain.units import UnitKey
from flows.pipeline.outcome import SubmissionOutcome
from flows.presentation.links import Links
from flows.presentation.markdown import link, plain, table
from flows.presentation.message_formatter import MessageFormatter
from publishing.figures.formatting import format_time
from warehouse.queries import SubmissionRecord, submission_record
from warehouse.queries.history import MoveRecord, history
from warehouse.queries.recent import PastReport, recent_reports
from warehouse.store.engine import Session

MOST_FAULTS = 25
"""Most issues on the page; the quality page has them all."""
PERIODS_BACK = 6


@dataclass(frozen=True, slots=True)
class RefusedSubmission:
    """A refused submission and its commune's history in the warehouse."""

    verdict: SubmissionOutcome
    record: SubmissionRecord
    moves: tuple[MoveRecord, ...]
    recent: tuple[PastReport, ...]


def failed(session: Session, submission_outcome: SubmissionOutcome) -> RefusedSubmission:
    """Look up the contents of a refused submission's page."""
    record = submission_record(session, submission_outcome.submission_id)
    if submission_outcome.unit is None or record.form is None or record.period is None:
        return RefusedSubmission(submission_outcome, record, (), ())
    key = UnitKey(submission_outcome.unit.code, submission_outcome.unit.valid_from)
    versions = history(session, key, record.form, record.period).versions
    return RefusedSubmission(
        verdict=submission_outcome,
        record=record,
        moves=tuple(move for version in versions for move in version.moves),
        recent=recent_reports(session, key, record.form, PERIODS_BACK),
    )


def key_of(submission_outcome: SubmissionOutcome) -> str:
    """Return the artifact's key: one for each commune, so that its history by key is the commune's."""
    return (
        f"submission-{submission_outcome.unit.code.lower()}"
        if submission_outcome.unit
        else f"submission-file-{submission_outcome.submission_id}"
    )


def page_of(refused: RefusedSubmission, messages: MessageFormatter, links: Links) -> str:
    """Return the page as Markdown."""
    submission_outcome, received = refused.verdict, format_time(refused.record.delivered_at, messages.lang)
    head = f"## {plain(submission_outcome.label)} — {plain(submission_outcome.period or '?')}"
    file = messages.text("failed_file", file=plain(submission_outcome.file_name), received=received)
    parts = [head, file, " · ".join(_ways_on(refused, messages, links)), _faults(submission_outcome, messages)]
    more = len(submission_outcome.faults) - MOST_FAULTS
    parts.append(messages.text("and_more", count=more) if more > 0 else "")
    if refused.recent:
        parts += [f"### {messages.text('failed_history')}", _history(refused.recent, messages)]
        parts.append("\n".join(f"- {_found_text(move, messages)}" for move in refused.moves[-10:]))
    return "\n\n".join(filter(None, parts))


def _ways_on(refused_submission: RefusedSubmission, messages: MessageFormatter, links: Links) -> Iterator[str]:
    submission_outcome = refused_submission.verdict
    yield link(messages.text("to_quality_page"), links.quality(submission_outcome.submission_id))
    if submission_outcome.unit is None or submission_outcome.period is None:
        return
    yield link(messages.text("to_returned"), links.returned(submission_outcome.unit.code, submission_outcome.period))
    form = links.rerun(submission_outcome.unit.code, submission_outcome.period)
    if form:
        yield link(messages.text("to_rerun"), form)
    yield f"`tonghop rerun --unit {submission_outcome.unit.code} --period {submission_outcome.period}`"


def _faults(submission_outcome: SubmissionOutcome, messages: MessageFormatter) -> str:
    heads = [messages.text(f"column_{name}") for name in ("sheet", "cell", "fault", "action")]
    rows = [
        (
            plain(issue.sheet or ""),
            plain(issue.cell or ""),
            plain(messages.catalog.issue_message(issue, messages.lang)),
            plain(messages.catalog.issue_action(issue, messages.lang)),
        )
        for issue in submission_outcome.faults[:MOST_FAULTS]
    ]
    return table(heads, rows)


def _history(recent: Sequence[PastReport], messages: MessageFormatter) -> str:
    heads = [
        messages.text(name) for name in ("column_period", "column_version", "standing", "received", "column_findings")
    ]
    rows = [
        (
            past.period.id,
            str(past.version),
            messages.catalog.texts.text(f"domain.state.{past.state}", messages.lang),
            format_time(past.received_at, messages.lang),
            str(past.issues),
        )
        for past in recent
    ]
    return table(heads, rows)


def _found_text(move: MoveRecord, messages: MessageFormatter) -> str:
    return f"{format_time(move.at, messages.lang)}: {messages.text(f'move_{move.reason or move.to_state}')}"
