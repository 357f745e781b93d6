"""Great Expectations suites made from the catalogue's rules, one per staging table that rules judge."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from great_expectations.core import ExpectationSuite
from great_expectations.expectations.core.expect_table_row_count_to_equal import ExpectTableRowCountToEqual
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.metadata_types import FailureSeverity

from domain.indicators import Indicator
from domain.rules import Rule
from domain.staging import SUBMISSIONS
from expectations.errors import RuleBrokenError
from expectations.kind import Kind
from expectations.registry import kind_of
from expectations.rule_rows import ExpectRuleHolds
from expectations.sql import rule_query

GUARD = "submissions_staged"
"""Name of the one expectation that is no rule: as many submissions are seen as were staged."""


@dataclass(frozen=True, slots=True)
class TableSuite:
    """The suite of one staging table, and the names of what is in it."""

    table: str
    suite: ExpectationSuite
    names: frozenset[str]


def build_suites(
    rules: Sequence[Rule], run_id: str, indicators: Collection[Indicator], submissions: int
) -> tuple[TableSuite, ...]:
    """Make the suites of a run; the submissions' table comes first, with the guard.

    Raises:
        RuleBrokenError: two rules have one id, or a rule cannot be put into SQL.
    """
    expectations: dict[str, list[Expectation]] = {
        SUBMISSIONS: [ExpectTableRowCountToEqual(value=submissions, meta={"rule": GUARD})]
    }
    names: dict[str, list[str]] = {SUBMISSIONS: [GUARD]}
    for rule in _without_duplicates(rules):
        kind = kind_of(rule)
        expectations.setdefault(kind.table, []).append(_expectation(rule, kind, run_id, indicators))
        names.setdefault(kind.table, []).append(rule.id)
    return tuple(_suite(table, found, names[table]) for table, found in expectations.items())


def _without_duplicates(rules: Iterable[Rule]) -> Iterable[Rule]:
    seen = {GUARD}
    for rule in rules:
        if rule.id in seen:
            raise RuleBrokenError(rule.id, "another rule has the same id")
        seen.add(rule.id)
        yield rule


def _expectation(rule: Rule, kind: Kind, run_id: str, indicators: Collection[Indicator]) -> ExpectRuleHolds:
    try:
        query = rule_query(rule, kind, run_id, indicators)
    except ValueError as error:
        raise RuleBrokenError(rule.id, str(error)) from error
    return ExpectRuleHolds(
        rule_id=rule.id,
        unexpected_rows_query=query,
        severity=FailureSeverity(rule.severity.value),
        description=rule.title.vi,
        meta={"rule": rule.id},
    )


def _suite(table: str, expectations: Sequence[Expectation], names: Sequence[str]) -> TableSuite:
    suite = ExpectationSuite(name=table, expectations=list(expectations))
    # Great Expectations drops what it takes for a duplicate without a word.
    if len(suite.expectations) != len(names):
        raise RuleBrokenError(", ".join(names), f"the suite of {table} is shorter than the catalogue")
    return TableSuite(table, suite, frozenset(names))
