"""What is wrong with a submission, as data: where, what was found, what was expected; and what reading mended."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class Severity(StrEnum):
    """What an issue does: `critical` quarantines the submission, `warning` asks, `info` notes."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


GRAVEST_FIRST: Final = (Severity.CRITICAL, Severity.WARNING, Severity.INFO)

COMPARED_WITH = "units"
"""Fact of an issue whose `expected` is made of so many other units' figures, as a median is."""

SHADOW_FACT = ("stage", "shadow")
"""Fact of what a rule on trial found: it is kept for back-tests, and nobody is told of it."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing wrong with a submission.

    `code` keys the catalogue's text: a reading code of `messages/issues.yaml` or a rule id of `rules/`.
    `cell` is an A1 address on `sheet`. `facts` are further values the text names.
    """

    code: str
    severity: Severity
    sheet: str | None = None
    cell: str | None = None
    found: str | None = None
    expected: str | None = None
    indicator: str | None = None
    unit: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Where it is, as `Sheet!A1`; the sheet alone where no cell is meant, "" for the whole file."""
        return _place(self.sheet, self.cell)

    @property
    def is_shadow(self) -> bool:
        """Whether a rule on trial found it, so that nobody is told."""
        name, value = SHADOW_FACT
        return self.facts.get(name) == value


@dataclass(frozen=True, slots=True)
class Repair:
    """A tolerance used on reading: what the cell held, what it was read as, under which rule of the catalogue."""

    rule: str
    sheet: str
    cell: str
    before: str
    after: str

    @property
    def place(self) -> str:
        """Where it was, as `Sheet!A1`."""
        return _place(self.sheet, self.cell)


def without_shadow(issues: Iterable[Issue]) -> tuple[Issue, ...]:
    """The issues a commune is told of, gravest first: what rules on trial found is not among them."""
    return tuple(
        sorted((issue for issue in issues if not issue.is_shadow), key=lambda item: GRAVEST_FIRST.index(item.severity))
    )


def _place(sheet: str | None, cell: str | None) -> str:
    return "!".join(part for part in (sheet, cell) if part)
