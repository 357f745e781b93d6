"""Contracts of Great Expectations: three private methods that rules use, and how results report errors."""

import inspect
import sqlite3
from pathlib import Path

import pytest

from expectations.gx import (
    Expectation,
    ExpectationSuite,
    ExpectationSuiteValidationResult,
    QueryTable,
    UnexpectedRowsExpectation,
    get_context,
)
from expectations.rule_queries import queries_of
from expectations.rule_rows import ExpectRuleHolds

JOINED = "SELECT t.number FROM {batch} AS t JOIN other AS o ON o.number = t.number"


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """Make a SQLite file with 500 numbers in each of two tables."""
    path = tmp_path / "numbers.db"
    with sqlite3.connect(path) as connection:
        for table in ("numbers", "other"):
            connection.execute(f"CREATE TABLE {table} (number INTEGER)")
            connection.executemany(f"INSERT INTO {table} VALUES (?)", [(number,) for number in range(500)])
    return path


def run(path: Path, *expectations: Expectation) -> ExpectationSuiteValidationResult:
    """Run a suite over the numbers, as `RuleEvaluator` does."""
    context = get_context(mode="ephemeral")
    source = context.data_sources.add_sqlite("numbers", connection_string=f"sqlite:///{path}")
    asset = source.add_query_asset("numbers", query="SELECT number FROM numbers")
    suite = ExpectationSuite(name="numbers", expectations=list(expectations))
    with queries_of(source):
        result = asset.get_batch(asset.build_batch_request()).validate(suite)
    source.get_execution_engine().close()
    source.get_engine().dispose()
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
        (UnexpectedRowsExpectation, "_validate", ["self", "metrics", "runtime_configuration", "execution_engine"]),
    ],
)
def test_private_methods_have_the_parameters_we_pass(owner: type, method: str, parameters: list[str]) -> None:
    """The three private methods still take our parameters."""
    assert list(inspect.signature(getattr(owner, method)).parameters) == parameters


def test_all_failing_rows_come_back(warehouse: Path) -> None:
    """Our metric returns every row of a joined query, beyond the 200 of the stock metric."""
    (result,) = run(warehouse, ExpectRuleHolds(rule_id="all", unexpected_rows_query=JOINED)).results
    assert sorted(int(row["number"]) for row in result.result["details"]["unexpected_rows"]) == list(range(500))


def test_a_rule_without_failing_rows_holds(warehouse: Path) -> None:
    """A query without rows succeeds."""
    query = f"{JOINED} WHERE t.number > 500"
    (result,) = run(warehouse, ExpectRuleHolds(rule_id="none", unexpected_rows_query=query)).results
    assert result.success
    assert result.result["details"]["unexpected_rows"] == []


def test_a_broken_query_is_reported_in_the_result_only(warehouse: Path) -> None:
    """An SQL error only shows in `exception_info`, which is why results are read fail-closed."""
    query = f"{JOINED} WHERE t.missing > 0"
    (result,) = run(warehouse, ExpectRuleHolds(rule_id="broken", unexpected_rows_query=query)).results
    assert not result.success
    info = result.exception_info
    traces = [info, *(value for value in info.values() if isinstance(value, dict))]
    assert any(trace.get("raised_exception") for trace in traces)


def test_a_changed_rule_has_another_configuration() -> None:
    """The configuration is made once for all who ask, and anew when a field is set."""
    rule = ExpectRuleHolds(rule_id="a", unexpected_rows_query=JOINED)
    before = rule.configuration
    assert rule.configuration is before
    rule.meta = {"rule": "b"}
    assert (before.meta, rule.configuration.meta) == ({}, {"rule": "b"})


def test_severity_and_meta_are_part_of_the_result(warehouse: Path) -> None:
    """A result is identified by the rule in its meta, not by its position."""
    expectations = [ExpectRuleHolds(rule_id=name, unexpected_rows_query=JOINED, meta={"rule": name}) for name in "cab"]
    configs = [result.expectation_config for result in run(warehouse, *expectations).results]
    assert sorted(config.meta["rule"] for config in configs if config is not None and config.meta) == ["a", "b", "c"]
