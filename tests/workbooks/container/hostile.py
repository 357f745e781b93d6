"""Parse function that misbehaves as hostile files tell it, and parses every other file."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from domain.catalog.catalog import Catalog
from domain.issues import Issue, Severity
from domain.submissions import ParsedReport
from workbooks.cells.guards import Limits
from workbooks.identify.hints import Hints
from workbooks.report.parse import parse_report

SWELL, SPIN, DIE, FAIL = b"swell", b"spin", b"die", b"fail"
DIE_ONCE = b"die once "
"""Followed by the path of a file that records the attempt."""
HOLD = b"hold "
"""Followed by the path of a file that stays locked while the process lives."""
NOTE = b"note "
"""Followed by the path of a file that is made when this one is read."""
TELL = b"tell"


def parse(data: bytes, catalog: Catalog, hints: Hints, limits: Limits) -> ParsedReport:
    """Parse the file, or misbehave as its bytes tell."""
    if data == SWELL:
        bytearray(2 << 30)
    elif data == SPIN:
        while True:
            pass
    elif data == DIE:
        os.kill(os.getpid(), signal.SIGKILL)
    elif data == FAIL:
        raise LookupError("a fault of ours")
    elif data.startswith(DIE_ONCE):
        _die_once(Path(os.fsdecode(data.removeprefix(DIE_ONCE))))
    elif data.startswith(HOLD):
        _hold(Path(os.fsdecode(data.removeprefix(HOLD))))
    elif data.startswith(NOTE):
        Path(os.fsdecode(data.removeprefix(NOTE))).touch()
    elif data == TELL:
        return _answer()
    return parse_report(data, catalog, hints, limits)


def _die_once(memory: Path) -> None:
    if not memory.exists():
        memory.touch()
        os.kill(os.getpid(), signal.SIGKILL)


def _hold(lock: Path) -> None:
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write("held")
        file.flush()
        time.sleep(600)


def _answer() -> ParsedReport:
    """Return a report with facts about the process that made it."""
    loaded = sorted({name.partition(".")[0] for name in sys.modules})
    bound = subprocess.run(["ulimit -v"], shell=True, check=True, capture_output=True, text=True).stdout  # noqa: S602 - only a shell knows its own limit
    facts = {"pid": str(os.getpid()), "modules": " ".join(loaded), "kilobytes": bound.strip()}
    return ParsedReport(None, None, None, None, issues=(Issue("told", Severity.INFO, facts=facts),))
