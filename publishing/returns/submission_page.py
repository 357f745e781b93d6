"""The page of one submission: self-contained, without scripts; lists cell by cell what an official has to do."""

from collections.abc import Iterable
from pathlib import Path

from domain.catalog.catalog import Catalog
from domain.texts import Lang
from publishing.errors import PagesNotWrittenError
from publishing.figures.formatter import ReportFormatter
from publishing.page.rollup_page import render
from publishing.returns.submission_sheet import sheet_of
from warehouse.queries.feedback import SubmissionFeedback


def write_submission_page(feedback: SubmissionFeedback, formatter: ReportFormatter) -> bytes:
    """Render the page as UTF-8; content of cells and file names is escaped."""
    return render("submission.html.j2", formatter, sheet=sheet_of(feedback, formatter))


def publish_submissions(
    submissions: Iterable[SubmissionFeedback], catalog: Catalog, folder: Path, lang: Lang = "vi"
) -> int:
    """Write each submission's page as `folder/<number>.html`, replacing an earlier one; return how many.

    A page is replaced atomically: readers see the old one or the new one.

    Raises:
        PagesNotWrittenError: the storage failed; written pages stay, and all can be written again.
    """
    formatter, count = ReportFormatter(catalog, lang), 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for submission in submissions:
            target = folder / f"{submission.record.file.submission_id}.html"
            draft = target.with_name(f".{target.name}.new")
            draft.write_bytes(write_submission_page(submission, formatter))
            draft.replace(target)
            count += 1
    except OSError as error:
        raise PagesNotWrittenError(folder, error.strerror or str(error)) from error
    return count
