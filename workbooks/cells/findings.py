"""What reading finds on its way: issues with their severity from the catalogue, and repairs."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.catalog.catalog import IssueText
from domain.issues import Issue, Repair, Severity


@dataclass(frozen=True, slots=True)
class FigurePlace:
    """Where a figure stands and what it is the figure of: sheet, A1 address, label, indicator, reporting unit."""

    sheet: str
    cell: str
    label: str = ""
    indicator: str | None = None
    unit: str | None = None


class Findings:
    """Gathers the issues and repairs of one file, in the order they are met."""

    def __init__(self, texts: Mapping[str, IssueText]) -> None:
        """`texts` are the catalogue's reading issues; each says how grave its code is."""
        self._texts = texts
        self._issues: list[Issue] = []
        self._repairs: list[Repair] = []

    @property
    def issues(self) -> tuple[Issue, ...]:
        """Every issue so far."""
        return tuple(self._issues)

    @property
    def repairs(self) -> tuple[Repair, ...]:
        """Every repair so far."""
        return tuple(self._repairs)

    def issue(
        self,
        code: str,
        place: FigurePlace | None = None,
        found: str | None = None,
        expected: str | None = None,
        **facts: str,
    ) -> None:
        """Note an issue, at a place where it has one. An issue the catalogue has no text for is critical."""
        text = self._texts.get(code)
        if place is not None and place.label:
            facts.setdefault("label", place.label)
        self.add(
            Issue(
                code,
                text.severity if text else Severity.CRITICAL,
                sheet=place.sheet or None if place else None,
                cell=place.cell or None if place else None,
                found=found,
                expected=expected,
                indicator=place.indicator if place else None,
                unit=place.unit if place else None,
                facts=facts,
            )
        )

    def add(self, issue: Issue) -> None:
        """Note an issue made elsewhere."""
        if issue not in self._issues:
            self._issues.append(issue)

    def repair(self, rule: str, place: FigurePlace, before: str, after: str) -> None:
        """Note a tolerance that was used on a cell."""
        self._repairs.append(Repair(rule, place.sheet, place.cell, before, after))
