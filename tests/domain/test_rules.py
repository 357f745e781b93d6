"""Rules: what a severity and a stage do together."""

from datetime import date

import pytest

from domain.issues import Severity
from domain.rules import Rule, RuleStage
from domain.texts import Text

TEXT = Text("chữ", "text")
DAY = date(2025, 1, 1)


@pytest.mark.parametrize(
    ("severity", "stage", "effect"),
    [
        ("critical", "block", "critical"),
        ("warning", "block", "warning"),
        ("info", "block", "info"),
        ("critical", "warn", "warning"),
        ("warning", "warn", "warning"),
        ("info", "warn", "info"),
        ("critical", "shadow", None),
        ("warning", "shadow", None),
        ("info", "shadow", None),
    ],
)
def test_the_milder_of_severity_and_stage_acts(severity: str, stage: str, effect: str | None) -> None:
    """A rule on trial never refuses a report; a shadow rule never reaches a commune."""
    rule = Rule("id", "kind", TEXT, TEXT, TEXT, (), {}, Severity(severity), {RuleStage(stage): DAY}, "source")
    assert rule.effect_on(DAY) == effect


@pytest.mark.parametrize(
    ("day", "stage", "effect"),
    [
        ("2024-12-31", None, None),
        ("2025-01-01", "shadow", None),
        ("2025-02-28", "shadow", None),
        ("2025-03-01", "warn", "warning"),
        ("2025-05-31", "warn", "warning"),
        ("2025-06-01", "block", "critical"),
        ("2027-01-01", "block", "critical"),
    ],
)
def test_a_rule_is_promoted_on_its_days(day: str, stage: str | None, effect: str | None) -> None:
    """Before its first day a rule is not in force; each stage begins on its own day and lasts until the next."""
    stages = {RuleStage.SHADOW: date(2025, 1, 1), RuleStage.WARN: date(2025, 3, 1), RuleStage.BLOCK: date(2025, 6, 1)}
    rule = Rule("id", "kind", TEXT, TEXT, TEXT, (), {}, Severity.CRITICAL, stages, "source")
    result = date.fromisoformat(day)
    assert (rule.stage_on(result), rule.effect_on(result)) == (stage, effect)
