"""A rule that is written wrongly is refused when a house is opened, with file and line."""

import shutil
from pathlib import Path

import pytest

from domain.catalog.catalog import Catalog
from expectations.errors import RuleBrokenError
from expectations.soundness import require_sound
from tests.flows.pipeline.nightly_runs import context_of


def test_shipped_rules_are_sound(catalog: Catalog) -> None:
    """Every rule of the catalogue can be put into SQL."""
    require_sound(tuple(catalog.rules.values()), tuple(catalog.indicators.values()))


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("maximum: 50", "maximum: fifty", "parameter maximum has to be a number, not 'fifty'"),
        ("maximum: 50", "largest: 50", "unknown parameter largest"),
        ("kind: whole_number", "kind: whole", "there is no rule kind whole; known are"),
    ],
)
def test_opening_a_house_refuses_a_bad_formula(
    before: str, after: str, reason: str, catalog: Catalog, tmp_path: Path
) -> None:
    """Before anything is collected or read: nobody's report is touched by it."""
    root = tmp_path / "catalog"
    shutil.copytree(catalog.root, root)
    file = root / "rules" / "numbers.yaml"
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after), "utf-8")
    with pytest.raises(RuleBrokenError, match=reason) as caught:
        context_of(tmp_path / "home", catalog=root)
    assert caught.value.place.startswith("rules/numbers.yaml:")
    line = int(caught.value.place.rpartition(":")[2])
    assert f"id: {caught.value.rule}" in "\n".join(file.read_text("utf-8").splitlines()[line - 1 : line + 1])
