"""Lines of the result sheet: every reported issue and every repair, in words."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.catalog.catalog import Catalog
from domain.catalog.texts import Texts
from domain.issues import GRAVEST_FIRST, Issue, Repair, Severity, without_shadow
from domain.texts import Lang, cut

LONGEST_TEXT = 500
"""Characters shown of a cell's content; the cell itself has the rest."""


@dataclass(frozen=True, slots=True)
class ResultLine:
    """A line: location, severity (None for a repair), message, content found, expected content, remedy."""

    sheet: str
    cell: str
    severity: Severity | None
    message: str
    found: str
    expected: str
    action: str


class UnitVerdict(StrEnum):
    """What became of a unit's part; each has a text, `workbooks.result_unit_<value>`."""

    ACCEPTED = "accepted"
    ASKED = "asked"
    HELD = "held"
    REFUSED = "refused"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class UnitOutcome:
    """UnitVerdict of one unit of a workbook that reports for many, and where its part begins.

    `name` is empty for what is of no unit. `message` says in short what is wrong.
    """

    name: str
    sheet: str
    cell: str
    verdict: UnitVerdict
    message: str


def issue_lines(issues: Iterable[Issue], catalog: Catalog, lang: Lang) -> Iterator[ResultLine]:
    """Yield a line for each issue, except those of shadow rules."""
    for issue in without_shadow(issues):
        yield ResultLine(
            sheet=issue.sheet or "",
            cell=issue.cell or "",
            severity=issue.severity,
            message=catalog.issue_message(issue, lang),
            found=cut(issue.found or "", LONGEST_TEXT),
            expected=cut(catalog.issue_expected(issue, lang), LONGEST_TEXT),
            action=catalog.issue_action(issue, lang),
        )


def repair_lines(repairs: Iterable[Repair], texts: Texts, lang: Lang) -> Iterator[ResultLine]:
    """Yield a line for each repair: the content before, and how it was read."""
    for repair in repairs:
        yield ResultLine(
            sheet=repair.sheet,
            cell=repair.cell,
            severity=None,
            message=texts.repair_text(repair, lang),
            found=cut(repair.before, LONGEST_TEXT),
            expected=cut(repair.read_as(lang), LONGEST_TEXT),
            action="",
        )


def severity_text(severity: Severity, texts: Texts, lang: Lang) -> str:
    """Return the severity as officials read it: to correct, to check, a note."""
    return texts.text(f"workbooks.result_{severity.value}", lang)


def counts_text(issues: Sequence[ResultLine], repairs: Sequence[ResultLine], texts: Texts, lang: Lang) -> str:
    """Return the numbers of issues by severity and of repairs, in one sentence."""
    by_severity = {severity: sum(line.severity is severity for line in issues) for severity in GRAVEST_FIRST}
    return texts.text(
        "workbooks.result_counts",
        lang,
        faults=by_severity[Severity.CRITICAL],
        warnings=by_severity[Severity.HOLD] + by_severity[Severity.WARNING],
        notes=by_severity[Severity.INFO],
        repairs=len(repairs),
    )
