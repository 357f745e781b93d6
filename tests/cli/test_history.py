"""`tonghop history`: versions of a report as text and JSON, and the difference between two of them."""

import json
from pathlib import Path

import pytest

from domain.catalog.texts import Texts
from domain.submissions import MoveReason, SubmissionState
from tests.cli.command import live_in, tonghop
from tests.flows.pipeline.nightly_runs import WRONG, rows_of

pytestmark = pytest.mark.long


@pytest.fixture
def corrected(after_correction: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Run commands in a home in which a workbook was refused and its correction accepted."""
    live_in(after_correction, monkeypatch)
    return after_correction


def show_history_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run `tonghop history` and return its output."""
    assert tonghop(monkeypatch, *arguments) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("name", [*SubmissionState, *MoveReason])
def test_every_move_has_its_sentence(texts: Texts, name: str) -> None:
    """Every state and every reason code has a text in both languages."""
    assert texts.text(f"flows.move_{name}", "vi") != texts.text(f"flows.move_{name}", "en")


def test_text_lists_versions_and_difference(
    corrected: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The text lists the refused and the accepted version, reasons, and the differing cells."""
    assert corrected
    shown = show_history_json(monkeypatch, capsys, "--lang", "en", "history", "--unit", WRONG, "--period", "2025-05")
    assert "Version 1: refused (issues: " in shown
    assert "Version 2: accepted — this one counts" in shown
    assert "refused: the rules found errors in its figures." in shown
    assert "Version 1 was never accepted" in shown
    assert "Version 2 against version 1" in shown
    assert "Biểu 01-T!" in shown


def test_json_holds_the_chain_and_the_difference(
    corrected: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """JSON has hashes, moves and changed cells; swapped versions swap before and after."""
    assert corrected
    arguments = ["history", "--unit", WRONG, "--period", "2025-05", "--json", "--diff"]
    forth = json.loads(show_history_json(monkeypatch, capsys, *arguments, "1", "2"))
    back = json.loads(show_history_json(monkeypatch, capsys, *arguments, "2", "1"))
    assert [version["state"] for version in forth["versions"]] == ["quarantined", "accepted"]
    assert all(len(version["sha256"]) == 64 for version in forth["versions"])
    changes = forth["difference"]["changes"]
    assert changes
    assert {(change["indicator"], change["part"], str(change["before"])) for change in changes} == {
        (entry["indicator"], entry["part"], str(entry["after"])) for entry in back["difference"]["changes"]
    }


def test_the_difference_includes_the_corrected_cells(
    corrected: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every change names both cells, and all refused cells are among them but the total that the parts exceeded."""
    arguments = ["history", "--unit", WRONG, "--period", "2025-05", "--json"]
    difference = json.loads(show_history_json(monkeypatch, capsys, *arguments))["difference"]
    before = {entry["before"]["figure"]["cell"] for entry in difference["changes"] if entry["before"]}
    refused = rows_of(
        corrected,
        "SELECT DISTINCT i.cell FROM issue i JOIN submission s ON s.id = i.submission_id "
        f"WHERE s.unit_code = '{WRONG}' AND s.version = 1 AND i.severity = 'critical' "
        "AND i.code <> 'online_within_received'",
    )
    assert {cell for (cell,) in refused} <= before


@pytest.mark.parametrize(("period", "name"), [("2025-06", "Thị trấn Tân Sơn"), ("2025-07", "Xã Ninh Sơn")])
def test_a_code_of_two_units_is_that_of_the_period(
    corrected: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], period: str, name: str
) -> None:
    """22810 was a town until 2025-06-30 and is a commune since."""
    assert corrected
    shown = show_history_json(monkeypatch, capsys, "--lang", "en", "history", "--unit", "22810", "--period", period)
    assert f"No file of 22810 {name} was received for {period}." in shown
