"""Files that a person names are taken, or said to be none."""

import os
from pathlib import Path

from flows.support.named_files import resolve_files


def test_a_pipe_among_files_is_not_waited_for(tmp_path: Path) -> None:
    """A pipe is unreadable, and the file beside it is taken."""
    report, pipe = tmp_path / "report.xlsx", tmp_path / "pipe.xlsx"
    report.write_bytes(b"")
    os.mkfifo(pipe)
    faults = {file.path.name: file.fault and file.fault.code for file in resolve_files([report, pipe], [])}
    assert faults == {"report.xlsx": None, "pipe.xlsx": "file_unreadable"}
