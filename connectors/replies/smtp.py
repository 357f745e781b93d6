"""Mail through an SMTP server: encrypted by default, and never a password in clear text."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Final, Literal

from domain.errors import TerminalError, TransientError

Security = Literal["starttls", "tls", "none"]
_PORTS: Final[dict[Security, int]] = {"starttls": 587, "tls": 465, "none": 25}
_TIMEOUT_SECONDS: Final = 30
_PERMANENT: Final = 500
"""Replies from 400 to 499 are temporary, from 500 permanent (RFC 5321, 4.2.1)."""


class MailNotSentError(TransientError):
    """The mail server does not answer, or replies with a temporary error."""

    def __init__(self, server: str, reason: str) -> None:
        """Keep the server and the reason."""
        self.server, self.reason = server, reason
        super().__init__(f"no mail could be sent through {server}: {reason}. It is tried again")


class MailRefusedError(TerminalError):
    """The mail server refuses the mail: log-in, certificate, sender or address."""

    def __init__(self, server: str, reason: str) -> None:
        """Keep the server and the reason."""
        self.server, self.reason = server, reason
        super().__init__(
            f"{server} does not take our mail: {reason}. See TONGHOP_MAIL_HOST, _PORT, _SECURITY, _USER, _PASSWORD, "
            "_FROM and _TO; the deployment `notify` with the event `test` tries them"
        )


class RecipientRefusedError(MailRefusedError):
    """The mail server refuses this one mail, or its recipient, for good; others may be taken."""


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """A mail server and its log-in: `user` empty for no log-in; `port` None for the default of `security`."""

    host: str
    port: int | None = None
    security: Security = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)

    def send(self, message: EmailMessage) -> None:
        """Send one message to all its recipients.

        Raises:
            MailNotSentError: can be retried later.
            MailRefusedError: a person has to change something first.
            RecipientRefusedError: of these, one that concerns this mail or its recipients alone.
        """
        try:
            with self._connected() as server:
                server.send_message(message)
        except ssl.SSLCertVerificationError as error:
            raise MailRefusedError(
                self._name, f"its certificate is not to be trusted ({error.verify_message})"
            ) from error
        except smtplib.SMTPRecipientsRefused as error:
            code, text = max(error.recipients.values())
            raise self._refusal(code, text, RecipientRefusedError) from error
        except smtplib.SMTPDataError as error:
            raise self._refusal(error.smtp_code, error.smtp_error, RecipientRefusedError) from error
        except smtplib.SMTPResponseException as error:
            raise self._refusal(error.smtp_code, error.smtp_error, MailRefusedError) from error
        except smtplib.SMTPNotSupportedError as error:
            raise MailRefusedError(self._name, str(error)) from error
        except UnicodeEncodeError as error:
            # smtplib encodes user and password as ASCII; servers that accept more (RFC 4616) are rare.
            raise MailRefusedError(self._name, "its log-in may hold ASCII characters only") from error
        except (OSError, smtplib.SMTPException) as error:
            raise MailNotSentError(self._name, str(error) or type(error).__name__) from error

    def _refusal(
        self, code: int, text: bytes | str, permanent: type[MailRefusedError]
    ) -> MailNotSentError | MailRefusedError:
        """Return our error for a reply of the server."""
        return (MailNotSentError if code < _PERMANENT else permanent)(self._name, f"{code} {_text(text)}")

    @property
    def _name(self) -> str:
        return f"{self.host}:{self.port or _PORTS[self.security]}"

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        port = self.port or _PORTS[self.security]
        trusted = ssl.create_default_context()
        if self.security == "tls":
            opened: smtplib.SMTP = smtplib.SMTP_SSL(self.host, port, timeout=_TIMEOUT_SECONDS, context=trusted)
        else:
            opened = smtplib.SMTP(self.host, port, timeout=_TIMEOUT_SECONDS)
        with opened as server:
            if self.security == "starttls":
                server.starttls(context=trusted)
            if self.user and self.security != "none":
                server.login(self.user, self.password)
            yield server


def _text(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer


@dataclass(frozen=True, slots=True)
class MailAccount:
    """The server through which mail goes out, and the address that it comes from."""

    server: SmtpServer
    address: str
