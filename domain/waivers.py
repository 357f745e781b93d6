"""Waivers: a person's answer to a rule's warning about a report, and the figures that it is bound to."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from domain.issues import COMPARED_WITH, Issue


class ReportedLine(NamedTuple):
    """Figures of an indicator in one line of a report: the unit (a village's code or the unit's), and the numbers."""

    indicator: str
    unit: str
    numerator: Decimal | None
    denominator: Decimal | None
    stated: Decimal | None


@dataclass(frozen=True, slots=True)
class Waiver:
    """A person's answer to the warnings of a rule about a unit's report of a period.

    `until` is the last day, in Vietnam, on which it counts; `at` is in UTC.
    """

    id: int
    rule: str
    reason: str
    by: str
    at: datetime
    until: date


class RemarkKind(StrEnum):
    """What is written about a warning before it is answered by a waiver."""

    QUESTION = "question"
    """An officer asks the sender."""
    ANSWER = "answer"
    """The sender says why the figures are right."""


@dataclass(frozen=True, slots=True)
class OpenWarning:
    """A warning about an accepted report, and the answer to it; None: it is still open."""

    issue: Issue
    waiver: Waiver | None


def basis_of(issue: Issue, lines: Iterable[ReportedLine], unit: str) -> str:
    """Return a hash of the figures that a warning concerns; another file with the same figures has the same.

    They are the report's own figures of the indicator, or all of them for a warning about the whole report, found and
    expected values: a register's or an earlier period's figure matters just as much. Only what is derived from other
    units, as a median is, is left out: it may change without any change of what was answered.

    Args:
        issue: the warning.
        lines: all lines of the report.
        unit: code of the unit that reports.
    """
    own = [
        reported_line
        for reported_line in lines
        if issue.indicator is None or (reported_line.indicator, reported_line.unit) == _line_of(issue, unit)
    ]
    of_others = COMPARED_WITH in issue.facts
    content = [
        [issue.code, issue.indicator, issue.unit, issue.found, None if of_others else issue.expected],
        *sorted(
            [own_indicator.indicator, own_indicator.unit, *map(_plain, own_indicator[2:])] for own_indicator in own
        ),
    ]
    return sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def _line_of(issue: Issue, unit: str) -> tuple[str | None, str]:
    return issue.indicator, issue.unit or unit


def _plain(number: Decimal | None) -> str:
    if number is None:
        return ""
    return format(number.normalize(), "f") if number else "0"
