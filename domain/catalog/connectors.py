"""Reads connectors.yaml, an installation's sources, and writes entries of it."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

from domain.catalog.fields import FileModel, Natural, Positive, Words
from domain.catalog.files import CatalogError, YamlDocument, decode_text, read_document
from domain.catalog.shapes import Kind, fault
from domain.catalog.sources import REPLIES_FOLDER, After, RepliesGo, SecretName, Source, SourceKind, SourceLimits
from domain.errors import UsageError

_OWN_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
_NAME_ITS_PLACE = "name where it is kept: {variable: NAME} or {file: PATH}, a file of mode 600 in the home"
_KIND_KEYS = ("user", "password", "key", "known_hosts", "authority", "endpoint", "trusted_server")


class ConnectorsFileError(UsageError):
    """connectors.yaml is invalid; `line` counts from 1 and is None where no one line is to blame."""

    def __init__(self, file: Path, problem: str, remedy: str, line: int | None = None) -> None:
        """Keep the facts and make the sentence."""
        self.file, self.line, self.problem, self.remedy = file, line, problem, remedy
        super().__init__(f"{file}{'' if line is None else f', line {line}'}: {problem}; {remedy}")


class SecretEntry(FileModel):
    """The name of a secret."""

    variable: Annotated[str, Field(description="an environment variable, as SFTP_PW")] = ""
    file: Annotated[str, Field(description="a file of mode 600 in the home, as secrets/sftp")] = ""


def _no_secret(value: object) -> object:
    """Refuse what may be the secret itself, without repeating it."""
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value.values()):
        raise fault("a secret does not belong into this file", _NAME_ITS_PLACE)
    return value


def _one_place(entry: SecretEntry) -> SecretEntry:
    if bool(entry.variable) == bool(entry.file):
        raise fault("a secret has one name", _NAME_ITS_PLACE)
    if entry.variable and not re.fullmatch("[A-Z][A-Z0-9_]*", entry.variable):
        raise fault("this is no name of an environment variable", "write capital letters, digits and underscores")
    return entry


Secret = Annotated[
    SecretEntry,
    BeforeValidator(_no_secret),
    AfterValidator(_one_place),
    Field(description="the name of a secret: {variable: NAME} or {file: PATH}"),
]


class LimitsEntry(FileModel):
    """Limits of a source."""

    bytes_per_file: Annotated[Positive, Field(description="the most bytes of a file; larger ones are left")] = (
        52_428_800
    )
    files_per_run: Annotated[Positive, Field(description="the most files taken by a run; the next takes the rest")] = (
        10_000
    )
    mails_per_day: Annotated[Positive, Field(description="the most mails to one address in a day; the rest wait")] = 50


class SourceEntry(FileModel):
    """A source."""

    name: Annotated[
        str,
        Field(pattern=r"^[^\s\x00-\x1f]{1,200}$", description="a name without spaces, kept for good: files have it"),
    ]
    kind: Annotated[str, Field(pattern="^[a-z][a-z0-9]*$", description="a kind of source, as folder or imap")]
    address: Annotated[str, Field(min_length=1, description="a path, or an address as sftp://host/folder")]
    user: Annotated[Words | None, Field(description="the account, or the id of an access key")] = None
    password: Secret | None = None
    key: Secret | None = None
    known_hosts: Annotated[Words | None, Field(description="a known_hosts file with the server's key")] = None
    authority: Annotated[Words | None, Field(description="a file of certificates to check the server against")] = None
    endpoint: Annotated[Words | None, Field(description="the address of the object store, as https://host")] = None
    trusted_server: Annotated[
        Words | None, Field(description="the mail server whose Authentication-Results are believed, as mx.example.vn")
    ] = None
    after: Annotated[After, Field(description="what happens to a file once it has landed")] = After.LEFT
    replies: Annotated[
        RepliesGo | None,
        Field(description="returned (by mail, or into outbox/ of the source) or kept (in the home alone)"),
    ] = None
    moved_to: Annotated[str, Field(pattern=r"^[^/\\.\s][^/\\]*$", description="the name of a folder of the source")] = (
        "da-nhan"
    )
    quiet_seconds: Annotated[Natural | None, Field(description="seconds that a file has to lie untouched")] = None
    limits: LimitsEntry = LimitsEntry()


class ConnectorsFile(FileModel):
    """The sources of an installation."""

    sources: Annotated[tuple[SourceEntry, ...], Field(min_length=1, description="at least one source")]


CONNECTORS = Kind("connectors", "The sources of an installation (connectors.yaml in its home).", ConnectorsFile)


def read_sources(file: Path, kinds: Mapping[str, SourceKind]) -> tuple[Source, ...]:
    """Read the sources of a file, in its order.

    Raises:
        ConnectorsFileError: it is missing or wrong; the message names the line and the remedy.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        problem = f"the file cannot be read ({error.strerror or error})"
        raise ConnectorsFileError(file, problem, "let this account read it, or correct TONGHOP_CONNECTORS") from error
    return parse_sources(file, data, kinds)


