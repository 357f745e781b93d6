"""The operations guide: its commands, run in order, have the documented exit codes."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.flows.deployments.prefect_server import clean_environment, server_url
from tests.flows.pipeline.nightly_runs import prepare_home

ROOT = Path(__file__).parent.parent.parent
GUIDES = ("operations.md", "van-hanh.md")
_BLOCK = re.compile(r"^```sh ?(?P<marks>[^\n]*)\n(?P<script>.*?)^```$", re.MULTILINE | re.DOTALL)
NOT_RUN = {"setup", "server"}
"""Commands that need the internet, or do not end by themselves; other tests run those."""


@dataclass(frozen=True)
class Block:
    """A block of commands, and the exit code that the guide states for it."""

    script: str
    marks: str

    @property
    def code(self) -> int:
        """Return the expected exit code."""
        return int(self.marks.removeprefix("exit=")) if self.marks.startswith("exit=") else 0


def blocks(guide: str) -> list[Block]:
    """Return the blocks of commands of a guide."""
    text = (ROOT / "docs" / guide).read_text(encoding="utf-8")
    return [Block(match["script"], match["marks"]) for match in _BLOCK.finditer(text)]


def without_quotes(script: str) -> str:
    """Remove quoted texts and comments from commands."""
    return re.sub(r'"[^"$]*"|#.*', "…", script)


def test_both_languages_give_the_same_commands() -> None:
    """The Vietnamese and the English guide have the same commands; only quoted texts differ."""
    english, vietnamese = ([(without_quotes(block.script), block.marks) for block in blocks(guide)] for guide in GUIDES)
    assert english == vietnamese
    assert len(english) >= 15


def test_the_guide_names_every_section_an_officer_needs() -> None:
    """It covers installing, the first nightly run, a refused report, rerun, close, backup, restore, contacts."""
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    heads = [line for line in text.splitlines() if line.startswith("## ")]
    for word in ("Install", "first night", "refused", "rerun", "Close", "Backup", "Restore", "who to ask"):
        assert any(word in head for head in heads), word


@pytest.mark.timeout(1800)  # about twenty commands, each a process
@pytest.mark.xdist_group("prefect")
def test_the_guide_can_be_followed(tmp_path: Path, mirrored_warehouse: Path, warm: Path) -> None:
    """Each block ends with the exit code that the guide states."""
    prepare_home(tmp_path / "var", mirrored_warehouse)
    environment = clean_environment(
        PREFECT_API_URL=server_url(),
        TONGHOP_HOME=str(tmp_path / "var"),
        TONGHOP_READING_WORKERS="0",
        PATH=f"{warm}:/usr/bin:/bin",
        COLUMNS="120",
    )
    for block in blocks("operations.md"):
        if block.marks in NOT_RUN:
            continue
        done = subprocess.run(
            ["bash", "-euc", block.script],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == block.code, f"{block.script}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
