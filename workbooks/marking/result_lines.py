"""What a returned workbook lists: every issue a commune is told of and every repair, in words."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from domain.catalog.catalog import Catalog
from domain.issues import GRAVEST_FIRST, Issue, Repair, Severity, without_shadow
from domain.texts import Lang, cut

LONGEST_TEXT = 500
"""Letters shown of what a cell holds; the cell itself has the rest."""


@dataclass(frozen=True, slots=True)
class ResultLine:
    """One line: where, how grave (None for a repair), what is wrong, what stands there, what should, what to do."""

    sheet: str
    cell: str
    severity: Severity | None
    message: str
    found: str
    expected: str
    action: str


def issue_lines(issues: Iterable[Issue], catalog: Catalog, lang: Lang) -> Iterator[ResultLine]:
    """A line for each issue a commune is told of."""
    for issue in without_shadow(issues):
        yield ResultLine(
            sheet=issue.sheet or "",
            cell=issue.cell or "",
            severity=issue.severity,
            message=catalog.issue_message(issue, lang),
            found=cut(issue.found or "", LONGEST_TEXT),
            expected=cut(issue.expected or "", LONGEST_TEXT),
            action=catalog.issue_action(issue, lang),
        )


def repair_lines(repairs: Iterable[Repair], catalog: Catalog, lang: Lang) -> Iterator[ResultLine]:
    """A line for each repair: what stood there, and what it was read as."""
    for repair in repairs:
        yield ResultLine(
            sheet=repair.sheet,
            cell=repair.cell,
            severity=None,
            message=catalog.repair_text(repair, lang),
            found=cut(repair.before, LONGEST_TEXT),
            expected=cut(repair.after, LONGEST_TEXT),
            action="",
        )


def severity_text(severity: Severity, catalog: Catalog, lang: Lang) -> str:
    """What an official reads as severity: to be mended, to be looked at, a note."""
    return catalog.text(f"workbooks.result_{severity.value}", lang)


def counts_text(issues: Sequence[ResultLine], repairs: Sequence[ResultLine], catalog: Catalog, lang: Lang) -> str:
    """How much of what there is, in one sentence."""
    by_severity = {severity: sum(line.severity is severity for line in issues) for severity in GRAVEST_FIRST}
    return catalog.text(
        "workbooks.result_counts",
        lang,
        faults=by_severity[Severity.CRITICAL],
        warnings=by_severity[Severity.WARNING],
        notes=by_severity[Severity.INFO],
        repairs=len(repairs),
    )
