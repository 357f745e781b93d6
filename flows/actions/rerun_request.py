"""Request for a rerun, validated before the run begins: shared by form, command line and API."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from domain.catalog.catalog import Catalog
from domain.errors import UsageError
from domain.periods import Period, parse_period, periods_between
from domain.rollups import Boundary
from flows.actions.closing.close_period import require_open
from flows.actions.preview import Preview, preview
from flows.actions.reason import Reason
from flows.pipeline.outcome import RunOutcome
from flows.pipeline.pipeline import Run, carry_out
from flows.pipeline.progress import ProgressListener
from flows.pipeline.scope import RunScope, require_known
from flows.support.context import AppContext
from warehouse.rollups.scope import RollupKey, overlaps_in


class WrongValueError(UsageError):
    """A value of a request cannot be used; its reason is a text of `messages/`, for the form in the Prefect UI."""

    def __init__(self, message: str, text: str, **facts: str) -> None:
        """Keep the message of the command line, the text's name without its prefix, and the facts that it names."""
        self.text = text
        self.facts = facts
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class RerunRequest:
    """A requested rerun. Texts are empty where nothing was entered.

    `area` is a code or an area's id, `units` are codes of communes: one of the two is set. Periods run from `period`
    to `period_to`, both included. With `recheck` stored reports are judged again under today's rules. `by` is who asks.
    """

    period: str
    area: str = ""
    units: Sequence[str] = ()
    period_to: str = ""
    reason: Reason = Reason.CORRECTION
    note: str = ""
    recheck: bool = False
    by: str = ""

    @property
    def decision(self) -> str:
        """The reason as the run's record keeps it: the code, followed by the note."""
        return f"{self.reason}: {self.note.strip()}" if self.note.strip() else str(self.reason)

    @property
    def title(self) -> str:
        """Short description of the rerun, `rerun 22828 2025-05`; further communes are counted."""
        more = f"+{len(self.units) - 3}" if len(self.units) > 3 else ""
        periods = f"{self.period}..{self.period_to}" if self.period_to else self.period
        return " ".join(filter(None, ["rerun", self.area, *self.units[:3], more, periods]))


def scope_of(catalog: Catalog, today: date, request: RerunRequest) -> RunScope:
    """Return the communes and periods that a rerun judges; of an area those that belong to it in each period.

    Raises:
        WrongValueError: a value does not exist, contradicts another, or is missing.
    """
    if bool(request.area) == bool(request.units):
        message = "say whose reports: name an area or communes, one of the two"
        raise WrongValueError(message, "rerun_needs_area_or_units")
    if request.reason is Reason.OTHER and not request.note.strip():
        message = f"the reason {Reason.OTHER} says nothing by itself: say why in the note"
        raise WrongValueError(message, "rerun_needs_note")
    with _worded("rerun_unknown_units", units=", ".join(request.units)):
        require_known(request.units, (unit.code for unit in catalog.units.units))
    with _worded("rerun_wrong_periods", first=request.period, last=request.period_to or request.period):
        first = parse_period(request.period)
        periods = periods_between(first, parse_period(request.period_to)) if request.period_to else [first]
    scopes = [RunScope(period, _units_of(catalog, today, request, period)) for period in periods]
    return RunScope(scopes[0].period, scopes[0].units, tuple(scopes[1:]))


def execute_rerun(run: Run, request: RerunRequest) -> RunOutcome:
    """Collect, judge what is new (with `recheck`: everything stored) within the run's scope, publish.

    Raises:
        WrongValueError: a period of the scope is closed; nothing was done.
        RunInProgressError: another run did not end in time; nothing was done.
    """
    refuse_closed_periods(run.context, run.scope)
    return carry_out(run, "rerun", request.decision, request.by.strip() or None)


def preview_rerun(
    context: AppContext, scope: RunScope, request: RerunRequest, listener: ProgressListener, files: Sequence[Path] = ()
) -> Preview:
    """Return the outcome of the rerun, with the inbox or with these files in its place; nothing is stored.

    Closed figures are opened for it and listed, which shows what reopening them would change.

    Raises:
        UsageError: a file is not accepted by runs.
        RunInProgressError: another run did not end in time.
    """
    return preview(context, scope, listener, files, recheck=request.recheck)


def refuse_closed_periods(context: AppContext, scope: RunScope) -> None:
    """Raise unless all periods of a scope are open.

    Raises:
        WrongValueError: one is closed; the message says how to open it.
    """
    for each in scope.each():
        if each.period is not None:
            with _worded("rerun_of_closed_period", period=each.period.id):
                require_open(context, each.period, tuple(each.units))


@contextmanager
def _worded(text: str, **facts: str) -> Iterator[None]:
    """Give wrong usage within the block the words of a text."""
    try:
        yield
    except UsageError as error:
        raise WrongValueError(str(error), text, **facts) from error


def _units_of(catalog: Catalog, today: date, request: RerunRequest, period: Period) -> frozenset[str]:
    if not request.area:
        return frozenset(request.units)
    with _worded("rerun_unknown_area", area=request.area, period=period.id):
        cells = [
            RollupKey(catalog.area(request.area, form.id, base, Boundary.AS_THEN, today), form.id, base)
            for form in catalog.forms.by_id.values()
            for base in period.parts(form.frequency)
        ]
        result = frozenset(overlap.unit.code for cell in cells for overlap in overlaps_in(catalog, cell, cell.period))
        if not result:
            raise UsageError(f"no form is reported for periods like {period}, or nobody in {request.area} owes one")
    return result
