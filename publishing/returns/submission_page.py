"""The page of one submission: opens by a double-click, runs nothing, and tells an official cell by cell what to do."""

from collections.abc import Iterable
from pathlib import Path

from domain.catalog.catalog import Catalog
from domain.texts import Lang
from publishing.errors import PagesNotWrittenError
from publishing.figures.formatter import ReportFormatter
from publishing.page.rollup_page import render
from publishing.returns.submission_sheet import sheet_of
from warehouse.queries.feedback import SubmissionFeedback


def write_submission_page(feedback: SubmissionFeedback, words: ReportFormatter) -> bytes:
    """The page as UTF-8; whatever a cell or a file's name holds is escaped."""
    return render("submission.html.j2", words, sheet=sheet_of(feedback, words))


def publish_submissions(
    submissions: Iterable[SubmissionFeedback], catalog: Catalog, folder: Path, lang: Lang = "vi"
) -> int:
    """Write each submission's page as `folder/<number>.html`, in place of the one before; returns how many.

    A page is moved into its place whole: readers see the old one or the new one.

    Raises:
        PagesNotWrittenError: the storage failed; what was written stays, and writing all again does no harm.
    """
    words, count = ReportFormatter(catalog, lang), 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for submission in submissions:
            target = folder / f"{submission.record.file.submission_id}.html"
            draft = target.with_name(f".{target.name}.new")
            draft.write_bytes(write_submission_page(submission, words))
            draft.replace(target)
            count += 1
    except OSError as error:
        raise PagesNotWrittenError(folder, error.strerror or str(error)) from error
    return count
