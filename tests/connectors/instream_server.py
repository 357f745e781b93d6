"""A server that speaks clamd's INSTREAM over TCP or a Unix socket, and knows one signature: that of EICAR."""

import socketserver
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import ClassVar

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The file by which scanners are tried (eicar.org); it does nothing."""
LIMIT = 1 << 20
"""StreamMaxLength of this server, in bytes."""


class _Handler(socketserver.StreamRequestHandler):
    """Answers one scan as clamd does."""

    reply: ClassVar[bytes | None] = None

    def handle(self) -> None:
        """Read the chunks and reply."""
        assert self.rfile.read(10) == b"zINSTREAM\0"
        data = b""
        while length := struct.unpack("!L", self.rfile.read(4))[0]:
            data += self.rfile.read(length)
            if len(data) > LIMIT:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        verdict = b"stream: Test.Eicar FOUND" if EICAR in data else b"stream: OK"
        self.wfile.write((verdict if self.reply is None else self.reply) + b"\0")


@contextmanager
def scanner_server(path: Path | None = None, reply: bytes | None = None) -> Iterator[str]:
    """Serve on a free port or the socket `path`, and yield the address; `reply` is what every scan is answered with."""
    handler = type("Handler", (_Handler,), {"reply": reply})
    server: socketserver.BaseServer
    if path is None:
        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)
        address = f"tcp://127.0.0.1:{server.server_address[1]}"
    else:
        server, address = socketserver.ThreadingUnixStreamServer(str(path), handler), f"unix:{path}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield address
    finally:
        server.shutdown()
        server.server_close()
