"""What a returned workbook lists: every issue a commune is told of and every repair, in words."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from domain.catalog import Catalog
from domain.issues import Issue, Repair, Severity
from domain.rules import Stage
from domain.texts import Lang

_GRAVEST_FIRST = (Severity.CRITICAL, Severity.WARNING, Severity.INFO)
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


def told(issues: Iterable[Issue]) -> tuple[Issue, ...]:
    """The issues a commune is told of, gravest first: what rules on trial found in the shadow is not among them."""
    shown = [issue for issue in issues if issue.facts.get("stage") != Stage.SHADOW]
    return tuple(sorted(shown, key=lambda issue: _GRAVEST_FIRST.index(issue.severity)))


def issue_lines(issues: Iterable[Issue], catalog: Catalog, lang: Lang) -> Iterator[ResultLine]:
    """A line for each issue a commune is told of."""
    for issue in told(issues):
        yield ResultLine(
            sheet=issue.sheet or "",
            cell=issue.cell or "",
            severity=issue.severity,
            message=catalog.issue_message(issue, lang),
            found=_short(issue.found),
            expected=_short(issue.expected),
            action=catalog.issue_action(issue, lang),
        )


def repair_lines(repairs: Iterable[Repair], catalog: Catalog, lang: Lang) -> Iterator[ResultLine]:
    """A line for each repair: what stood there, and what it was read as."""
    for repair in repairs:
        text = catalog.repair_texts.get(repair.rule)
        yield ResultLine(
            sheet=repair.sheet,
            cell=repair.cell,
            severity=None,
            message=text.get(lang) if text else repair.rule,
            found=_short(repair.before),
            expected=_short(repair.after),
            action="",
        )


def severity_text(severity: Severity, catalog: Catalog, lang: Lang) -> str:
    """What an official reads as severity: to be mended, to be looked at, a note."""
    return catalog.text(f"workbooks.result_{severity.value}", lang)


def counts_text(issues: Sequence[ResultLine], repairs: Sequence[ResultLine], catalog: Catalog, lang: Lang) -> str:
    """How much of what there is, in one sentence."""
    by_severity = {severity: sum(line.severity is severity for line in issues) for severity in _GRAVEST_FIRST}
    return catalog.text(
        "workbooks.result_counts",
        lang,
        faults=by_severity[Severity.CRITICAL],
        warnings=by_severity[Severity.WARNING],
        notes=by_severity[Severity.INFO],
        repairs=len(repairs),
    )


def _short(text: str | None) -> str:
    shown = text or ""
    return shown if len(shown) <= LONGEST_TEXT else shown[: LONGEST_TEXT - 1] + "…"
