"""Builder of a test warehouse, with methods for each step that a nightly run takes with a workbook."""

import hashlib
import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlalchemy import event

from domain.catalog.catalog import Catalog
from domain.indicators import Measure
from domain.issues import Issue, Repair, Severity
from domain.observations import CellState, Figure, Observation
from domain.periods import Period, parse_period
from domain.submissions import ParsedReport
from domain.units import Area, Level
from warehouse import queries
from warehouse.rollups.rollups import roll_up
from warehouse.store.engine import Engine, Session, reading, transaction
from warehouse.submissions.loading import JudgedReport, LoadResult, load
from warehouse.submissions.submissions import Arrival, receive, record_checked, record_parsed

FORM = "cds_x_t"
MAY = parse_period("2025-05")
IN_TIME = datetime(2025, 5, 15, 3, 0, tzinfo=UTC)
"""The morning of the commune's last day for 2025-05."""
TOO_LATE = datetime(2025, 5, 15, 17, 0, tzinfo=UTC)
"""Midnight in Vietnam: the day after has begun."""
AT_NIGHTLY_RUN = datetime(2025, 5, 20, 16, 0, tzinfo=UTC)

Content = str | int | Decimal | None
Cells = tuple[Content, Content] | tuple[Content]
"""Numerator and denominator: a number, None for a blank cell, "x" for not applicable."""


def figure(content: Content, cell: str) -> Figure:
    """Make a cell with a number, blank, or with the mark for not applicable."""
    if content is None:
        return Figure(CellState.BLANK, None, cell, "")
    if content == "x":
        return Figure(CellState.NOT_APPLICABLE, None, cell, "x")
    number = Decimal(content)
    return Figure(CellState.VALUE if number else CellState.ZERO, number, cell, str(content))


def observation(unit: str, indicator: str, cells: Cells, line: int = 1, sheet: str = "Biểu 01-T") -> Observation:
    """Make a unit's observation of an indicator, in line `line`."""
    denominator = figure(cells[1], f"D{line}") if len(cells) == 2 else None
    return Observation(unit, indicator, sheet, figure(cells[0], f"E{line}"), denominator)


