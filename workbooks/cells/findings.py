"""Collection of the issues and repairs of one file, with severities from the catalogue."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from domain.catalog.texts import IssueText
from domain.issues import Issue, Repair, Severity

_WHEN_MISSING = "when_missing"
_REQUIRED, _OPTIONAL = "workbooks.when_missing_required", "workbooks.when_missing_optional"
"""Keys of the texts that say what becomes of a line without a figure."""


@dataclass(frozen=True, slots=True)
class FigurePlace:
    """Location and meaning of a figure: sheet, A1 address, label, indicator, reporting unit."""

    sheet: str
    cell: str
    label: str = ""
    indicator: str | None = None
    unit: str | None = None


class Findings:
    """Collector of the issues and repairs of one file, in order of detection."""

    def __init__(self, texts: Mapping[str, IssueText], required: Collection[str] = ()) -> None:
        """Take severities from `texts`, the catalogue's texts of reading issues; `required` are indicators.

        Without the figures of a required indicator a report is refused: advice on its line is another.
        """
        self._texts = texts
        self._required = frozenset(required)
        self._issues: list[Issue] = []
        self._repairs: list[Repair] = []

    def for_part(self) -> "Findings":
        """Return an empty collector for one of the units of the file."""
        return Findings(self._texts, self._required)

    @property
    def issues(self) -> tuple[Issue, ...]:
        """Return all issues so far."""
        return tuple(self._issues)

    @property
    def repairs(self) -> tuple[Repair, ...]:
        """Return all repairs so far."""
        return tuple(self._repairs)

    def issue(
        self,
        code: str,
        place: FigurePlace | None = None,
        found: str | None = None,
        expected: str | None = None,
        **facts: str,
    ) -> None:
        """Add an issue, with its location if it has one. An issue without catalogue text is critical."""
        text = self._texts.get(code)
        if place is not None and place.label:
            facts.setdefault("label", place.label)
        if text is not None and _WHEN_MISSING in text.facts:
            is_required = place is not None and place.indicator in self._required
            facts[_WHEN_MISSING] = _REQUIRED if is_required else _OPTIONAL
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
        """Add an existing issue, unless it is recorded already."""
        if issue not in self._issues:
            self._issues.append(issue)

    def repair(self, rule: str, place: FigurePlace, before: str, after: str) -> None:
        """Add a repair: a tolerance applied to a cell."""
        self._repairs.append(Repair(rule, place.sheet, place.cell, before, after))