def parse_sources(file: Path, data: bytes, kinds: Mapping[str, SourceKind]) -> tuple[Source, ...]:
    """Return the sources that the content of a file describes; see `read_sources`."""
    try:
        document = read_document(file.name, decode_text(file.name, data))
        entries = CONNECTORS.check_document(document).sources
        results: dict[str, Source] = {}
        for place, entry in enumerate(entries):
            _check(document, place, entry, kinds)
            document.add_once(results, entry.name, _source(entry, kinds[entry.kind]), "sources", place, "name")
    except CatalogError as error:
        raise ConnectorsFileError(file, error.problem, error.remedy, error.line) from error
    return tuple(results.values())


def _check(document: YamlDocument, place: int, entry: SourceEntry, kinds: Mapping[str, SourceKind]) -> None:
    def error(problem: str, remedy: str, key: str) -> CatalogError:
        return document.error(f"source {entry.name}: {problem}", remedy, "sources", place, key)

    kind = kinds.get(entry.kind)
    if kind is None:
        raise error(f"{entry.kind} is no kind of source", f"write one of: {', '.join(kinds)}", "kind")
    for key in _KIND_KEYS:
        stated = getattr(entry, key) is not None
        if stated and key not in kind.keys:
            known = ", ".join(kind.keys) or "none"
            raise error(f"a source of kind {entry.kind} has no {key}", f"take it out; it may have: {known}", key)
        if not stated and key in kind.needs:
            raise error(f"{key} is missing", f"add a line {key}: to this source", "name")
    if kind.needs_any and not any(getattr(entry, key) is not None for key in kind.needs_any):
        raise error("no way to log in is named", f"add one of: {', '.join(kind.needs_any)}", "name")
    _check_outcomes(error, entry, kind)
    if problem := _wrong_address(entry.address, kind.schemes):
        raise error(problem, f"write it like {kind.example}", "address")
    if entry.endpoint and (problem := _wrong_address(entry.endpoint, ("https", "http"))):
        raise error(problem, "write it like https://store.example.vn", "endpoint")


def _check_outcomes(error: Callable[[str, str, str], CatalogError], entry: SourceEntry, kind: SourceKind) -> None:
    """Check what becomes of landed files and replies."""
    if entry.after not in kind.after:
        allowed = ", ".join(kind.after)
        raise error(f"files of kind {entry.kind} cannot be {entry.after}", f"write one of: {allowed}", "after")
    if entry.replies is RepliesGo.RETURNED and kind.replied_by is None:
        raise error(f"a source of kind {entry.kind} takes no replies", "write replies: kept", "replies")
    if entry.after is After.MOVED and entry.moved_to == REPLIES_FOLDER:
        raise error(f"{REPLIES_FOLDER} is the folder of replies", "name another folder for landed files", "moved_to")


def _wrong_address(address: str, schemes: tuple[str, ...]) -> str | None:
    if not schemes:
        return f"{address} is no path of this machine" if "://" in address else None
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        return f"{address} is no address ({error})"
    if parts.username or parts.password or "@" in parts.netloc:
        return "an address holds no account and no password: they have keys of their own"
    if parts.scheme not in schemes or not host or parts.query or parts.fragment:
        return f"{address} is no address of this kind"
    if parts.scheme == "http" and host not in _OWN_MACHINE:
        return "a password would travel unencrypted"
    return None


def _source(entry: SourceEntry, kind: SourceKind) -> Source:
    secrets = {
        key: SecretName(secret.variable or None, secret.file or None)
        for key in ("password", "key")
        if (secret := getattr(entry, key)) is not None
    }
    limits = SourceLimits(**dict(entry.limits))
    replies = entry.replies or (RepliesGo.RETURNED if kind.replied_by else RepliesGo.KEPT)
    return Source(**(dict(entry) | secrets | {"limits": limits, "replies": replies}))


def with_entry(text: str, values: Mapping[str, object]) -> str:
    """Return the text of a file of sources with one more entry at its end; comments stay."""
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    entry = "\n    ".join(lines)
    start = text if text.endswith("\n") or not text else f"{text}\n"
    return f"{start or 'sources:' + chr(10)}  - {entry}\n"
