"""Sources for an administrator: try whether they can be reached, and describe a new one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.registry import FOLDER, KINDS, open_source
from domain.catalog.connectors import parse_sources, with_entry
from domain.catalog.sources import RepliesGo, Source
from domain.errors import TonghopError, UsageError
from flows.support.atomic_files import atomic_file
from flows.support.private_files import FILE_MODE
from flows.support.settings import Settings
from flows.support.sources import access_to, configured_sources, connectors_file, described_sources, make_inbox

_VARIABLE = re.compile("[A-Z][A-Z0-9_]*")
_SECRETS = ("password", "key")
_OWN_INBOX = {"name": "inbox", "kind": FOLDER, "address": "inbox", "replies": RepliesGo.KEPT}
"""The home's own inbox as an entry: replies lie in the home already."""


@dataclass(frozen=True, slots=True)
class SourceTest:
    """Whether a source could be reached: how many files (or mails) lie there, or what is wrong."""

    name: str
    kind: str
    files: int | None
    problem: str | None


def sources_named(settings: Settings, name: str | None) -> tuple[Source, ...]:
    """Return the source of a name, or all of them; the home's own inbox is made if it is missing.

    Raises:
        UsageError: there is none of this name.
    """
    make_inbox(settings)
    sources = configured_sources(settings)
    chosen = tuple(source for source in sources if name in {None, source.name})
    if not chosen:
        raise UsageError(f"no source is named {name}: name one of {', '.join(source.name for source in sources)}")
    return chosen


def try_source(settings: Settings, source: Source) -> SourceTest:
    """Log in to a source and count what lies there; nothing is fetched, moved or kept."""
    try:
        return SourceTest(source.name, source.kind, open_source(access_to(settings, source)).count(), None)
    except TonghopError as error:
        return SourceTest(source.name, source.kind, None, str(error))


def entry_of(settings: Settings, values: Mapping[str, str]) -> Mapping[str, object]:
    """Return an entry of connectors.yaml made of what a person stated; empty values are left out.

    A secret is stated as the name of a variable, or as a file of the home.

    Raises:
        UsageError: such a file does not exist; the message does not repeat what may be the secret itself.
    """
    results: dict[str, object] = {key: value for key, value in values.items() if value}
    for key in _SECRETS:
        if secret := values.get(key, ""):
            if not _VARIABLE.fullmatch(secret) and not (settings.home / secret).is_file():
                raise UsageError(
                    f"{key}: name an environment variable, as SFTP_PW, or an existing file of mode 600 in "
                    f"{settings.home}; never the secret itself"
                )
            results[key] = {"variable" if _VARIABLE.fullmatch(secret) else "file": secret}
    return results


def add_source(settings: Settings, entry: Mapping[str, object]) -> Source:
    """Add an entry to connectors.yaml and return the source; the file is made if there is none.

    A new file begins with what is collected so far without it, so that adding a source takes none away.

    Raises:
        UsageError: the entry is wrong; nothing was written.
    """
    file = connectors_file(settings)
    before: Sequence[Source] = described_sources(settings) if file.exists() else ()
    if file.exists():
        text = file.read_text("utf-8-sig")
    else:
        text = "" if settings.inbox else with_entry("", _OWN_INBOX)
        before = parse_sources(file, text.encode(), KINDS) if text else ()
    text = with_entry(text, entry)
    sources = parse_sources(file, text.encode(), KINDS)
    if sources[:-1] != tuple(before):
        raise UsageError(f"{file} does not end with its list of sources: add the entry by hand")
    with atomic_file(file) as draft:
        draft.write_text(text, "utf-8")
        draft.chmod(FILE_MODE)
    return sources[-1]
