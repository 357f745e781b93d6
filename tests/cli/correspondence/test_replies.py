"""`tonghop replies`: what goes back to senders is listed with the reason why it did not, and tried again."""

import json
from pathlib import Path

import pytest

from tests.cli.command import live_in, runner
from tests.flows.pipeline.nightly_runs import context_of, put, run_plainly


def test_a_reply_that_cannot_be_written_is_listed_and_tried_again(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Once the share takes it, it lies there, and is listed as sent."""
    share = tmp_path / "share"
    put(share / "22813" / "a.xlsx", b"no workbook")
    (share / "outbox").write_text("in the way")
    (home / "connectors.yaml").write_text(f"sources:\n  - {{name: share, kind: folder, address: {share}}}\n")
    run_plainly(context_of(home))
    live_in(home, monkeypatch, TONGHOP_LANG="en", TONGHOP_READING_WORKERS="0")
    tonghop = runner(monkeypatch, capsys)
    _, out, _ = tonghop("replies", "list", "--json", "--unit", "22813")
    (record,) = json.loads(out)
    assert (record["state"], record["source"], record["attempts"], record["delivery"]) == ("due", "share", 1, 1)
    assert "let this account write into its folder outbox" in record["problem"]
    assert tonghop("replies", "retry")[0] == 3
    (share / "outbox").unlink()
    assert tonghop("replies", "retry", str(record["number"]))[0] == 0
    assert len(list((share / "outbox" / "22813").rglob("*.*"))) == 3
    assert tonghop("replies", "list", "--unit", "22813")[0] == 0
    assert tonghop("replies", "retry")[0] == 0
    assert "No reply is due or failed" in tonghop("replies", "list")[1]
    code, out, _ = tonghop("replies", "list", "--sent")
    assert (code, "sent" in out) == (0, True)
