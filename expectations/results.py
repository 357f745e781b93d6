"""Convert Great Expectations' results to findings; a rule that was not evaluated fails the run."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from domain.indicators import Indicator
from domain.issues import SHADOW_FACT, Issue, Severity
from domain.rules import Rule
from domain.staging import SUBMISSIONS
from expectations.errors import BatchShrunkError, RuleBrokenError, StagingUnreadableError
from expectations.findings import Finding
from expectations.gx import ExpectationSuiteValidationResult, ExpectationValidationResult
from expectations.sql import GUARD, PLACE_COLUMNS
from expectations.suites import CheckStage


def results_by_name(
    stage: CheckStage, result: ExpectationSuiteValidationResult
) -> dict[str, ExpectationValidationResult]:
    """Return the result of each rule of a stage and of the guard, by name.

    Raises:
        StagingUnreadableError: the submissions staged cannot be counted.
        RuleBrokenError: a rule raised, or has no result.
    """
    results = {_name_of(rule_result): rule_result for rule_result in result.results}
    missing = sorted(stage.names ^ set(results))
    if missing or len(result.results) != len(stage.names):
        raise RuleBrokenError(", ".join(missing) or stage.name, "it left no result of its own")
    # The guard first: if the submissions cannot be counted, every rule fails for the same reason.
    for name in sorted(results, key=lambda name: name != GUARD):
        reason = _exception_message(results[name].exception_info)
        if reason is not None:
            raise StagingUnreadableError(SUBMISSIONS, reason) if name == GUARD else RuleBrokenError(name, reason)
    return results


def _name_of(result: ExpectationValidationResult) -> str:
    config = result.expectation_config
    return str(config.meta["rule"]) if config is not None and config.meta else ""


def _exception_message(info: Mapping[str, Any] | None) -> str | None:
    """Return the message of a rule's exception, which Great Expectations reports flat or per metric; None: none."""
    by_metric = (value for value in (info or {}).values() if isinstance(value, Mapping))
    for entry in (info or {}, *by_metric):
        if entry.get("raised_exception"):
            # The database's message comes first, then the whole query, which is left out.
            return str(entry.get("exception_message") or "no reason given").partition("\n[SQL:")[0].strip()
    return None


def check_guard(result: ExpectationValidationResult, run_id: str, submissions: int) -> None:
    """Raise unless the rules saw all submissions of the batch.

    Raises:
        BatchShrunkError: the rules saw another number of submissions than were staged.
    """
    seen = int(result.result["observed_value"])
    if seen != submissions or not result.success:
        raise BatchShrunkError(run_id, submissions, seen)


def findings_of(
    rule: Rule, result: ExpectationValidationResult, indicators: Mapping[str, Indicator]
) -> Iterable[Finding]:
    """Yield a finding per wrong cell, if the rule is in force on the last day of the submission's period.

    Raises:
        RuleBrokenError: the rule failed without naming rows, so that no cell can be reported.
    """
    rows = result.result.get("details", {}).get("unexpected_rows")
    if rows is None or bool(rows) == bool(result.success):
        raise RuleBrokenError(rule.id, "it failed without saying where")
    for row in rows:
        day = date.fromisoformat(row["last_day"])
        if rule.stage_on(day) is not None:
            yield Finding(int(row["submission_id"]), _issue(rule, rule.effect_on(day), row, indicators))


def _issue(
    rule: Rule, effect: Severity | None, row: Mapping[str, str | None], indicators: Mapping[str, Indicator]
) -> Issue:
    place = {name: row[name] for name in PLACE_COLUMNS}
    facts = {name: value for name, value in row.items() if name not in PLACE_COLUMNS and value is not None}
    indicator = indicators.get(place["indicator"] or "")
    if "label" not in facts and indicator is not None:
        facts["label"] = indicator.name.vi
    if effect is None:
        facts.update([SHADOW_FACT])
    return Issue(
        code=rule.id,
        severity=effect or Severity.INFO,
        sheet=place["sheet"],
        cell=place["cell"],
        found=place["found"],
        expected=place["expected"],
        indicator=place["indicator"],
        unit=place["village"] or None,
        facts=facts,
    )