@dataclass
class WarehouseBuilder:
    """A migrated warehouse with a catalogue mirrored into it."""

    engine: Engine
    catalog: Catalog
    clock: datetime = AT_NIGHTLY_RUN
    _names: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def now(self) -> datetime:
        """Advance the clock by a minute and return it."""
        self.clock += timedelta(minutes=1)
        return self.clock

    def area(self, code: str = "585", period: Period = MAY) -> Area:
        """Return a rollup area as of a period."""
        return self.catalog.units.area(code, self.catalog.forms.last_day(FORM, period))

    def report(
        self,
        unit: str,
        figures: Mapping[str, Cells],
        villages: Mapping[str, Mapping[str, Cells]] | None = None,
        *,
        period: Period = MAY,
        repairs: tuple[Repair, ...] = (),
    ) -> ParsedReport:
        """Make a commune's parsed report: indicator to cells, and village to indicator to cells."""
        results = [observation(unit, name, cells, line) for line, (name, cells) in enumerate(figures.items(), 10)]
        results += [
            observation(village, name, cells, line, "Thôn")
            for line, (village, item) in enumerate((villages or {}).items(), 5)
            for name, cells in item.items()
        ]
        return ParsedReport(
            unit=self.catalog.units.get(unit, self.catalog.forms.last_day(FORM, period)),
            period=period,
            form=FORM,
            layout_version="2025.1",
            observations=tuple(results),
            repairs=repairs,
        )

    def arrival(self, name: str | None = None, delivered_at: datetime = IN_TIME, **other: str) -> Arrival:
        """A workbook of its own bytes that arrives now; equal names mean equal bytes."""
        name = name or f"bao-cao-{next(self._names)}.xlsx"
        return Arrival(
            connector="inbox",
            path=other.get("path", f"2025-05/{name}"),
            fingerprint=other.get("fingerprint", f"{name} {delivered_at.isoformat()}"),
            file_name=name,
            sha256=hashlib.sha256(other.get("content", name).encode()).hexdigest(),
            size=1000,
            delivered_at=delivered_at,
            landed_at=self.now(),
        )

    def receive(self, arrival: Arrival | None = None) -> int:
        """Receive one workbook."""
        with transaction(self.engine) as session:
            return receive(session, arrival or self.arrival())

    def parse(self, report: ParsedReport, arrival: Arrival | None = None) -> int:
        """Receive and parse one workbook."""
        with transaction(self.engine) as session:
            return self._parse(session, report, arrival)

    def _parse(self, session: Session, report: ParsedReport, arrival: Arrival | None) -> int:
        submission_id = receive(session, arrival or self.arrival())
        record_parsed(session, {submission_id: report}, self.now())
        return submission_id

    def check(self, report: ParsedReport, arrival: Arrival | None = None, run_id: str = "run-1") -> int:
        """Receive, parse and check one workbook."""
        with transaction(self.engine) as session:
            return self._check(session, report, arrival, run_id)

    def _check(self, session: Session, report: ParsedReport, arrival: Arrival | None, run_id: str) -> int:
        submission_id = self._parse(session, report, arrival)
        record_checked(session, [submission_id], self.now(), run_id)
        return submission_id

    def check_again(self, submission_id: int) -> None:
        """Record another check of a refused submission."""
        with transaction(self.engine) as session:
            record_checked(session, [submission_id], self.now(), "run-1")

    def load(self, *judged: JudgedReport, run_id: str = "run-1") -> LoadResult:
        """Load judged submissions in one transaction."""
        with transaction(self.engine) as session:
            return load(session, judged, run_id, self.now())

    def accept(self, report: ParsedReport, arrival: Arrival | None = None, run_id: str = "run-1") -> int:
        """Take one workbook from delivery to accepted."""
        with transaction(self.engine) as session:
            submission_id = self._check(session, report, arrival, run_id)
            load(session, [JudgedReport(submission_id, report, ())], run_id, self.now())
        return submission_id

    def refuse(self, report: ParsedReport, arrival: Arrival | None = None) -> int:
        """Take one workbook from delivery to quarantined."""
        with transaction(self.engine) as session:
            submission_id = self._check(session, report, arrival, "run-1")
            load(session, [JudgedReport(submission_id, report, (critical(),))], "run-1", self.now())
        return submission_id

    def roll_up(self, area: str = "585", period: Period = MAY, run_id: str = "run-1") -> int | None:
        """Roll an area up."""
        with transaction(self.engine) as session:
            return roll_up(session, self.catalog, self.area(area, period), FORM, period, run_id=run_id, at=self.now())

    def revision(self, number: int | None = None, area: str = "585", period: Period = MAY) -> queries.Revision:
        """Read a revision."""
        with reading(self.engine) as session:
            return queries.revision(session, area, period, number)

    def indicator_of(self, measure: Measure, collected_at: Level = Level.COMMUNE) -> str:
        """The first monthly indicator of that kind that a commune of district 585 owes in 2025-05."""
        due = self.catalog.due_indicators(FORM, self.area().members[0], MAY)
        return next(
            due_indicator.id
            for due_indicator in due
            if due_indicator.measure is measure and due_indicator.collected_at is collected_at
        )


@contextmanager
def taken_back(engine: Engine) -> Iterator[Session]:
    """Yield a session that is rolled back, as if the process were killed at the end of the block."""
    with Session(engine, expire_on_commit=False) as session:
        yield session
        session.rollback()


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """Collect the statements executed within the block."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def critical(code: str = "numerator_within_denominator") -> Issue:
    """Make a critical issue."""
    return Issue(code, Severity.CRITICAL, sheet="Biểu 01-T", cell="E10", found="12", expected="≤ 10")


WARNS = "stock_falls"
"""A rule whose issues are warnings."""


def warning(indicator: str, *, found: str = "8", expected: str = "9", village: str | None = None) -> Issue:
    """Make a warning about a figure."""
    return Issue(
        WARNS, Severity.WARNING, "Biểu 01-T", "E10", found=found, expected=expected, indicator=indicator, unit=village
    )
