"""What a run is asked to judge: everything that waits, or one period, or some units of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from domain.errors import UsageError
from domain.periods import Period
from domain.submissions import ParsedReport
from domain.units import Area
from warehouse.submissions import Pending


@dataclass(frozen=True, slots=True)
class Scope:
    """`period` None: any; `units` (codes) empty: all. What lies outside keeps waiting for the night."""

    period: Period | None = None
    units: frozenset[str] = field(default_factory=frozenset)

    def takes(self, submission: Pending, report: ParsedReport) -> bool:
        """Whether a submission is to be judged, going by what its workbook says, else by its name and folders."""
        return self._takes_period(report.period) and self._takes_unit(submission, report)

    def takes_area(self, area: Area, period: Period) -> bool:
        """Whether an area's figures for a period are to be rolled up and published."""
        is_above = not self.units or any(unit.code in self.units for unit in area.members)
        # What moves a month moves the quarter and the year it lies in.
        return is_above and (self.period is None or self.period in period.parts(self.period.frequency))

    @property
    def takes_everything(self) -> bool:
        """Whether nothing narrows the scope."""
        return self.period is None and not self.units

    def _takes_period(self, period: Period | None) -> bool:
        return self.period is None or period is None or period == self.period

    def _takes_unit(self, submission: Pending, report: ParsedReport) -> bool:
        if not self.units:
            return True
        if report.unit is not None:
            return report.unit.code in self.units
        # Not even the unit can be read: whoever reruns 22828 wants to hear of a broken file in its folder.
        return any(code in part for part in PurePosixPath(submission.path).parts for code in self.units)


def require_known(units: Iterable[str], known: Iterable[str]) -> None:
    """Let codes that are known pass.

    Raises:
        UsageError: a code is that of no unit.
    """
    unknown = sorted(set(units) - set(known))
    if unknown:
        raise UsageError(f"no unit has the code {', '.join(unknown)}: tonghop status shows the codes of an area")
