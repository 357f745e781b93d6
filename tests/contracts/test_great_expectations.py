"""What our rules rely on in Great Expectations: four underscore methods, and how it behaves when it stays silent."""

import inspect
import sqlite3
from pathlib import Path

import great_expectations as gx
import pytest
from great_expectations.core import ExpectationSuiteValidationResult
from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.metrics.query_metrics.query_table.query_table import QueryTable

from expectations.rule_rows import ExpectRuleHolds

JOINED = "SELECT t.number FROM {batch} AS t JOIN other AS o ON o.number = t.number"


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """A SQLite file with 500 numbers in each of two tables."""
    path = tmp_path / "numbers.db"
    with sqlite3.connect(path) as connection:
        for table in ("numbers", "other"):
            connection.execute(f"CREATE TABLE {table} (number INTEGER)")
            connection.executemany(f"INSERT INTO {table} VALUES (?)", [(number,) for number in range(500)])
    return path


def run(path: Path, *expectations: Expectation) -> ExpectationSuiteValidationResult:
    """Run a suite over the numbers, as our judge does."""
    context = gx.get_context(mode="ephemeral")
    source = context.data_sources.add_sqlite("numbers", connection_string=f"sqlite:///{path}")
    asset = source.add_query_asset("numbers", query="SELECT number FROM numbers")
    definition = context.validation_definitions.add(
        gx.ValidationDefinition(
            name="numbers",
            data=asset.add_batch_definition("all"),
            suite=context.suites.add(gx.ExpectationSuite(name="numbers", expectations=list(expectations))),
        )
    )
    checkpoint = context.checkpoints.add(gx.Checkpoint(name="numbers", validation_definitions=[definition]))
    (result,) = checkpoint.run().run_results.values()
    source.get_execution_engine().close()
    return result


@pytest.mark.parametrize(
    ("owner", "method", "parameters"),
    [
        (QueryTable, "_get_query_from_metric_value_kwargs", ["metric_value_kwargs"]),
        (
            QueryTable,
            "_get_substituted_batch_subquery_from_query_and_batch_selectable",
            ["query", "batch_selectable", "execution_engine", "query_parameters"],
        ),
        (
            QueryTable,
            "_get_sqlalchemy_records_from_substituted_batch_subquery",
            ["substituted_batch_subquery", "execution_engine", "fetch_all"],
        ),
        (UnexpectedRowsExpectation, "_validate", ["self", "metrics", "runtime_configuration", "execution_engine"]),
    ],
)
def test_underscore_methods_are_as_we_call_them(owner: type, method: str, parameters: list[str]) -> None:
    """The four methods that are not promised to us still take what we give them."""
    assert list(inspect.signature(getattr(owner, method)).parameters) == parameters


def test_all_failing_rows_come_back(warehouse: Path) -> None:
    """Our metric returns every row of a joined query, beyond the 200 of the stock one."""
    (result,) = run(warehouse, ExpectRuleHolds(rule_id="all", unexpected_rows_query=JOINED)).results
    assert sorted(int(row["number"]) for row in result.result["details"]["unexpected_rows"]) == list(range(500))


def test_a_rule_without_failing_rows_holds(warehouse: Path) -> None:
    """No row, no failure."""
    query = f"{JOINED} WHERE t.number > 500"
    (result,) = run(warehouse, ExpectRuleHolds(rule_id="none", unexpected_rows_query=query)).results
    assert result.success
    assert result.result["details"]["unexpected_rows"] == []


def test_a_broken_query_raises_nothing_but_leaves_a_trace(warehouse: Path) -> None:
    """An SQL error only shows in `exception_info`: this is why results are read fail-closed."""
    query = f"{JOINED} WHERE t.missing > 0"
    (result,) = run(warehouse, ExpectRuleHolds(rule_id="broken", unexpected_rows_query=query)).results
    assert not result.success
    info = result.exception_info
    traces = [info, *(value for value in info.values() if isinstance(value, dict))]
    assert any(trace.get("raised_exception") for trace in traces)


def test_severity_and_meta_travel_with_the_result(warehouse: Path) -> None:
    """A result is told apart by the rule in its meta, not by its place."""
    expectations = [ExpectRuleHolds(rule_id=name, unexpected_rows_query=JOINED, meta={"rule": name}) for name in "cab"]
    configs = [result.expectation_config for result in run(warehouse, *expectations).results]
    assert sorted(config.meta["rule"] for config in configs if config is not None and config.meta) == ["a", "b", "c"]
