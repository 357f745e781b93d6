"""Rules: what a severity and a stage do together."""

import pytest

from domain.issues import Severity
from domain.rules import Rule, Stage
from domain.texts import Text

TEXT = Text("chữ", "text")


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
    rule = Rule("id", "kind", TEXT, TEXT, TEXT, (), {}, Severity(severity), Stage(stage), "source")
    assert rule.effect == effect
