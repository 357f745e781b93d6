"""The example of monitoring in deploy/ is valid for Prometheus, and its alerts fire when they should."""

import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.full

EXAMPLE = Path(__file__).parent.parent.parent / "deploy" / "prometheus"
CASES = Path(__file__).parent / "alerts_test.yml"


def promtool(*words: str | Path, folder: Path) -> tuple[int, str]:
    """Run Prometheus' own tool and return its code and what it printed."""
    done = subprocess.run(["promtool", *words], cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_alerts_fire_when_they_should(tmp_path: Path) -> None:
    """Each alert stays silent before its time and fires after it, with the words that say what to do."""
    shutil.copy(EXAMPLE / "alerts.yml", tmp_path)
    shutil.copy(CASES, tmp_path)
    code, printed = promtool("test", "rules", CASES.name, folder=tmp_path)
    assert code == 0, printed


def test_configuration_is_what_prometheus_expects() -> None:
    """`promtool check config` accepts configuration and rules; the password's file need not exist."""
    code, printed = promtool("check", "config", "--syntax-only", "prometheus.yml", folder=EXAMPLE)
    assert code == 0, printed
