"""Scanning of files for viruses by ClamAV's daemon."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlsplit

from domain.errors import TerminalError, TransientError, UsageError

_CHUNK: Final = 1 << 16
_TIMEOUT_SECONDS: Final = 120
"""A scan of a large file takes a while; clamd itself gives up after two minutes (MaxScanTime)."""


class ScannerSilentError(TransientError):
    """The scanner does not answer, or cannot scan now; no file is opened until it does."""

    def __init__(self, address: str, reason: str) -> None:
        """Keep the scanner's address and the reason."""
        self.address, self.reason = address, reason
        super().__init__(
            f"the virus scanner {address} (TONGHOP_VIRUS_SCANNER) does not scan: {reason}. Files wait until it does: "
            "see to clamd, then run again."
        )


class ScanLimitError(TerminalError):
    """A file is larger than the scanner takes."""

    def __init__(self, size: int) -> None:
        """Keep the size of the file in bytes."""
        self.size = size
        super().__init__(f"the virus scanner takes no file of {size} bytes: raise StreamMaxLength in clamd.conf")


class Scanner(Protocol):
    """A virus scanner."""

    def scan(self, path: Path) -> str | None:
        """Return the name of what was detected in a file; None: nothing.

        Raises:
            ScannerSilentError: it does not answer.
            ScanLimitError: it takes no file of this size.
            OSError: the file cannot be read.
        """


@dataclass(frozen=True, slots=True)
class ClamdScanner:
    """The daemon of ClamAV at `tcp://host:port` or `unix:/path`, which is sent the bytes (its command INSTREAM)."""

    address: str

    def __post_init__(self) -> None:
        """Check the address.

        Raises:
            UsageError: it is none.
        """
        parts = urlsplit(self.address)
        try:
            is_tcp = parts.scheme == "tcp" and bool(parts.hostname and parts.port)
        except ValueError:  # the port is no number
            is_tcp = False
        if not is_tcp and not (parts.scheme == "unix" and parts.path.startswith("/")):
            raise UsageError(
                f"TONGHOP_VIRUS_SCANNER={self.address} is no address of clamd: write tcp://127.0.0.1:3310 or "
                "unix:/run/clamav/clamd.ctl"
            )

    def scan(self, path: Path) -> str | None:
        """Return the name of the signature that matches a file; see `Scanner.scan`."""
        with path.open("rb") as file:
            size = path.stat().st_size
            chunks = iter(lambda: file.read(_CHUNK), b"")
            try:
                reply = self._reply_to(chunks)
            except OSError as error:
                raise ScannerSilentError(self.address, str(error) or type(error).__name__) from error
        # Replies of clamd: "stream: OK", "stream: NAME FOUND", "INSTREAM size limit exceeded. ERROR".
        if reply.endswith(" FOUND"):
            return reply.removesuffix(" FOUND").removeprefix("stream: ")
        if "size limit exceeded" in reply:
            raise ScanLimitError(size)
        if reply != "stream: OK":
            raise ScannerSilentError(self.address, reply or "it closed the connection")
        return None

    def _reply_to(self, chunks: Iterator[bytes]) -> str:
        with self._connected() as server:
            # Beyond its limit clamd replies and closes at once: what it has not taken resets the connection.
            with suppress(BrokenPipeError, ConnectionResetError):
                server.sendall(b"zINSTREAM\0")
                for chunk in chunks:
                    server.sendall(struct.pack("!L", len(chunk)) + chunk)
                server.sendall(struct.pack("!L", 0))
            reply = b""
            with suppress(ConnectionResetError):
                while not reply.endswith(b"\0") and (received := server.recv(_CHUNK)):
                    reply += received
            return reply.decode("utf-8", "replace").rstrip("\0\n")

    @contextmanager
    def _connected(self) -> Iterator[socket.socket]:
        parts = urlsplit(self.address)
        if parts.scheme == "unix":
            with socket.socket(socket.AF_UNIX) as server:
                server.settimeout(_TIMEOUT_SECONDS)
                server.connect(parts.path)
                yield server
        else:
            with socket.create_connection((parts.hostname or "", parts.port or 0), _TIMEOUT_SECONDS) as server:
                yield server
