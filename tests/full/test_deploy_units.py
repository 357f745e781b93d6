"""The units of deploy/ are valid for systemd."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.full

UNITS = Path(__file__).parent.parent.parent / "deploy" / "systemd"


def test_units_are_what_systemd_expects(tmp_path: Path) -> None:
    """`systemd-analyze verify` accepts every unit, with the path of the installed command."""
    here = str(Path(sys.executable).parent)
    for unit in UNITS.iterdir():
        text = unit.read_text(encoding="utf-8").replace("/opt/tonghop/bin", here)
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    units = sorted(str(path) for path in tmp_path.iterdir())
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
