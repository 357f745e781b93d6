"""`tonghop rules list` and `rules show`: output as text and JSON, and a fast start."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from domain.rules import Rule
from tests.catalogs import copy_small
from tests.cli.command import live_in, tonghop


@pytest.fixture
def output_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> "RulesCommand":
    """Return a runner of `tonghop rules` in an empty home."""
    live_in(tmp_path / "home", monkeypatch)
    return RulesCommand(monkeypatch, capsys)


class RulesCommand:
    """Runs `tonghop rules` and returns its output."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        """Run commands in this environment."""
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def __call__(self, *arguments: str, code: int = 0) -> str:
        """Run `tonghop rules` with these arguments and return stdout, or stderr if it fails."""
        assert tonghop(self._monkeypatch, "--lang", "en", "rules", *arguments) == code
        shown = self._capsys.readouterr()
        return shown.err if code else shown.out


def test_the_list_names_every_rule(output_of: RulesCommand, rules: Mapping[str, Rule]) -> None:
    """Every rule of the catalogue has a line that begins with its full id."""
    lines = [line.split()[:1] for line in output_of("list").splitlines()]
    assert [rule for rule in rules if [rule] not in lines] == []


def test_the_list_as_json(output_of: RulesCommand, rules: Mapping[str, Rule]) -> None:
    """JSON has id, kind, severity, stage, indicators and title of each rule, in the catalogue's order."""
    entries = json.loads(output_of("list", "--json"))
    assert [entry["id"] for entry in entries] == list(rules)
    assert {tuple(entry) for entry in entries} == {("id", "kind", "severity", "stage", "indicators", "title")}
    by_id = {entry["id"]: entry for entry in entries}
    assert by_id["copied_return"]["indicators"] is None
    assert by_id["stock_falls"]["indicators"] == [*rules["stock_falls"].indicators]
    assert by_id["stock_falls"]["title"] == rules["stock_falls"].title.en


@pytest.mark.parametrize(
    ("day", "stage"),
    [
        ("2023-12-31", None),
        ("2024-01-01", "shadow"),
        ("2025-01-01", "warn"),
        ("2025-03-31", "warn"),
        ("2025-04-01", "block"),
    ],
)
def test_the_stage_on_a_given_day(output_of: RulesCommand, day: str, stage: str | None) -> None:
    """From the day of its promotion a rule is at the next stage, listed beside today's."""
    by_id = {entry["id"]: entry for entry in json.loads(output_of("list", "--json", "--on", day))}
    assert (by_id["cumulative_falls"]["stage"], by_id["cumulative_falls"]["stage_on"]) == ("block", stage)
    assert by_id["cumulative_falls"]["on"] == day


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_rule_is_shown_in_full(output_of: RulesCommand, rules: Mapping[str, Rule], lang: str) -> None:
    """It shows texts, parameters with defaults, stages with their days, source, file and line."""
    rule = rules["jump"]
    shown = " ".join(output_of("show", rule.id).split()) if lang == "en" else ""
    as_data = json.loads(output_of("show", rule.id, "--json"))
    assert as_data["texts"]["message"][lang] == getattr(rule.message, lang)
    assert as_data["stages"] == {stage.value: since.isoformat() for stage, since in rule.stages.items()}
    assert as_data["parameters"]["times"] == rule.parameters["times"]
    assert set(as_data["parameters"]) == {
        "part",
        "times",
        "periods",
        "least_periods",
        "most_periods",
        "least_difference",
    }
    assert (as_data["source"], as_data["file"], as_data["line"]) == (rule.source, rule.file, rule.line)
    assert as_data["looks_beyond_the_report"] is True
    if lang == "en":
        assert all(
            text in shown for text in (rule.title.en, " ".join(rule.action.en.split()), f"{rule.file}:{rule.line}")
        )


def test_a_rule_that_names_figures_applies_to_these(output_of: RulesCommand, rules: Mapping[str, Rule]) -> None:
    """A rule on a sum of figures applies to the named indicators only."""
    rule = rules["online_within_received"]
    figures = [part for value in rule.parameters.values() if isinstance(value, tuple) for part in value]
    shown = json.loads(output_of("show", rule.id, "--json"))
    assert set(shown["indicators"]) == {figure.indicator for figure in figures}


def test_an_unknown_rule_is_wrong_usage(output_of: RulesCommand) -> None:
    """The error suggests rules with a similar id."""
    assert "did you mean stock_falls" in " ".join(output_of("show", "stok_falls", code=2).split())


def test_a_rule_of_a_draft_is_shown(output_of: RulesCommand, tmp_path: Path) -> None:
    """`--catalog` reads another catalogue than the deployment's."""
    draft = copy_small(tmp_path / "draft")
    path = draft / "rules" / "history.yaml"
    path.write_text(path.read_text("utf-8").replace("id: jump", "id: big_jump"), "utf-8")
    assert '"big_jump"' in output_of("list", "--json", "--catalog", str(draft))
    assert "big_jump" not in output_of("list", "--json")


@pytest.mark.parametrize("command", ["list", "show"])
def test_help_has_an_example(output_of: RulesCommand, command: str) -> None:
    """The help of each command has an example."""
    assert f"Example: tonghop rules {command}" in output_of(command, "--help")
