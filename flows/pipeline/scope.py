"""Scope of a run: every pending submission, one period, or some units of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from domain.errors import UsageError
from domain.periods import Period
from domain.submissions import ParsedReport
from domain.units import Area
from warehouse.submissions.submissions import Pending


@dataclass(frozen=True, slots=True)
class RunScope:
    """Periods and units to judge; `period` None: any; `units` (codes) empty: all. The rest waits for the nightly run.

    `further` are the other periods of a backfill, each with its own units, because an area's communes change.
    """

    period: Period | None = None
    units: frozenset[str] = field(default_factory=frozenset)
    further: tuple["RunScope", ...] = ()

    def each(self) -> Iterator["RunScope"]:
        """Yield the scope of each period."""
        yield replace(self, further=())
        yield from self.further

    def takes(self, submission: Pending, report: ParsedReport) -> bool:
        """Whether a submission is to be judged, by the content of its workbook, else by its name and folders."""
        return self.takes_place(submission, report.unit.code if report.unit else None, report.period)

    def takes_place(self, submission: Pending, unit: str | None, period: Period | None) -> bool:
        """Whether a submission of this unit (code) and period, None where unknown, is in the scope."""
        return any(_takes_period(scope, period) and _takes_unit(scope, submission, unit) for scope in self.each())

    def takes_area(self, area: Area, period: Period) -> bool:
        """Whether an area's figures for a period are to be rolled up and published."""
        return any(_takes_area(submission, area, period) for submission in self.each())

    @property
    def takes_everything(self) -> bool:
        """Whether nothing narrows the scope."""
        return self.period is None and not self.units


def _takes_area(scope: RunScope, area: Area, period: Period) -> bool:
    is_above = not scope.units or any(unit.code in scope.units for unit in area.members)
    if scope.period is None or not is_above:
        return is_above
    # A change of a month changes its quarter and year; a scope of a quarter includes its months.
    return scope.period in period.parts(scope.period.frequency) or _takes_period(scope, period)


def _takes_period(scope: RunScope, period: Period | None) -> bool:
    return scope.period is None or period is None or period in scope.period.parts(period.frequency)


def _takes_unit(scope: RunScope, submission: Pending, unit: str | None) -> bool:
    if not scope.units:
        return True
    if unit is not None:
        return unit in scope.units
    # The unit cannot be read: a rerun of 22828 includes unreadable files in its folder.
    return any(code in part for part in PurePosixPath(submission.path).parts for code in scope.units)


def require_known(units: Iterable[str], known: Iterable[str]) -> None:
    """Raise unless all codes are known.

    Raises:
        UsageError: a code is that of no unit.
    """
    unknown = sorted(set(units) - set(known))
    if unknown:
        raise UsageError(f"no unit has the code {', '.join(unknown)}: tonghop status shows the codes of an area")
