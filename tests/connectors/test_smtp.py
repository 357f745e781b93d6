"""Mail through a real SMTP server: encryption, log-in, and errors that name the cause."""

import ssl
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
import trustme

from connectors.replies.smtp import MailNotSentError, MailRefusedError, SmtpServer
from tests.flows.deployments.notice_sinks import Mailbox, smtp_server
from tests.flows.deployments.prefect_server import free_port

LOGIN = ("tonghop", "one-and-only-s3cret")


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Make a certificate authority that is not trusted by default."""
    return trustme.CA()


@pytest.fixture(scope="module")
def encrypted(authority: trustme.CA) -> Iterator[tuple[int, Mailbox]]:
    """Start a server that accepts mail over STARTTLS only, after a log-in."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with smtp_server(login=LOGIN, tls=context) as server:
        yield server


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch, authority: trustme.CA, tmp_path: Path) -> None:
    """Trust the authority, as an operator would configure it."""
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))


@pytest.fixture
def mail() -> EmailMessage:
    """Make a mail in Vietnamese."""
    message = EmailMessage()
    message["Subject"] = "Báo cáo bị trả lại: Ma Nới"
    message["From"], message["To"] = "tonghop@ninhson.example", "officer@ninhson.example"
    message.set_content("Ô E15: tử số lớn hơn mẫu số.")
    return message


@pytest.mark.usefixtures("trusted")
def test_encrypted_with_a_login(encrypted: tuple[int, Mailbox], mail: EmailMessage) -> None:
    """Over STARTTLS, with user and password, the mail arrives unchanged."""
    port, box = encrypted
    SmtpServer("localhost", port, "starttls", *LOGIN).send(mail)
    assert box.mails[-1]["Subject"] == "Báo cáo bị trả lại: Ma Nới"
    assert box.mails[-1].get_content().strip() == "Ô E15: tử số lớn hơn mẫu số."


@pytest.mark.usefixtures("trusted")
def test_a_wrong_password_is_refused(encrypted: tuple[int, Mailbox], mail: EmailMessage) -> None:
    """A failed log-in is terminal, and the message names the settings, not the password."""
    with pytest.raises(MailRefusedError, match="TONGHOP_MAIL_HOST") as caught:
        SmtpServer("localhost", encrypted[0], "starttls", LOGIN[0], "wrong-one").send(mail)
    assert "wrong-one" not in str(caught.value)


@pytest.mark.usefixtures("trusted")
def test_a_password_that_cannot_be_sent(encrypted: tuple[int, Mailbox], mail: EmailMessage) -> None:
    """A password with characters that the log-in cannot transmit is reported as such."""
    with pytest.raises(MailRefusedError, match="ASCII"):
        SmtpServer("localhost", encrypted[0], "starttls", LOGIN[0], "mật khẩu").send(mail)


def test_an_untrusted_server_receives_nothing(encrypted: tuple[int, Mailbox], mail: EmailMessage) -> None:
    """An untrusted certificate ends the connection before the log-in."""
    before = len(encrypted[1].mails)
    with pytest.raises(MailRefusedError, match="certificate"):
        SmtpServer("localhost", encrypted[0], "starttls", *LOGIN).send(mail)
    assert len(encrypted[1].mails) == before


def test_without_encryption_no_password_is_sent(mail: EmailMessage) -> None:
    """An unencrypted server receives the mail but never the password."""
    with smtp_server() as (port, box):
        SmtpServer("127.0.0.1", port, "none", *LOGIN).send(mail)
    assert len(box.mails) == 1


def test_no_answer_is_transient(mail: EmailMessage) -> None:
    """A server that does not answer is a transient error."""
    with pytest.raises(MailNotSentError, match=r"127\.0\.0\.1"):
        SmtpServer("127.0.0.1", free_port(), "none").send(mail)
