"""Evaluation of suites by Great Expectations, in a context that exists for one batch."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from expectations.errors import WarehouseUnreachableError
from expectations.gx import (
    NAME,
    DataContextConfig,
    ExpectationSuiteValidationResult,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
    SQLDatasource,
    TestConnectionError,
    get_context,
)
from expectations.rule_queries import queries_of
from expectations.sql import batch_query
from expectations.suites import CheckStage

_NAME = "warehouse"
_ADDRESS = "tonghop_warehouse_address"


@dataclass(frozen=True, slots=True)
class RuleEvaluator:
    """Great Expectations with one warehouse as its data source."""

    warehouse: SQLDatasource

    def run(self, stage: CheckStage) -> ExpectationSuiteValidationResult:
        """Evaluate a stage on one batch."""
        asset = self.warehouse.add_query_asset(stage.name, query=batch_query(stage.batch.run_id, stage.batch.refused))
        return asset.get_batch(asset.build_batch_request()).validate(stage.suite)


@contextmanager
def open_evaluator(warehouse_url: str) -> Iterator[RuleEvaluator]:
    """Open an evaluator; all its connections are closed at the end of the block.

    Raises:
        WarehouseUnreachableError: the database does not answer.
    """
    with _quiet(), _open_warehouse(warehouse_url) as warehouse, queries_of(warehouse):
        yield RuleEvaluator(warehouse)


@contextmanager
def _quiet() -> Iterator[None]:
    """Suppress Great Expectations' own log lines within the block: errors reach the caller as exceptions."""
    logger, null_handler = logging.getLogger(NAME), logging.NullHandler()
    logger.addHandler(null_handler)
    # Its modules set their own levels, so setting a level here would have no effect.
    propagated, logger.propagate = logger.propagate, False
    try:
        yield
    finally:
        logger.propagate = propagated
        logger.removeHandler(null_handler)


@contextmanager
def _open_warehouse(url: str) -> Iterator[SQLDatasource]:
    """Open the warehouse as the only data source of a context; close all connections at the end."""
    # As a variable the URL is neither validated as a web address (a socket has no host), nor printed.
    context = get_context(
        mode="ephemeral",
        project_config=DataContextConfig(
            store_backend_defaults=InMemoryStoreBackendDefaults(),
            analytics_enabled=False,
            progress_bars=ProgressBarsConfig(globally=False),
        ),
        runtime_environment={_ADDRESS: url},
    )
    # Each source and asset added to it would be written as YAML into its memory, which takes as long as a few rules.
    context.variables.save = lambda: None  # type: ignore[method-assign] # of this context alone
    add = context.data_sources.add_sqlite if url.startswith("sqlite") else context.data_sources.add_postgres
    try:
        warehouse = add(_NAME, connection_string=f"${{{_ADDRESS}}}")
    except TestConnectionError as error:
        raise WarehouseUnreachableError(_reason(error)) from None
    try:
        yield warehouse
    finally:
        warehouse.get_execution_engine().close()
        warehouse.get_engine().dispose()


def _reason(error: BaseException) -> str:
    """Return the first line of the innermost cause, which is the database's message."""
    while error.__cause__ is not None:
        error = error.__cause__
    return (str(error).splitlines() or [type(error).__name__])[0]
