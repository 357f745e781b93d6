"""Quality pages: one for each submission with its outcome, one for each nightly run with the rule results."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from expectations.run_pages import has_pages_due, update_run_pages
from flows.pipeline.stages.judge import NIGHTLY
from flows.support.context import AppContext
from publishing.errors import PagesNotWrittenError
from publishing.returns.submission_page import publish_submissions
from warehouse.queries.feedback import LogPosition, feedback_of, moved_since
from warehouse.store.engine import reading
from warehouse.submissions.authorisations import are_senders_checked

SUBMISSIONS: Final = "submissions"
_MARK: Final = ".told"
"""File beside the pages that holds the log position that they cover."""


@dataclass(frozen=True, slots=True)
class PagesDue:
    """Submissions whose page is missing or out of date, and the log position at that time."""

    submissions: tuple[int, ...]
    last: LogPosition


def pages_due(context: AppContext) -> PagesDue:
    """Return the pages to be written. They follow the log, so a run writes those that a killed one did not."""
    if context.quality is None:
        return PagesDue((), LogPosition())
    with reading(context.engine) as session:
        return PagesDue(*moved_since(session, _seen(context.quality)))


def write_pages(context: AppContext, submissions: Sequence[int]) -> int:
    """Write the pages of these submissions; idempotent.

    Raises:
        PagesNotWrittenError: the storage failed.
    """
    if context.quality is None:
        return 0
    with reading(context.engine) as session:
        result = feedback_of(session, submissions, context.clock())
    return publish_submissions(result, context.catalog, context.quality / SUBMISSIONS, context.lang)


def are_run_pages_due(context: AppContext) -> bool:
    """Whether any run, including one that was killed, has rule results without a page."""
    return context.quality is not None and context.quality_nights > 0 and has_pages_due(context.quality / NIGHTLY)


def write_run_pages(context: AppContext) -> int:
    """Write the missing pages of runs, and remove those beyond the retention.

    Raises:
        RunPagesNotWrittenError: the storage failed.
    """
    if context.quality is None or not context.quality_nights:
        return 0
    catalog, lang = context.catalog, context.lang

    def text(name: str) -> str:
        return catalog.texts.text(f"expectations.{name}", lang)

    with reading(context.engine) as session:
        note = "" if are_senders_checked(session) else "senders_none"
    return update_run_pages(context.quality / NIGHTLY, catalog.rules, context.quality_nights, lang, text, note=note)


def record_position(context: AppContext, last: LogPosition) -> None:
    """Record the log position that the pages cover.

    Raises:
        PagesNotWrittenError: the storage failed; the pages are written once more by the next run.
    """
    if context.quality is None or last == _seen(context.quality):
        return
    mark = _mark(context.quality)
    draft = mark.with_name(f"{_MARK}.new")
    try:
        mark.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(f"{last.event} {last.waiver}\n", "ascii")
        draft.replace(mark)
    except OSError as error:
        raise PagesNotWrittenError(mark.parent, error.strerror or str(error)) from error


def _mark(quality: Path) -> Path:
    return quality / SUBMISSIONS / _MARK


def _seen(quality: Path) -> LogPosition:
    """Return the log position that the pages cover; the start of the log without a mark."""
    try:
        event, waiver = map(int, _mark(quality).read_text("ascii").split())
    except (OSError, ValueError):
        return LogPosition()
    return LogPosition(event, waiver)
