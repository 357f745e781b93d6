"""`tonghop rules list` and `rules show`: the rules as people and programs read them, without waiting for anything."""

import json
import shutil
from pathlib import Path

import pytest

from domain.catalog.catalog import Catalog
from tests.cli.command import live_in, tonghop
from tests.cli.test_cli import HEAVY, imported_by


@pytest.fixture
def output_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> "Tell":
    """Run `tonghop` in an empty home."""
    live_in(tmp_path / "home", monkeypatch)
    return Tell(monkeypatch, capsys)


class Tell:
    """What a command prints, and how it ends."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        """Run commands in this environment."""
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def __call__(self, *words: str, code: int = 0) -> str:
        """The output of `tonghop rules` with these words; of a command that fails, its complaint."""
        assert tonghop(self._monkeypatch, "--lang", "en", "rules", *words) == code
        shown = self._capsys.readouterr()
        return shown.err if code else shown.out


def test_the_list_names_every_rule(output_of: Tell, catalog: Catalog) -> None:
    """Every rule of the catalogue has a line that begins with its whole id."""
    lines = [line.split()[:1] for line in output_of("list").splitlines()]
    assert [rule for rule in catalog.rules if [rule] not in lines] == []


def test_programs_get_the_list_as_json(output_of: Tell, catalog: Catalog) -> None:
    """Each rule with id, kind, severity, stage, indicators and title, in the catalogue's order."""
    result = json.loads(output_of("list", "--json"))
    assert [entry["id"] for entry in result] == list(catalog.rules)
    assert {tuple(entry) for entry in result} == {("id", "kind", "severity", "stage", "indicators", "title")}
    by_id = {entry["id"]: entry for entry in result}
    assert by_id["copied_return"]["indicators"] is None
    assert by_id["stock_falls"]["indicators"] == [*catalog.rules["stock_falls"].indicators]
    assert by_id["stock_falls"]["title"] == catalog.rules["stock_falls"].title.en


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
def test_the_stage_is_that_of_the_day_asked_for(output_of: Tell, day: str, stage: str | None) -> None:
    """From the day on which a rule is promoted it stands at the next stage, beside today's."""
    results = {entry["id"]: entry for entry in json.loads(output_of("list", "--json", "--on", day))}
    assert (results["cumulative_falls"]["stage"], results["cumulative_falls"]["stage_on"]) == ("block", stage)
    assert results["cumulative_falls"]["on"] == day


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_one_rule_is_shown_whole(output_of: Tell, catalog: Catalog, lang: str) -> None:
    """Texts, parameters with the kind's own where the rule sets none, stages with their days, source, file and line."""
    rule = catalog.rules["jump"]
    shown = " ".join(output_of("show", rule.id).split()) if lang == "en" else ""
    as_data = json.loads(output_of("show", rule.id, "--json"))
    assert as_data["texts"]["message"][lang] == getattr(rule.message, lang)
    assert as_data["stages"] == {stage.value: since.isoformat() for stage, since in rule.stages.items()}
    assert as_data["parameters"]["times"] == rule.parameters["times"]
    assert set(as_data["parameters"]) == {"times", "periods", "least_periods", "least_difference"}
    assert (as_data["source"], as_data["file"], as_data["line"]) == (rule.source, rule.file, rule.line)
    assert as_data["looks_beyond_the_report"] is True
    if lang == "en":
        assert all(
            text in shown for text in (rule.title.en, " ".join(rule.action.en.split()), f"{rule.file}:{rule.line}")
        )


def test_a_rule_that_names_figures_judges_these(output_of: Tell, catalog: Catalog) -> None:
    """A sum of figures is about the indicators it names, not about all."""
    rule = catalog.rules["online_within_received"]
    figures = [part for value in rule.parameters.values() if isinstance(value, tuple) for part in value]
    result = json.loads(output_of("show", rule.id, "--json"))
    assert set(result["indicators"]) == {figure.indicator for figure in figures}


def test_an_unknown_rule_is_wrong_usage(output_of: Tell) -> None:
    """A slip of the pen is answered with what may have been meant."""
    assert "did you mean stock_falls" in " ".join(output_of("show", "stok_falls", code=2).split())


def test_a_rule_of_a_draft_is_shown(output_of: Tell, catalog: Catalog, tmp_path: Path) -> None:
    """`--catalog` looks at another catalogue than the deployment's."""
    draft = shutil.copytree(catalog.root, tmp_path / "draft")
    path = draft / "rules" / "history.yaml"
    path.write_text(path.read_text("utf-8").replace("id: jump", "id: big_jump"), "utf-8")
    assert '"big_jump"' in output_of("list", "--json", "--catalog", str(draft))
    assert "big_jump" not in output_of("list", "--json")


@pytest.mark.parametrize("words", [["list"], ["list", "--json"], ["show", "jump"]])
def test_listing_waits_for_nothing(tmp_path: Path, words: list[str]) -> None:
    """Neither Prefect nor Great Expectations, pandas or SQLAlchemy is imported to list rules."""
    assert imported_by(["rules", *words], tmp_path) & {*HEAVY, "sqlalchemy"} == set()


@pytest.mark.parametrize("command", ["list", "show"])
def test_help_teaches(output_of: Tell, command: str) -> None:
    """The help of each command ends with an example of itself."""
    assert f"Example: tonghop rules {command}" in output_of(command, "--help")
