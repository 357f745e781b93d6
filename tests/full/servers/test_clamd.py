"""Scanning by ClamAV's own daemon, with one signature of the test's: nothing is downloaded."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.scanning import ClamdScanner, ScanLimitError, ScannerSilentError
from tests.connectors.instream_server import EICAR
from tests.flows.deployments.prefect_server import free_port
from tests.flows.pipeline.nightly_runs import codes_of, context_of, deliver, put, run_plainly
from tests.flows.pipeline.stages.test_scanned_runs import infected
from workbooks.sample.inbox import SampleFile

pytestmark = pytest.mark.full
LIMIT = 4 << 20


@pytest.fixture(scope="module")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ClamdScanner, ClamdScanner]]:
    """Start clamd and return a scanner for each of its sockets."""
    folder, port = tmp_path_factory.mktemp("clamd"), free_port()
    (folder / "local.ndb").write_text(f"Test.Eicar:0:*:{EICAR.hex()}\n")
    socket = folder / "clamd.ctl"
    lines = (
        "Foreground yes", f"DatabaseDirectory {folder}", f"LocalSocket {socket}", "TCPAddr 127.0.0.1",
        f"TCPSocket {port}", f"StreamMaxLength {LIMIT}", f"TemporaryDirectory {folder}",
    )  # fmt: skip
    (folder / "clamd.conf").write_text("\n".join(lines) + "\n")
    program = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin")
    assert program, "make setup-full installs clamd"
    command = [program, f"--config-file={folder / 'clamd.conf'}"]
    daemon = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        scanners = ClamdScanner(f"tcp://127.0.0.1:{port}"), ClamdScanner(f"unix:{socket}")
        _wait_for(scanners[1], folder / "clamd.conf")
        yield scanners
    finally:
        daemon.terminate()
        daemon.wait()


def _wait_for(scanner: ClamdScanner, file: Path) -> None:
    for _ in range(300):
        try:
            scanner.scan(file)
        except ScannerSilentError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("clamd did not start")


def test_clamd_over_both_sockets(clamd: tuple[ClamdScanner, ClamdScanner], tmp_path: Path) -> None:
    """It detects the signature, also within an archive, and lets the clean file pass."""
    file = tmp_path / "file"
    for scanner in clamd:
        file.write_bytes(b"clean" * 100_000)
        assert scanner.scan(file) is None
        file.write_bytes(EICAR)
        assert scanner.scan(file) == "Test.Eicar.UNOFFICIAL"


def test_clamds_limit(clamd: tuple[ClamdScanner, ClamdScanner], tmp_path: Path) -> None:
    """Beyond StreamMaxLength it closes the connection; the reply is read all the same."""
    file = tmp_path / "file"
    file.write_bytes(bytes(4 * LIMIT))
    for scanner in clamd:
        with pytest.raises(ScanLimitError, match="StreamMaxLength"):
            scanner.scan(file)


def test_a_nightly_run_with_clamd(
    clamd: tuple[ClamdScanner, ClamdScanner], home: Path, first_files: tuple[SampleFile, ...]
) -> None:
    """The infected workbook is refused by name, the others are judged."""
    deliver(home, first_files[:2])
    put(home / "inbox" / first_files[0].path, infected(first_files[0].data))
    outcome = run_plainly(context_of(home, virus_scanner=clamd[0].address))
    assert codes_of(home, first_files[0].path.name) == {"file_infected"}
    assert outcome.counts["accepted"] == 1
