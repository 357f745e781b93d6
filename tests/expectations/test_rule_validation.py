"""A rule that is written wrongly is refused when the context is built, with file and line."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from domain.indicators import Indicator
from domain.rules import Rule
from expectations.errors import RuleBrokenError
from expectations.rule_validation import require_valid_rules
from tests.catalogs import copy_small
from tests.flows.pipeline.nightly_runs import context_of, prepare_home


def test_shipped_rules_are_valid(indicators: Mapping[str, Indicator], rules: Mapping[str, Rule]) -> None:
    """Every rule of the catalogue can be translated into SQL."""
    require_valid_rules(tuple(rules.values()), tuple(indicators.values()))


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("maximum: 50", "maximum: fifty", "parameter maximum has to be a number, not 'fifty'"),
        ("maximum: 50", "largest: 50", "unknown parameter largest"),
        ("kind: whole_number", "kind: whole", "there is no rule kind whole; known are"),
    ],
)
def test_building_a_context_refuses_an_invalid_rule(
    before: str, after: str, reason: str, tmp_path: Path, migrated_sqlite: Path
) -> None:
    """It is refused before any file is collected or read."""
    root = tmp_path / "catalog"
    copy_small(root)
    file = root / "rules" / "numbers.yaml"
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after), "utf-8")
    with pytest.raises(RuleBrokenError, match=reason) as caught:
        context_of(prepare_home(tmp_path / "home", migrated_sqlite), catalog=root)
    assert caught.value.place.startswith("rules/numbers.yaml:")
    line = int(caught.value.place.rpartition(":")[2])
    assert f"id: {caught.value.rule}" in "\n".join(file.read_text("utf-8").splitlines()[line - 1 : line + 1])
