"""How well units report: shares of lines that pass checks, of reports on time, and of returned reports corrected."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

_STEP: Final = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class ReportedQuality:
    """What became of a unit's report of a period.

    `lines` are those that the form asks for; `failed` those of them that the first file was returned or asked about
    for, None where no file came. `is_late`: the first file came after the deadline, or none came by now. `is_returned`:
    the first file was returned; `is_accepted`: a file was accepted since.
    """

    lines: int
    failed: int | None
    is_late: bool
    is_returned: bool
    is_accepted: bool

    @property
    def is_sent(self) -> bool:
        """Return whether a file came."""
        return self.failed is not None

    @property
    def passed(self) -> int:
        """Return the number of lines that nothing was said about; of a report that was not sent none are counted."""
        return 0 if self.failed is None else self.lines - min(self.failed, self.lines)


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole; without a whole there is no share."""

    part: int
    whole: int

    @property
    def percent(self) -> Decimal | None:
        """Return the share in percent with a decimal, rounded half-up."""
        if not self.whole:
            return None
        return (Decimal(100 * self.part) / self.whole).quantize(_STEP, ROUND_HALF_UP)

    def __add__(self, other: "Share") -> "Share":
        return Share(self.part + other.part, self.whole + other.whole)


@dataclass(frozen=True, slots=True)
class ReportingQuality:
    """Shares over some reports: sums of parts over sums of wholes, never means of percentages."""

    passed: Share
    on_time: Share
    corrected: Share

    def __add__(self, other: "ReportingQuality") -> "ReportingQuality":
        return ReportingQuality(
            self.passed + other.passed, self.on_time + other.on_time, self.corrected + other.corrected
        )


NOTHING: Final = ReportingQuality(Share(0, 0), Share(0, 0), Share(0, 0))


def quality_of(reports: Iterable[ReportedQuality]) -> ReportingQuality:
    """Return the shares over reports that are due.

    Lines passed are those of reports that were sent; on time is of all reports that are due; corrected is of those that
    were returned at first.
    """
    passed = lines = on_time = due = corrected = returned = 0
    for report in reports:
        due += 1
        on_time += not report.is_late
        if report.is_sent:
            passed += report.passed
            lines += report.lines
        if report.is_returned:
            returned += 1
            corrected += report.is_accepted
    return ReportingQuality(Share(passed, lines), Share(on_time, due), Share(corrected, returned))
