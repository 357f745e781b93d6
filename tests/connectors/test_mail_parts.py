"""What a mail brings, and what is believed of who sent it."""

from email import message_from_bytes
from email.message import EmailMessage
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from imap_tools import MailMessage

from connectors.mail import attachments
from connectors.mail.attachments import mailed_files, text_of
from connectors.mail.origin import is_automatic, proved_sender
from domain.mail.threads import message_id_of

SUFFIXES = frozenset({".xlsx", ".xls"})
FROM = "Xã Lâm Sơn <Xa@LamSon.example.vn>"
SENDER, SERVER = "xa@lamson.example.vn", "mx.ninhthuan.example.vn"
DMARC = f"{SERVER}; dmarc=pass (p=none) header.from=lamson.example.vn"


def mail(**headers: str) -> EmailMessage:
    """Return a mail with these headers; `_` in a name stands for `-`."""
    message = EmailMessage()
    for name, value in {"From": FROM, **headers}.items():
        message[name.replace("_", "-")] = value
    message.set_content("Kính gửi huyện.")
    return message


def archive(**members: bytes) -> bytes:
    """Return a ZIP archive; `__` in a name stands for `/`, `_` for `.`."""
    result = BytesIO()
    with ZipFile(result, "w", ZIP_DEFLATED) as packed:
        for name, data in members.items():
            packed.writestr(name.replace("__", "/").replace("_", "."), data)
    return result.getvalue()


def files(*parts: tuple[str, bytes]) -> list[tuple[str, bytes]]:
    """Return the paths and bytes taken from a mail with these attachments."""
    message = mail()
    for name, data in parts:
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    taken = mailed_files(MailMessage.from_bytes(bytes(message)), SUFFIXES)
    return [(file.path, file.data) for file in taken]


def test_workbooks_are_taken_and_nothing_else() -> None:
    """Letters, logos and what programs leave stay in the mail; namesakes are told apart."""
    taken = files(
        ("Xã Lâm Sơn T5.xlsx", b"a"), ("CV 12.pdf", b"b"), ("logo.png", b"c"), ("~$a.xlsx", b"d"), ("T5.XLS", b"e"),
        ("T5.XLS", b"f"),
    )  # fmt: skip
    assert taken == [("Xã Lâm Sơn T5.xlsx", b"a"), ("T5.XLS", b"e"), ("6/T5.XLS", b"f")]


def test_archives_are_unpacked() -> None:
    """Their folders stay, names that lead elsewhere do not."""
    packed = archive(xã__a_xlsx=b"a", __etc__b_xlsx=b"b", c_pdf=b"c")
    assert files(("T5.zip", packed)) == [("T5.zip/xã/a.xlsx", b"a"), ("T5.zip/etc/b.xlsx", b"b")]
    climbing = archive(aa__b_xlsx=b"b").replace(b"aa/", b"../")
    assert files(("T5.zip", climbing)) == [("T5.zip/b.xlsx", b"b")]


@pytest.mark.parametrize(
    "data",
    [b"PK\x03\x04 no archive", archive(a_xlsx=b"x" * 2000), archive(a_xlsx=b"", b_xlsx=b"")],
    ids=["broken", "too large", "too many members"],  # bytes of an archive hold the moment: no two workers' were equal
)
def test_an_archive_beyond_bounds_is_taken_as_it_is(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Broken, too large or with too many members: its sender is told that it cannot be read."""
    monkeypatch.setattr(attachments, "MOST_UNPACKED", 1000)
    monkeypatch.setattr(attachments, "MOST_PARTS", 1)
    assert files(("T5.zip", data)) == [("T5.zip", data)]


@pytest.mark.parametrize(
    "results",
    [
        DMARC,
        f"{SERVER}; dkim=pass header.d=lamson.example.vn; spf=fail smtp.mailfrom=x@y.vn",
        f"{SERVER}; spf=pass (it is a permitted sender) smtp.mailfrom=xa@lamson.example.vn",
        "MX.NinhThuan.example.vn;  dmarc=PASS header.from=LamSon.example.vn",
    ],
)
def test_an_address_that_the_trusted_server_proved_counts(results: str) -> None:
    """By DMARC, by a signature of its very domain, or by the sending server."""
    assert proved_sender(mail(Authentication_Results=results), SERVER) == SENDER


@pytest.mark.parametrize(
    "results",
    [
        f"{SERVER}; dmarc=fail header.from=lamson.example.vn",
        f"{SERVER}; dkim=pass header.d=example.vn",
        f"{SERVER}; dkim=pass header.d=evil.example",
        f"{SERVER}; none (dmarc=pass header.from=lamson.example.vn)",
        f'{SERVER}; spf=pass smtp.mailfrom="x@y.vn; dmarc=pass header.from=lamson.example.vn"',
        f'{SERVER}; dkim=fail reason="; dmarc=pass header.from=lamson.example.vn" header.d=lamson.example.vn',
        "mx.evil.example; dmarc=pass header.from=lamson.example.vn",
        "nonsense",
    ],
)
def test_what_proves_nothing_does_not_count(results: str) -> None:
    """Other domains, other servers, and words of the sender's within a comment or a quoted text."""
    assert proved_sender(mail(Authentication_Results=results), SERVER) is None


def test_the_topmost_result_of_the_server_counts() -> None:
    """A header that the sender wrote stands below those of the server."""
    forged = b"Authentication-Results: " + DMARC.encode() + b"\r\n"
    honest = b"Authentication-Results: " + SERVER.encode() + b"; dmarc=fail header.from=lamson.example.vn\r\n"
    message = message_from_bytes(honest + forged + bytes(mail()))
    assert proved_sender(message, SERVER) is None


def test_without_a_trusted_server_no_address_counts() -> None:
    """Whatever headers a mail has."""
    assert proved_sender(mail(Authentication_Results=DMARC), None) is None


@pytest.mark.parametrize(
    "sender",
    ["a@lamson.example.vn, xa@lamson.example.vn", "Xã Lâm Sơn", "", '"a, b@evil.example"@lamson.example.vn'],
)
def test_an_author_has_to_be_one(sender: str) -> None:
    """With several addresses, or none, it is not said which of them was proved."""
    message = message_from_bytes(f"From: {sender}\r\nAuthentication-Results: {DMARC}\r\n\r\n".encode())
    assert proved_sender(message, SERVER) is None
    twice = message_from_bytes(f"From: {SENDER}\r\nFrom: b@c.vn\r\nAuthentication-Results: {DMARC}\r\n\r\n".encode())
    assert proved_sender(twice, SERVER) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"List_Id": "<xa.example.vn>"},
        {"Return_Path": "<>"},
        {"From": "MAILER-DAEMON@mx.example.vn"},
        {"Message_ID": message_id_of("reply", 1, "another installation")},
    ],
)
def test_mail_of_programs_is_known(headers: dict[str, str]) -> None:
    """Automatic replies, lists and bounces; a person's mail is none."""
    assert is_automatic(mail(**headers))
    assert not is_automatic(mail(Auto_Submitted="no", Return_Path="<xa@lamson.example.vn>"))


def test_a_mail_in_html_alone_is_read() -> None:
    """Without its tags, styles and entities."""
    message = EmailMessage()
    message.set_content("<style>p {color: red}</style><p>&#272;ồng ý</p>", subtype="html")
    assert text_of(MailMessage.from_bytes(bytes(message))).decode().split() == ["Đồng", "ý"]
