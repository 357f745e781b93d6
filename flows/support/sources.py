"""Sources of an installation: those of connectors.yaml, and the folders that TONGHOP_INBOX names."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from connectors.base import Connector, SecretUnreadableError, SourceAccess
from connectors.registry import FOLDER, KINDS, open_source
from connectors.sources.upload import upload_source
from domain.authorisations import UPLOAD
from domain.catalog.connectors import read_sources
from domain.catalog.sources import SecretName, Source
from domain.errors import UsageError
from flows.support.named_files import WORKBOOKS
from flows.support.settings import Settings, environment_secret

_OTHERS_BITS = 0o077


def connectors_file(settings: Settings) -> Path:
    """Return the file of sources, whether it exists or not."""
    return settings.connectors or settings.home / "connectors.yaml"


def described_sources(settings: Settings) -> tuple[Source, ...]:
    """Return the sources of connectors.yaml; none where the home has no such file.

    Raises:
        ConnectorsFileError: the file is wrong, or TONGHOP_CONNECTORS names none.
    """
    file = connectors_file(settings)
    return read_sources(file, KINDS) if settings.connectors or file.exists() else ()


def configured_sources(settings: Settings) -> tuple[Source, ...]:
    """Return all sources, those of connectors.yaml first; what the upload page took is one once there is any.

    Raises:
        ConnectorsFileError: connectors.yaml is wrong.
        UsageError: two sources have one name.
    """
    described = described_sources(settings)
    urls = settings.inbox or (() if described else (str(settings.default_inbox),))
    folders = [Source(name=settings.source_name(url), kind=FOLDER, address=_absolute(url)) for url in urls]
    uploads = [upload_source(str(settings.uploads))] if settings.uploads.is_dir() else []
    names = {source.name for source in described}
    for folder in folders:
        if folder.name in names:
            raise UsageError(
                f"TONGHOP_INBOX and {connectors_file(settings)} both name {folder.name}: keep one of the two"
            )
    if uploads and UPLOAD in names:
        raise UsageError(f"{connectors_file(settings)}: {UPLOAD} is the source of the upload page, use another name")
    return (*described, *folders, *uploads)


def source_names(settings: Settings) -> tuple[str, ...]:
    """Return the names of the sources that senders are authorised for; uploads are authorised by their links."""
    return tuple(source.name for source in configured_sources(settings) if source.kind != UPLOAD)


def source_folders(settings: Settings) -> tuple[str, ...]:
    """Return the folders of this machine that are sources."""
    folders = (source.address for source in configured_sources(settings) if source.kind == FOLDER)
    return tuple(str(settings.home / folder) for folder in folders if "://" not in folder)


def open_sources(settings: Settings) -> Sequence[Connector]:
    """Return the connectors of all sources; none is accessed yet, but the home's own inbox is made.

    Raises:
        ConnectorsFileError: connectors.yaml is wrong.
        ExtraMissingError: the libraries of a kind are not installed.
    """
    make_inbox(settings)
    return [open_source(access_to(settings, source)) for source in configured_sources(settings)]


def make_inbox(settings: Settings) -> None:
    """Make the home's own inbox if it is a source and missing."""
    if str(settings.default_inbox) in source_folders(settings):
        settings.default_inbox.mkdir(parents=True, exist_ok=True)


def access_to(settings: Settings, source: Source) -> SourceAccess:
    """Return what opening a source needs."""
    return SourceAccess(source, settings.home, partial(read_secret, settings.home), WORKBOOKS)


def _absolute(url: str) -> str:
    return url if "://" in url else str(Path(url).absolute())


def read_secret(home: Path, secret: SecretName) -> str:
    """Return a secret: of an environment variable, of the folder of secrets, or of a private file in the home.

    Raises:
        SecretUnreadableError: it is missing or empty, or other accounts can read it.
    """
    if secret.variable:
        value = environment_secret(secret.variable)
        if not value:
            raise _unreadable(secret.variable, "is not set", "Set it in the environment of the service.")
        return value
    file = (home / (secret.file or "")).resolve()
    if not file.is_relative_to(home.resolve()):
        raise _unreadable(file, "lies outside the home", f"Move it into {home}.")
    try:
        mode, value = file.stat().st_mode, file.read_text("utf-8").removesuffix("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(file, f"cannot be read ({error})", "Write it there as text.") from error
    if mode & _OTHERS_BITS:
        raise _unreadable(file, "can be read by other accounts", f"Close it: chmod 600 {file}")
    if not value:
        raise _unreadable(file, "is empty", "Write the secret into it.")
    return value


def _unreadable(place: str | Path, problem: str, remedy: str) -> SecretUnreadableError:
    return SecretUnreadableError(f"the secret {place}", problem, remedy)
