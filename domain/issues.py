"""Issues of a submission as data (place, found and expected values), and repairs made by the parser."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from domain.texts import Lang

_DECIMAL: Final = re.compile(r"-?\d+\.\d+")


class Severity(StrEnum):
    """Effect of an issue: `critical` quarantines the submission, `warning` asks for an answer, `info` notes."""

    CRITICAL = "critical"
    HOLD = "hold"
    WARNING = "warning"
    INFO = "info"


GRAVEST_FIRST: Final = (Severity.CRITICAL, Severity.HOLD, Severity.WARNING, Severity.INFO)

COMPARED_WITH = "units"
"""Fact of an issue whose `expected` is derived from that many other units' figures, as a median is."""

_ADDRESS = re.compile(r"(?P<column>[A-Z]{1,3})(?P<row>\d{1,7})")

SHADOW_FACT = ("stage", "shadow")
"""Fact of an issue of a shadow rule: it is kept for back-tests, and not shown to anyone."""


@dataclass(frozen=True, slots=True)
class Issue:
    """A defect of a submission.

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
        """The place as `Sheet!A1`; the sheet alone where it concerns no cell, "" for the whole file."""
        return _place(self.sheet, self.cell)

    @property
    def is_shadow(self) -> bool:
        """Whether the issue is of a shadow rule and therefore not shown."""
        name, value = SHADOW_FACT
        return self.facts.get(name) == value


@dataclass(frozen=True, slots=True)
class Repair:
    """A tolerance used by the parser: the cell's text, the value read, and the rule of the catalogue."""

    rule: str
    sheet: str
    cell: str
    before: str
    after: str

    @property
    def place(self) -> str:
        """The place as `Sheet!A1`."""
        return _place(self.sheet, self.cell)

    def read_as(self, lang: Lang) -> str:
        """Return what was read, a number with decimals as the language writes it: `after` is a program's text."""
        is_decimal = lang == "vi" and _DECIMAL.fullmatch(self.after) is not None
        return self.after.replace(".", ",") if is_decimal else self.after


def without_shadow(issues: Iterable[Issue]) -> tuple[Issue, ...]:
    """Return the issues shown to a commune, gravest first, then from the top of each sheet to its end.

    Those of shadow rules are left out; sheets come in the order in which their first issues do.
    """
    shown = [issue for issue in issues if not issue.is_shadow]
    sheets = {sheet: place for place, sheet in reversed(list(enumerate(issue.sheet for issue in shown)))}
    return tuple(
        sorted(
            shown,
            key=lambda issue: (GRAVEST_FIRST.index(issue.severity), sheets[issue.sheet], *_row_and_column(issue.cell)),
        )
    )


def _row_and_column(cell: str | None) -> tuple[int, int, str]:
    """Return what puts an address after those above it and to its left; no address comes first."""
    match = _ADDRESS.match(cell or "")
    return (int(match["row"]), len(match["column"]), match["column"]) if match else (0, 0, "")


def _place(sheet: str | None, cell: str | None) -> str:
    return "!".join(part for part in (sheet, cell) if part)
