"""Queries of rules, run beside each other, each on a connection of its own."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from expectations.findings import plain_text
from expectations.gx import SQLDatasource

Rows = list[dict[str, str | None]]

_AT_ONCE: Final = 2
"""Queries that run at once: more would take cores and connections from the other processes of a run."""
_STOP_SECONDS: Final = 0.01
"""Between two tries to stop a query that may not have reached the database at the first."""


class RuleQueries:
    """Runs queries in threads of its own: drivers let other threads go on while a database works."""

    def __init__(self, warehouse: SQLDatasource) -> None:
        """Run the queries on connections of this data source, which closes them."""
        self._engine = warehouse.get_engine()
        self._threads = ThreadPoolExecutor(_AT_ONCE, "rules")
        self._begun: list[Future[Rows]] = []
        self._running: set[Any] = set()

    def begin(self, query: str) -> Future[Rows]:
        """Begin a query as soon as a thread is free; the future has all its rows, as text."""
        future = self._threads.submit(self._rows, query)
        self._begun.append(future)
        return future

    def _rows(self, query: str) -> Rows:
        with self._engine.connect() as connection:
            driver = connection.connection.driver_connection
            self._running.add(driver)
            try:
                # A percent sign is no parameter.
                rows = connection.execution_options(no_parameters=True).exec_driver_sql(query).mappings().all()
            finally:
                self._running.discard(driver)
        # As text: Great Expectations serialises results as JSON, where a Decimal takes milliseconds and loses digits.
        return [{name: None if value is None else plain_text(value) for name, value in row.items()} for row in rows]

    def end(self) -> None:
        """Leave out queries that have not begun, stop those that run, and wait for the threads to end."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        while unfinished := [future for future in self._begun if not future.done()]:
            for driver in tuple(self._running):
                stop = driver.interrupt if self._engine.dialect.name == "sqlite" else driver.cancel
                stop()
            wait(unfinished, _STOP_SECONDS)
        self._threads.shutdown()


_CURRENT: ContextVar[RuleQueries] = ContextVar("queries of rules")


@contextmanager
def queries_of(warehouse: SQLDatasource) -> Iterator[None]:
    """Run queries that begin within the block on this warehouse; at its end none runs."""
    queries = RuleQueries(warehouse)
    token = _CURRENT.set(queries)
    try:
        yield
    finally:
        _CURRENT.reset(token)
        queries.end()


def begin_query(query: str) -> Future[Rows]:
    """Begin a query within `queries_of`; the future has all its rows, as text."""
    return _CURRENT.get().begin(query)
