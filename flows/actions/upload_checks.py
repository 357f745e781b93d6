"""Checks of uploaded workbooks: one at a time, with everything open that a check needs, by the code of nightly runs."""

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from threading import Lock
from typing import Final

from domain.authorisations import authorisation_by
from domain.catalog.catalog import Catalog
from domain.errors import TransientError
from domain.periods import Period
from domain.rollups import ReportingState
from domain.submissions import ParsedReport, SubmissionState
from domain.units import OrgUnit
from flows.actions.check_files import CheckedFile, Checker, open_checker
from flows.actions.uploads import UploadDraft
from flows.pipeline.marked_copy import FileFindings, MarkedCopy, marked_copy
from flows.pipeline.progress import NoProgress
from flows.support.catalog import open_catalog
from flows.support.settings import Settings
from warehouse.queries.uploads import UploadLinkRecord
from warehouse.rollups.reporting_status import reporting_statuses
from warehouse.store.engine import Session
from workbooks.pool.landed_file import LandedFile

MOST_WAITING: Final = 50
_AT_ONCE: Final = 10
_MOST_KEPT: Final = 200
_UNIT_DISAGREES: Final = "unit_disagrees"
"""Issue of a workbook that names another unit than, among others, the folder in which it is sent."""
_PERIODS_SHOWN: Final = 4
_PERIODS_BACK: Final = 24


class TooBusyError(TransientError):
    """As many workbooks wait to be checked as may."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("too many workbooks wait to be checked: upload it again in a minute")


class Verdict(StrEnum):
    """What a check says of a draft; `refused` and `of_another_unit` cannot be sent."""

    ACCEPTED = "accepted"
    HELD = "held"
    REFUSED = "refused"
    OF_ANOTHER_UNIT = "of_another_unit"

    @property
    def may_be_sent(self) -> bool:
        """Whether the draft may be sent."""
        return self in {Verdict.ACCEPTED, Verdict.HELD}


_VERDICTS: Final = {SubmissionState.ACCEPTED: Verdict.ACCEPTED, SubmissionState.HELD: Verdict.HELD}


class UploadChecks:
    """The queue of checks: a single thread, which keeps catalogue, warehouse and one reading process open.

    Workbooks that wait are checked together, each as if it were alone: evaluating the rules costs the same for one as
    for ten.
    """

    def __init__(self, settings: Settings, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Open nothing yet: the first check does."""
        workers = 1 if settings.reading_workers is None else min(settings.reading_workers, 1)
        self._settings = settings.model_copy(update={"reading_workers": workers})
        self._clock = clock
        self._thread = ThreadPoolExecutor(1, "upload-check")
        self._open = ExitStack()
        self._checker: Checker | None = None
        self._lock = Lock()
        self._results: OrderedDict[str, Future[CheckedFile]] = OrderedDict()
        self._waiting: deque[tuple[UploadDraft, Future[CheckedFile]]] = deque()

    def of(self, draft: UploadDraft) -> "Future[CheckedFile]":
        """Return the check of a draft, which is begun if it was not, or is not known any more.

        Raises:
            TooBusyError: too many wait.
        """
        with self._lock:
            result = self._results.get(draft.receipt)
            if result is None:
                if sum(not each.done() for each in self._results.values()) >= MOST_WAITING:
                    raise TooBusyError
                result = self._results[draft.receipt] = Future()
                self._waiting.append((draft, result))
                self._thread.submit(self._check)
                while len(self._results) > _MOST_KEPT:
                    self._results.popitem(last=False)
            return result

    def forget(self, draft: UploadDraft) -> None:
        """Check a draft anew when it is asked for again."""
        with self._lock:
            self._results.pop(draft.receipt, None)

    def marked(self, draft: UploadDraft, checked: CheckedFile) -> "Future[MarkedCopy]":
        """Return the draft with marks, which is made between two checks."""
        file = LandedFile(draft.path, checked.file.hints)
        findings = FileFindings(checked.issues, checked.report.repairs)
        catalog, limits = open_catalog(self._settings), self._settings.reading_limits
        return self._thread.submit(marked_copy, file, findings, catalog, limits)

    def close(self) -> None:
        """End the thread and what it keeps open."""
        self._thread.submit(self._open.close)
        self._thread.shutdown(cancel_futures=False)

    def _check(self) -> None:
        """Check what waits, unless an earlier call did."""
        with self._lock:
            batch = [self._waiting.popleft() for _ in range(min(_AT_ONCE, len(self._waiting)))]
        if not batch:
            return
        try:
            checked = self._open_checker().check(tuple(draft.named_file for draft, _ in batch), NoProgress())
        except Exception as error:  # noqa: BLE001 # who waits for a result gets it
            self._checker = None  # the next check opens everything anew
            for _, result in batch:
                result.set_exception(error)
            return
        for (_, result), each in zip(batch, checked, strict=True):
            result.set_result(each)

    def _open_checker(self) -> Checker:
        if self._checker is None or self._checker.context.catalog is not open_catalog(self._settings):
            self._open.close()
            self._checker = self._open.enter_context(open_checker(self._settings, self._clock))
        return self._checker


