"""Report a nightly run of the whole country to a real Prefect server, and count the records that it kept.

Run by `make load-prefect`, outside `make test`. No workbooks are made: the warehouse is filled with submissions of all
communes for one period, a percentage of them refused, and the run has as many steps as a nightly run, all empty.
Counted is what is sent to Prefect: the task run of each step, failed task runs, artifacts, tables and events.
"""

import argparse
import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prefect import flow
from prefect.runtime import flow_run
from prefect.settings import PREFECT_API_URL, temporary_settings

from domain.batches import batched
from domain.issues import Issue, Severity
from domain.periods import parse_period
from domain.submissions import ParsedReport
from domain.units import OrgUnit
from flows.deployments.prefect_steps import PrefectSteps
from flows.pipeline.outcome import RunOutcome, SubmissionOutcome
from flows.pipeline.publisher import AREAS_PER_STEP
from flows.presentation.links import Links
from flows.presentation.message_formatter import MessageFormatter
from flows.presentation.prefect_artifacts import MOST_FAILED_TASK_RUNS
from flows.presentation.run_report import RunReport
from flows.support.context import AppContext
from tests.flows.deployments.prefect_api import ask, look_up
from tests.flows.deployments.prefect_server import server_url
from tests.flows.pipeline.nightly_runs import NOW, context_of
from warehouse.store.engine import transaction
from warehouse.store.reference import mirror_catalog
from warehouse.submissions.submissions import Arrival, quarantine, receive

MAY = parse_period("2025-05")
FORM = "cds_x_t"
STAGES = ("read", "place", "stage", "check", "load")
PATIENCE_SECONDS = 1800


@dataclass(frozen=True)
class RecordCounts:
    """Records that the server keeps of a flow run."""

    task_runs: int
    failed: int
    ended: int
    artifacts: int
    events: int
    table_rows: int
    state: str


