"""The client of clamd, at a server that speaks its protocol; `tests/full` has clamd itself."""

from pathlib import Path

import pytest

from connectors.scanning import ClamdScanner, ScanLimitError, ScannerSilentError
from domain.errors import UsageError
from tests.connectors.instream_server import EICAR, LIMIT, scanner_server
from tests.flows.deployments.prefect_server import free_port


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A clean file of several chunks."""
    path = tmp_path / "file"
    path.write_bytes(b"clean" * 50_000)
    return path


@pytest.mark.parametrize("over_tcp", [True, False])
def test_files_are_scanned(file: Path, tmp_path: Path, *, over_tcp: bool) -> None:
    """The name of the signature tells an infected file, wherever in it the signature lies."""
    with scanner_server(None if over_tcp else tmp_path / "clamd.ctl") as address:
        scanner = ClamdScanner(address)
        assert scanner.scan(file) is None
        file.write_bytes(file.read_bytes() + EICAR)
        assert scanner.scan(file) == "Test.Eicar"


def test_a_file_beyond_the_scanners_limit(file: Path) -> None:
    """The server closes in the middle; the error names size and setting."""
    file.write_bytes(bytes(8 * LIMIT))
    with scanner_server() as address, pytest.raises(ScanLimitError, match=f"{8 * LIMIT} bytes: raise StreamMaxLength"):
        ClamdScanner(address).scan(file)


@pytest.mark.parametrize("reply", [b"", b"stream: Can't allocate memory ERROR"])
def test_a_scanner_that_cannot_scan(file: Path, reply: bytes) -> None:
    """No other reply than that of a clean file lets a file pass."""
    with scanner_server(reply=reply) as address, pytest.raises(ScannerSilentError, match="Files wait"):
        ClamdScanner(address).scan(file)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:{port}", "unix:{folder}/none.ctl"])
def test_a_scanner_that_does_not_answer(file: Path, tmp_path: Path, address: str) -> None:
    """Nothing listens there."""
    with pytest.raises(ScannerSilentError, match="does not scan"):
        ClamdScanner(address.format(port=free_port(), folder=tmp_path)).scan(file)


@pytest.mark.parametrize(
    "address", ["127.0.0.1:3310", "tcp://127.0.0.1", "tcp://clamd:x", "unix:clamd.ctl", "http://a:1"]
)
def test_addresses_that_are_none(address: str) -> None:
    """The error says how to write one."""
    with pytest.raises(UsageError, match=r"tcp://127\.0\.0\.1:3310 or unix:"):
        ClamdScanner(address)