def verdict_of(checked: CheckedFile, link: UploadLinkRecord, catalog: Catalog) -> Verdict:
    """Return what a check says of a draft of a link: what a run would, which holds the report of another commune."""
    report = checked.report
    is_contradicted = any(each.code == _UNIT_DISAGREES and each.found == link.link.unit for each in checked.issues)
    of_units = [each for each in report.whole if each.unit is not None]
    if is_contradicted or any(not _covers(catalog, link, each) for each in of_units):
        return Verdict.OF_ANOTHER_UNIT
    return _VERDICTS.get(SubmissionState(checked.outcome), Verdict.REFUSED) if checked.is_taken else Verdict.REFUSED


def _covers(catalog: Catalog, link: UploadLinkRecord, report: ParsedReport) -> bool:
    if report.unit is None or report.form is None or report.period is None:
        return report.unit is not None and report.unit.code == link.link.unit
    day = catalog.forms.last_day(report.form, report.period)
    unit = catalog.units.find(report.unit.code, day)
    return unit is not None and authorisation_by(link.link, link.number).covers(catalog, unit, day)


@dataclass(frozen=True, slots=True)
class LinkReport:
    """A report that a link's commune has to send, its deadline, and whether it is accepted, refused or missing."""

    form: str
    period: Period
    unit: OrgUnit
    deadline: date
    state: ReportingState


def reports_of_link(session: Session, catalog: Catalog, link: UploadLinkRecord, today: date) -> tuple[LinkReport, ...]:
    """Return the newest reports that a link's commune has to send or had to, the newest first."""
    results = [
        LinkReport(form, period, unit, deadline, statuses[unit.key].state)
        for form, period, unit in _expected(catalog, link, today)
        for deadline in (catalog.forms.deadline(form, period, unit.level),)
        for statuses in (reporting_statuses(session, form, period, (unit,), deadline),)
    ]
    return tuple(sorted(results, key=lambda each: each.deadline, reverse=True))


def _expected(catalog: Catalog, link: UploadLinkRecord, today: date) -> Iterator[tuple[str, Period, OrgUnit]]:
    way = authorisation_by(link.link, link.number)
    for form in catalog.forms.of_units:
        period, shown = Period(today.year, 12, form.frequency), 0
        for _ in range(_PERIODS_BACK):
            day = catalog.forms.last_day(form.id, period)
            unit = catalog.units.find(link.link.unit, day) if day < today else None
            if unit is not None and way.covers(catalog, unit, day) and catalog.owes(form.id, unit, period):
                yield form.id, period, unit
                shown += 1
            if shown == _PERIODS_SHOWN:
                break
            period = period.shift(-1)
