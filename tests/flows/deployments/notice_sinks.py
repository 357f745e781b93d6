"""Where notices arrive in tests: a real SMTP server and a real HTTP server, each keeping what it got."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.flows.deployments.prefect_server import free_port


class Mailbox:
    """Keeps mails as they came."""

    def __init__(self) -> None:
        """Be empty."""
        self.mails: list[EmailMessage] = []
        self.refused: set[str] = set()

    async def handle_RCPT(  # noqa: N802 # aiosmtpd's
        self,
        server: SMTP,  # noqa: ARG002 # aiosmtpd's
        session: Session,  # noqa: ARG002 # aiosmtpd's
        envelope: Envelope,
        address: str,
        options: list[str],  # noqa: ARG002 # aiosmtpd's
    ) -> str:
        """Refuse mail for the addresses in `refused`."""
        if address in self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 taken"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802, ARG002 # aiosmtpd's
        """Take a mail."""
        content = envelope.content
        assert isinstance(content, bytes)
        self.mails.append(message_from_bytes(content, policy=default))  # type: ignore[arg-type] # the policy makes it one
        return "250 taken"


@contextmanager
def smtp_server(
    *, login: tuple[str, str] | None = None, tls: ssl.SSLContext | None = None, box: Mailbox | None = None
) -> Iterator[tuple[int, Mailbox]]:
    """An SMTP server on a free port, and what arrives there; it may ask for STARTTLS and for a login."""

    def check(_server: object, _session: object, _envelope: object, _mechanism: str, values: object) -> AuthResult:
        assert isinstance(values, LoginPassword)
        is_right = (values.login.decode(), values.password.decode()) == login
        return AuthResult(success=is_right, handled=False)  # the server answers

    box = box or Mailbox()
    results: dict[str, Any] = {"tls_context": tls, "require_starttls": tls is not None}
    if login:
        results |= {"authenticator": check, "auth_required": True, "auth_require_tls": True}
    controller = Controller(box, hostname="127.0.0.1", port=free_port(), **results)
    controller.start()
    try:
        yield controller.port, box
    finally:
        controller.stop()


@contextmanager
def http_receiver() -> Iterator[tuple[str, list[bytes]]]:
    """An HTTP server on a free port, and the bodies that were posted to it."""
    got: list[bytes] = []

    class Receiver(BaseHTTPRequestHandler):
        """Keeps what is posted."""

        protocol_version: ClassVar[str] = "HTTP/1.1"

        def do_POST(self) -> None:  # the library's name
            """Keep a body."""
            got.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 # the library's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/notices?token=s3cret", got
    finally:
        server.shutdown()
        server.server_close()
