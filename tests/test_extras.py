"""Without any extra the program runs: sources in folders, upload page, desk and one machine need none."""

import subprocess
import sys

import pytest

WITHOUT = """
import importlib, sys

EXTRAS = "asyncssh sshfs webdav4 s3fs aiobotocore botocore authres imap_tools distributed".split()
ENTRIES = "cli.main flows.deployments.nightly flows.deployments.daytime flows.deployments.remind web.apps".split()

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in EXTRAS:
            raise ModuleNotFoundError(name, name=name)

sys.meta_path.insert(0, Absent())
for module in ENTRIES:
    importlib.import_module(module)
"""


@pytest.mark.services
def test_flows_and_pages_need_no_extra() -> None:
    """A plain installation imports everything that runs and pages are made of."""
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
