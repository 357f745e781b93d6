"""The registry of rule kinds and its use by the catalogue."""

import subprocess
import sys
from collections.abc import Mapping

import pytest

from domain.rules import Rule
from expectations.registry import find_kind, kind_names


def test_every_kind_of_the_catalogue_exists(rules: Mapping[str, Rule]) -> None:
    """Every rule names a kind that has a file."""
    assert {rule.kind for rule in rules.values()} <= kind_names()


def test_every_kind_is_used_by_the_catalogue(rules: Mapping[str, Rule]) -> None:
    """Every kind has a rule, so that planted defects cover it."""
    assert kind_names() == {rule.kind for rule in rules.values()}


@pytest.mark.parametrize("name", ["", "nothing", "__init__", "os"])
def test_an_unknown_kind_is_a_key_error(name: str) -> None:
    """Only the modules of the folder are kinds."""
    with pytest.raises(KeyError):
        find_kind(name)


def test_kinds_are_known_without_great_expectations() -> None:
    """Listing the kinds, or importing what runs reports through them, does not import Great Expectations."""
    code = (
        "import sys; from expectations.registry import find_kind, kind_names; [find_kind(n) for n in kind_names()]; "
        "import flows.pipeline.pipeline, flows.pipeline.revalidate, flows.pipeline.backtest_runner; "
        "sys.exit('great_expectations' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
