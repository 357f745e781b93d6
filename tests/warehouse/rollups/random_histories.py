"""Random histories of deliveries and decisions, applied to a warehouse step by step."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from domain.errors import UsageError
from domain.layouts import Exemption
from domain.periods import Period, parse_period
from domain.submissions import ParsedReport, SubmissionState
from domain.units import OrgUnit, Succession, SuccessionKind, UnitRegister
from domain.vietnam_time import day_in_vietnam
from tests.warehouse.warehouse_builder import FORM, WARNS, WarehouseBuilder, critical, warning
from warehouse.models import SubmissionRow
from warehouse.store.engine import Session
from warehouse.store.reference import mirror_catalog
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.loading import JudgedReport, load
from warehouse.submissions.report_keys import ReportKey
from warehouse.submissions.submissions import Arrival, quarantine, receive, record_checked, record_parsed
from warehouse.submissions.waivers import WarningSelector, take_back, waive
from warehouse.submissions.withdrawal import Decision, restore, withdraw

STOCK, FLOW, CUMULATIVE = "hddt_dn", "vb_dt", "tthc_phatsinh"
"""Indicators of each kind, owed every month."""
MONTHS = tuple(map(parse_period, ("2025-04", "2025-05", "2025-06")))
UNITS = ("22813", "22816", "22828")
MERGED = "22999"
"""A commune that takes the place of two in June, in a catalogue in which they merge."""
LAST_DAY = date(2025, 5, 31)


@dataclass(frozen=True)
class Send:
    """A workbook comes in and is judged."""

    unit: str
    month: Period
    numbers: tuple[int | None, ...]
    passes: bool
    late: bool
    asks: bool


@dataclass(frozen=True)
class SendAgain:
    """The same bytes come once more, from another folder; a refused one is read and judged again, maybe elsewhere."""

    which: int
    days: int
    unit: str
    numbers: tuple[int | None, ...]
    readable: bool
    passes: bool


@dataclass(frozen=True)
class Withdraw:
    """A person withdraws the accepted version."""

    unit: str
    month: Period


@dataclass(frozen=True)
class Restore:
    """A person takes a withdrawal back."""

    unit: str
    month: Period


@dataclass(frozen=True)
class Waive:
    """A person answers the warnings about a report; the answer is in force for `days` further days."""

    unit: str
    month: Period
    days: int


@dataclass(frozen=True)
class TakeBack:
    """A person takes an answer back."""

    unit: str
    month: Period


@dataclass(frozen=True)
class Wait:
    """A day passes."""


@dataclass(frozen=True)
class Exempt:
    """The catalogue frees a unit from an indicator, or no longer does."""

    unit: str
    indicator: str


@dataclass(frozen=True)
class Merge:
    """The catalogue learns that two communes became one in June."""


Step = Send | SendAgain | Withdraw | Restore | Waive | TakeBack | Wait | Exempt | Merge

_NUMBERS = st.tuples(*[st.none() | st.integers(0, 9)] * 6)
_WHO = {"unit": st.sampled_from(UNITS), "month": st.sampled_from(MONTHS)}
_SENT = st.builds(
    Send, **_WHO, numbers=_NUMBERS, passes=st.integers(0, 3).map(bool), late=st.booleans(), asks=st.booleans()
)
_AGAIN = st.builds(
    SendAgain,
    which=st.integers(0, 5),
    days=st.integers(-30, 3),
    unit=_WHO["unit"],
    numbers=_NUMBERS,
    readable=st.booleans(),
    passes=st.booleans(),
)
_DECIDED = st.builds(Withdraw, **_WHO) | st.builds(Restore, **_WHO)
_ANSWERED = st.builds(Waive, **_WHO, days=st.integers(0, 2)) | st.builds(TakeBack, **_WHO) | st.just(Wait())
_STRUCTURE = st.builds(Exempt, unit=_WHO["unit"], indicator=st.sampled_from((STOCK, FLOW))) | st.just(Merge())


def histories(*, with_structure: bool, longest: int = 8) -> st.SearchStrategy[list[Step]]:
    """Histories of some steps, workbooks above all; with changes of the catalogue if asked for."""
    steps = _SENT | _SENT | _AGAIN | _DECIDED | _ANSWERED
    return st.lists(steps | _STRUCTURE if with_structure else steps, min_size=1, max_size=longest)


@dataclass
class RandomHistory:
    """A history applied in one transaction."""

    builder: WarehouseBuilder
    session: Session
    files: list[tuple[int, Send]] = field(default_factory=list)
    _exempt: set[tuple[str, str]] = field(default_factory=set)

    def apply(self, step: Step) -> None:
        """Apply one step, about a minute after the one before."""
        match step:
            case Send():
                self._send(step)
            case SendAgain():
                self._send_again(step)
            case Withdraw() | Restore():
                self._decide(step)
            case Waive() | TakeBack():
                self._answer(step)
            case Wait():
                self.builder.clock += timedelta(days=1)
            case Exempt():
                self._exempt ^= {(step.unit, step.indicator)}
                self._change_catalog()
            case Merge():
                self.builder.catalog = replace(self.builder.catalog, units=merged(self.builder.catalog.units))
                self._change_catalog()

    def _send(self, step: Send) -> None:
        day = self.builder.catalog.forms.last_day(FORM, step.month) + timedelta(days=5 if step.late else 0)
        number = len(self.files)
        submission = receive(self.session, self._arrival(number, f"{number}.xlsx", day))
        self.files.append((submission, step))
        self._judge(submission, step, passes=step.passes)

    def _send_again(self, step: SendAgain) -> None:
        if not self.files:
            return
        number = step.which % len(self.files)
        _, sent = self.files[number]
        day = self.builder.catalog.forms.last_day(FORM, sent.month) + timedelta(days=step.days)
        place = f"again/{step.days}/{self.builder.clock.isoformat()}.xlsx"
        submission = receive(self.session, self._arrival(number, place, day))
        elsewhere = replace(sent, unit=step.unit, numbers=step.numbers)
        if step.readable:
            self._judge(submission, elsewhere, passes=step.passes)
        else:
            report = self._report(elsewhere)
            quarantine(self.session, submission, (critical("unreadable"),), self.builder.now(), report=report)

    def _judge(self, submission: int, step: Send, *, passes: bool) -> None:
        report = self._report(step)
        record_parsed(self.session, {submission: report}, self.builder.now())
        record_checked(self.session, [submission], self.builder.now())
        result = (warning(STOCK),) if step.asks else ()
        issues = result if passes else (critical(),)
        load(self.session, [JudgedReport(submission, report, issues)], "run-1", self.builder.now())

    def _decide(self, step: Withdraw | Restore) -> None:
        unit = self.builder.catalog.units.find(step.unit, self.builder.catalog.forms.last_day(FORM, step.month))
        if unit is None:
            return
        decision = Decision(DecisionReason("nhầm kỳ", "cán bộ"), self.builder.now())
        key = ReportKey(unit.key, FORM, step.month)
        try:
            if isinstance(step, Withdraw):
                withdraw(self.session, key, decision)
            else:
                withdrawn = self.session.query(SubmissionRow).filter_by(
                    unit_code=unit.code, period=step.month.id, state=SubmissionState.WITHDRAWN
                )
                first = withdrawn.first()
                restore(self.session, key, decision, first.version if first else None)
        except UsageError:
            pass  # nothing counts that could be withdrawn, or nothing is withdrawn

    def _answer(self, step: Waive | TakeBack) -> None:
        unit = self.builder.catalog.units.find(step.unit, self.builder.catalog.forms.last_day(FORM, step.month))
        if unit is None:
            return
        decision = Decision(DecisionReason("đã kiểm tra", "cán bộ"), self.builder.now())
        question = WarningSelector(ReportKey(unit.key, FORM, step.month), WARNS)
        try:
            if isinstance(step, Waive):
                waive(self.session, question, day_in_vietnam(decision.at) + timedelta(days=step.days), decision)
            else:
                take_back(self.session, question.key, WARNS, decision)
        except UsageError:
            pass  # nothing is asked, or nothing was answered

    def _change_catalog(self) -> None:
        catalog, changes = self.builder.catalog, self.builder.clock.isoformat()
        exemptions = tuple(
            Exemption(unit, FORM, (indicator,), date(2025, 1, 1), None, "thí điểm")
            for unit, indicator in sorted(self._exempt)
        )
        obligations = replace(catalog.obligations, exemptions=exemptions)
        self.builder.catalog = replace(catalog, version=changes, structure_version=changes, obligations=obligations)
        mirror_catalog(self.session, self.builder.catalog)

    def _report(self, step: Send) -> ParsedReport:
        day = self.builder.catalog.forms.last_day(FORM, step.month)
        known = self.builder.catalog.units.find(step.unit, day)
        unit = step.unit if known else MERGED
        cells = {
            name: (step.numbers[2 * place], step.numbers[2 * place + 1])
            if self.builder.catalog.indicators[name].denominator
            else (step.numbers[2 * place],)
            for place, name in enumerate((STOCK, FLOW, CUMULATIVE))
        }
        return self.builder.report(unit, cells, period=step.month)

    def _arrival(self, number: int, path: str, day: date) -> Arrival:
        delivered_at = datetime(day.year, day.month, day.day, 3, tzinfo=UTC)
        fingerprint = f"{path} {day}"
        landed_at = self.builder.now()
        return Arrival(
            "inbox", path, fingerprint, path, f"{number:064}", 1000, delivered_at=delivered_at, landed_at=landed_at
        )


def merged(register: UnitRegister) -> UnitRegister:
    """The register in which the first two communes are one from June on."""
    if register.versions(MERGED):
        return register
    first_day = LAST_DAY + timedelta(days=1)
    units = [replace(unit, valid_to=LAST_DAY) if _is_one_of_two(unit) else unit for unit in register.units]
    end = next(unit.valid_to for unit in register.units if _is_one_of_two(unit))
    units.append(replace(next(filter(_is_one_of_two, units)), code=MERGED, valid_from=first_day, valid_to=end))
    successions = [
        Succession(code, MERGED, first_day, whole=True, legal_basis="NQ sáp nhập", kind=SuccessionKind.WHOLE)
        for code in UNITS[:2]
    ]
    return UnitRegister(units, (*register.successions, *successions))


def _is_one_of_two(unit: OrgUnit) -> bool:
    return unit.code in UNITS[:2] and unit.holds_on(LAST_DAY)
