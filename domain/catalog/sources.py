"""Sources of submissions as an installation configures them: where files arrive, and what becomes of them there."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class After(StrEnum):
    """What happens to a file at its source once it has landed."""

    LEFT = "left"
    MOVED = "moved"
    FLAGGED = "flagged"


class RepliesGo(StrEnum):
    """Where replies to a source's deliveries go, beside the outbox of the home: back, or nowhere else."""

    RETURNED = "returned"
    KEPT = "kept"


class ReplyWay(StrEnum):
    """How replies return: as files in the source's own folder of replies, or by mail to the proved sender."""

    FILES = "files"
    MAIL = "mail"


REPLIES_FOLDER = "outbox"
"""The folder of replies at a source, which no listing has."""


@dataclass(frozen=True, slots=True)
class SecretName:
    """Where a secret is kept: in an environment variable or in a file of the home; never the secret itself."""

    variable: str | None = None
    file: str | None = None

    def __str__(self) -> str:
        """Return the name as people are shown it."""
        return self.variable or self.file or ""


@dataclass(frozen=True, slots=True)
class SourceLimits:
    """The most bytes of a file, files that a run takes, and mails to one address in a day; None: no limit."""

    bytes_per_file: int | None = None
    files_per_run: int | None = None
    mails_per_day: int | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A place where submissions arrive.

    `name` identifies it in records. Paths (`known_hosts`, `authority`, a folder's `address`) are relative to the home.
    `authority` is a file of certificates that TLS connections are checked against, in place of the system's;
    `endpoint` the address of an object store. Results of authentication count if the mail server `trusted_server` noted
    them. `replies` is where replies go, `moved_to` the folder of files that were moved. `quiet_seconds` is how long a
    file has to lie untouched; None: as the installation sets it.
    """

    name: str
    kind: str
    address: str
    user: str | None = None
    password: SecretName | None = None
    key: SecretName | None = None
    known_hosts: str | None = None
    authority: str | None = None
    endpoint: str | None = None
    trusted_server: str | None = None
    after: After = After.LEFT
    replies: RepliesGo = RepliesGo.KEPT
    moved_to: str = "da-nhan"
    quiet_seconds: int | None = None
    limits: SourceLimits = SourceLimits()


@dataclass(frozen=True, slots=True)
class SourceKind:
    """A kind of source: what an entry of it looks like, and where its connector is.

    `module` defines `CONNECTOR`; `extra` is the optional dependencies that it needs. Addresses begin with one of
    `schemes`, and none means a path of this machine; `example` is one. An entry has to have the keys of `needs` and at
    least one of `needs_any`, and may have those of `takes`; `after` lists what may happen to landed files.
    `replied_by` is how replies return; None: such a source takes none.
    """

    module: str
    example: str
    extra: str | None = None
    schemes: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    needs_any: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    after: Collection[After] = (After.LEFT,)
    replied_by: ReplyWay | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys that an entry of this kind may have beyond those of every entry."""
        return tuple(dict.fromkeys((*self.needs, *self.needs_any, *self.takes)))
