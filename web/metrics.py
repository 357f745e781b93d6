"""Metrics in Prometheus' format: reports by state, what waits and since when, how long the last runs took.

They are read from the warehouse when they are asked for, so that they hold after a restart and for every worker.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain.submissions import SubmissionState
from warehouse.queries.inventory import Inventory, Workload, inventory, workload
from warehouse.queries.runs import RunRecord, last_ended
from warehouse.store.engine import Engine, reading
from warehouse.submissions.runs import JUDGING_RUNS

PERIODS = 24
"""Newest reporting periods whose reports are counted: each is a time series for every state."""

_EVER = datetime(1970, 1, 1, tzinfo=UTC)


def metrics_route(engine: Engine, clock: Callable[[], datetime]) -> Route:
    """Return the route `/metrics`; `clock` returns the moment (UTC) up to which ages are counted."""
    registry = CollectorRegistry()
    registry.register(_WarehouseCollector(engine, clock))

    def metrics(_: Request) -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return Route("/metrics", metrics)


class _WarehouseCollector(Collector):
    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._clock = clock

    def describe(self) -> list[Metric]:
        """Return nothing, so that registering it does not read the warehouse."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics, of one snapshot of the warehouse.

        Raises:
            TransientError: the database cannot be reached.
        """
        with reading(self._engine) as session:
            received, waiting = inventory(session), workload(session)
            ended = [run for kind in JUDGING_RUNS if (run := last_ended(session, kind, _EVER))]
        yield _reports(received)
        yield from _waiting(waiting, self._clock())
        yield from _runs(ended)


def _reports(received: Inventory) -> Metric:
    reports = GaugeMetricFamily(
        "tonghop_reports",
        f"Reports by state, of the newest {PERIODS} reporting periods that have any; period is empty where unknown.",
        labels=["period", "state"],
    )
    for period, states in islice(received.counts.items(), PERIODS + (None in received.counts)):
        for state in SubmissionState:
            reports.add_metric([period.id if period else "", state], states.get(state, 0))
    return reports


def _waiting(waiting: Workload, now: datetime) -> Iterator[Metric]:
    def age(since: datetime | None) -> float:
        return max(0.0, (now - since).total_seconds()) if since else 0.0

    yield GaugeMetricFamily("tonghop_reports_waiting", "Reports received and not judged yet.", waiting.reports)
    yield GaugeMetricFamily(
        "tonghop_reports_waiting_seconds", "Age of the oldest report not judged yet.", age(waiting.reports_since)
    )
    yield GaugeMetricFamily("tonghop_answers_due", "Judged deliveries without an answer.", waiting.answers)
    messages = GaugeMetricFamily("tonghop_messages", "Answers and mails that go out, by state.", labels=["state"])
    for state, number in waiting.messages.items():
        messages.add_metric([state], number)
    yield messages
    yield GaugeMetricFamily(
        "tonghop_messages_due_seconds", "Age of the oldest message not sent yet.", age(waiting.messages_since)
    )


def _runs(ended: list[RunRecord]) -> Iterator[Metric]:
    started = GaugeMetricFamily(
        "tonghop_run_start_timestamp_seconds", "Start of the last run that ended, by kind.", labels=["kind"]
    )
    finished = GaugeMetricFamily("tonghop_run_end_timestamp_seconds", "Its end.", labels=["kind"])
    stages = GaugeMetricFamily(
        "tonghop_run_stage_seconds", "Wall time of each of its stages.", labels=["kind", "stage"]
    )
    counts = GaugeMetricFamily("tonghop_run_count", "What it counted, by name.", labels=["kind", "name"])
    for run in ended:
        started.add_metric([run.kind], run.started_at.timestamp())
        if run.finished_at:
            finished.add_metric([run.kind], run.finished_at.timestamp())
        for stage, seconds in run.stage_seconds.items():
            stages.add_metric([run.kind, stage], seconds)
        for name, number in run.counts.items():
            counts.add_metric([run.kind, name], number)
    yield from (started, finished, stages, counts)
