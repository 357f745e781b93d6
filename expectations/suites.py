"""Great Expectations suites made from the catalogue's rules, one per stage."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from domain.indicators import Indicator
from domain.rules import Rule
from expectations.errors import RuleBrokenError
from expectations.gx import ExpectationSuite, ExpectTableRowCountToEqual, FailureSeverity
from expectations.registry import kind_of
from expectations.rule_rows import ExpectRuleHolds
from expectations.sql import GUARD, rule_query


@dataclass(frozen=True, slots=True)
class StagedBatch:
    """The submissions of a stage: all that are staged under a run, except those refused."""

    run_id: str
    staged: int
    refused: frozenset[int] = frozenset()

    @property
    def submissions(self) -> int:
        """Count the submissions of the stage."""
        return self.staged - len(self.refused)


@dataclass(frozen=True, slots=True)
class CheckStage:
    """One stage of checking: its submissions, its suite, and the names of the expectations in it."""

    name: str
    batch: StagedBatch
    suite: ExpectationSuite
    names: frozenset[str]


def split(rules: Sequence[Rule]) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    """Split rules into those for single reports, and those that compare the reports which the former accept."""
    among_accepted = tuple(rule for rule in rules if kind_of(rule).among_accepted)
    return tuple(rule for rule in rules if rule not in among_accepted), among_accepted


def build_stage(name: str, rules: Sequence[Rule], indicators: Collection[Indicator], batch: StagedBatch) -> CheckStage:
    """Make the suite of a stage: the guard, and an expectation for each rule; `indicators` are the catalogue's.

    Raises:
        RuleBrokenError: the suite lost an expectation.
    """
    guard = ExpectTableRowCountToEqual(value=batch.submissions, meta={"rule": GUARD})
    expectations = [guard, *(_expectation(rule, indicators, batch) for rule in rules)]
    suite = ExpectationSuite(name=name, expectations=list(expectations))
    names = [GUARD, *(rule.id for rule in rules)]
    # Great Expectations silently drops what it takes for duplicates.
    if len(suite.expectations) != len(names):
        raise RuleBrokenError(", ".join(names), "the suite is shorter than the catalogue")
    return CheckStage(name, batch, suite, frozenset(names))


def _expectation(rule: Rule, indicators: Collection[Indicator], batch: StagedBatch) -> ExpectRuleHolds:
    return ExpectRuleHolds(
        rule_id=rule.id,
        unexpected_rows_query=rule_query(rule, kind_of(rule), batch.run_id, indicators, batch.refused),
        severity=FailureSeverity(rule.severity.value),
        description=rule.title.vi,
        meta={"rule": rule.id},
    )