def main() -> None:
    """Run once for each percentage and print the counts; exit with 1 if anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--failing", default="1,100", help="percentages of refused submissions, separated by commas")
    parser.add_argument("--area", default="VN", help="area whose communes report")
    args = parser.parse_args()
    folders = tempfile.TemporaryDirectory(prefix="tonghop-load-")
    with temporary_settings({PREFECT_API_URL: server_url()}), folders as folder:
        lost = [loses_records(Path(folder) / share, int(share), args.area) for share in args.failing.split(",")]
    sys.exit(1 if any(lost) else 0)


def loses_records(home: Path, percent: int, area: str) -> bool:
    """Run for an area's communes with that percentage refused, and return whether any record was lost."""
    context = context_of(home, catalog=None)
    with transaction(context.engine) as session:
        mirror_catalog(session, context.catalog)
    units = context.catalog.owing_units(FORM, area, MAY)
    refused = [unit for place, unit in enumerate(units) if place * percent // 100 != (place + 1) * percent // 100]
    verdicts = tuple(_refuse(context, refused)) + tuple(_accepted(unit) for unit in set(units) - set(refused))
    outcome = RunOutcome("load", verdicts, replaced=0, given=(), left=(), waiting=0)
    shown = min(len(refused), MOST_FAILED_TASK_RUNS)
    began = time.monotonic()
    run_id, steps = _report_run(context, outcome)
    seconds = time.monotonic() - began
    expected = RecordCounts(steps + shown, shown, steps + shown, shown + 1, shown, len(refused), "Returned")
    kept, delay = _wait_for(run_id, expected)
    result = "nothing lost" if kept == expected else f"LOST: expected {expected}"
    print(  # noqa: T201 # what this program is for
        f"{len(units)} submissions, {percent} % refused ({len(refused)}): {kept}; sent in {seconds:.0f} s, "
        f"all kept {delay:.0f} s later: {result}",
        flush=True,
    )
    return kept != expected


def _refuse(context: AppContext, units: list[OrgUnit]) -> Iterator[SubmissionOutcome]:
    for batch in batched(units, 1_000):
        with transaction(context.engine) as session:
            for unit in batch:
                name = f"BC_{unit.code}_{MAY}.xlsx"
                digest = hashlib.sha256(name.encode()).hexdigest()
                arrival = Arrival("inbox", name, name, name, digest, 1000, NOW, NOW)
                report = ParsedReport(unit, MAY, FORM, "2025.1")
                issues = tuple(_issues(unit))
                number = receive(session, arrival)
                quarantine(session, number, issues, NOW, report=report)
                yield SubmissionOutcome(number, name, unit, MAY.id, accepted=False, issues=issues)


def _issues(unit: OrgUnit) -> Iterator[Issue]:
    for row in range(10, 18):
        facts = {"label": "Hồ sơ sức khỏe điện tử", "numerator": "12", "denominator": "10", "denominator_cell": "D9"}
        yield Issue(
            "numerator_within_denominator",
            Severity.CRITICAL,
            "Biểu 01-T",
            f"E{row}",
            "12",
            "10",
            "hsskdt",
            unit.code,
            facts,
        )


def _accepted(unit: OrgUnit) -> SubmissionOutcome:
    return SubmissionOutcome(0, f"BC_{unit.code}_{MAY}.xlsx", unit, MAY.id, accepted=True, issues=())


def _report_run(context: AppContext, outcome: RunOutcome) -> tuple[str, int]:
    """Run a flow that reports the outcome, and return its id and its number of steps."""
    labels = [f"{stage} {place}" for stage in STAGES for place in range(-(-len(outcome.verdicts) // 100))]
    areas = {result.unit.parent for result in outcome.verdicts if result.unit and result.unit.parent}
    labels += [f"publish {place}" for place in range(-(-len(areas) // AREAS_PER_STEP))]
    run_ids: list[str] = []

    @flow(name="load")
    def run_nightly() -> Any:  # noqa: ANN401 # a Prefect state
        run_ids.append(str(flow_run.id))
        steps = PrefectSteps(run_ids[0])
        for label in labels:
            steps.run(label.partition(" ")[0], label, _no_work)
        with RunReport(MessageFormatter(context.catalog, "vi"), context, Links()) as report:
            report.show_refused(outcome.refused)
            return report.end(outcome)

    run_nightly(return_state=True)
    return run_ids[0], len(labels)


def _no_work() -> None:
    """Do nothing, as the body of a step."""


def _wait_for(run_id: str, expected: RecordCounts) -> tuple[RecordCounts, float]:
    """Wait until the server has all records or no more arrive; return the counts and the seconds waited."""
    began = time.monotonic()
    kept, since = _count_records(run_id), time.monotonic()
    while kept != expected and time.monotonic() - began < PATIENCE_SECONDS:
        time.sleep(2)
        now = _count_records(run_id)
        if now != kept:
            kept, since = now, time.monotonic()
        elif time.monotonic() - since > 120:
            break
    return kept, time.monotonic() - began


def _count_records(run_id: str) -> RecordCounts:
    of_run = {"flow_runs": {"id": {"any_": [run_id]}}}
    ended = {"state": {"type": {"any_": ["COMPLETED", "FAILED", "CRASHED"]}}}
    failed = {"state": {"type": {"any_": ["FAILED"]}}}
    tables = ask("artifacts/filter", **of_run, artifacts={"key": {"any_": ["failed-submissions"]}})
    quarantined = {
        "event": {"name": ["tonghop.submission.quarantined"]},
        "related": {"id": [f"prefect.flow-run.{run_id}"]},
    }
    return RecordCounts(
        task_runs=ask("task_runs/count", **of_run),
        failed=ask("task_runs/count", **of_run, task_runs=failed),
        ended=ask("task_runs/count", **of_run, task_runs=ended),
        artifacts=ask("artifacts/count", **of_run),
        events=ask("events/filter", filter=quarantined, limit=1)["total"],
        table_rows=sum(len(json.loads(table["data"])) for table in tables),
        state=look_up(f"flow_runs/{run_id}")["state"]["name"],
    )


if __name__ == "__main__":
    main()
