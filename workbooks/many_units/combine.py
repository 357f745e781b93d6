"""Reports of the units of one workbook: those of a unit that comes twice are refused, what is of no unit is kept."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from domain.catalog.catalog import Catalog
from domain.submissions import ParsedReport
from workbooks.cells.cells import Workbook
from workbooks.cells.findings import FigurePlace, Findings


@dataclass(frozen=True, slots=True)
class FileContext:
    """The workbook being parsed, its catalogue, and the findings that are of none of its units alone."""

    catalog: Catalog
    workbook: Workbook
    findings: Findings


def combined(
    whole: ParsedReport, parts: Iterable[tuple[FigurePlace, ParsedReport]], findings: Findings
) -> ParsedReport:
    """Return the report of a workbook with the reports of its units as parts, in the order of the workbook.

    Args:
        whole: The form, layout and period of the workbook.
        parts: The report of each row or sheet with its place; one without a unit adds its issues to the whole's.
        findings: The issues that are of no unit alone.
    """
    by_unit: dict[str, list[tuple[FigurePlace, ParsedReport]]] = defaultdict(list)
    for place, report in parts:
        if report.unit is not None:
            by_unit[report.unit.code].append((place, report))
            continue
        for issue in report.issues:
            findings.add(issue)
    first, *others = (_only(reports, findings) for reports in by_unit.values())
    # What was tolerated in the file as a whole is told with its first unit.
    first = replace(first, repairs=(*findings.repairs, *first.repairs))
    return replace(whole, issues=findings.issues, parts=(first, *others))


def _only(reports: list[tuple[FigurePlace, ParsedReport]], findings: Findings) -> ParsedReport:
    """Return the report of a unit; one that comes twice has no figures, for it is unknown which count."""
    if len(reports) == 1:
        return reports[0][1]
    twice = findings.for_part()
    names = [f"{place.sheet}!{place.cell}" if place.cell else place.sheet for place, _ in reports]
    for place, report in reports:
        others = [name for name, (other, _) in zip(names, reports, strict=True) if other is not place]
        twice.issue("unit_twice", place, found=report.unit.name if report.unit else "", others=", ".join(others))
    return replace(reports[0][1], observations=(), repairs=(), issues=twice.issues)
