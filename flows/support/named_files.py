"""Resolve the files and folders that a person names: the workbooks, and unit and period stated by their folders."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from connectors.sources.filesystem import FilesystemConnector
from domain.errors import UsageError
from workbooks.identify.hints import Hints

WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".xltx", ".xltm", ".ods"})
"""Suffixes of workbooks in folders; a file that is named itself may be called anything."""


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A requested file, what its name and folders state, and its folders `below` the named one."""

    path: Path
    hints: Hints
    below: tuple[str, ...] = ()


def resolve_files(
    named: Sequence[Path], inboxes: Iterable[str], unit: str | None = None, period: str | None = None
) -> tuple[NamedFile, ...]:
    """Return the named files and all workbooks in the named folders, each once.

    Folders state unit and period as they do in an inbox: those of `inboxes`, else those below a folder that was
    named. With `unit` or `period` a file counts as lying in a folder of that unit and period instead.

    Raises:
        UsageError: a file is missing, unreadable or not accepted by nightly runs, or a folder has no workbook.
        SourceUnavailableError: a folder below a named one cannot be listed.
    """
    stated = tuple(folder for folder in (period, unit) if folder)
    roots = [Path(inbox).absolute() for inbox in inboxes if "://" not in inbox]
    files: dict[Path, NamedFile] = {}
    for start in named:
        for path in _files_of(start):
            folders = stated or _folders_above(path, [*roots, start.absolute()])
            below = path.parent.relative_to(start).parts if path != start else ()
            files.setdefault(path.resolve(), NamedFile(path, Hints(path.name, folders), below))
    return tuple(files.values())


def _files_of(named: Path) -> Iterator[Path]:
    if not named.exists():
        raise UsageError(f"there is no file or folder {named}")
    if named.is_dir():
        files = [named / file.path for file in FilesystemConnector("check", str(named)).list()]
        workbooks = [path for path in files if path.suffix.lower() in WORKBOOKS]
        if not workbooks:
            raise UsageError(f"{named} holds no workbook: name another folder, or the files themselves")
        yield from workbooks
        return
    if named.name.startswith(("~$", ".")):
        raise UsageError(f"{named.name} is no report: hidden files and Excel's lock files (~$…) are never taken")
    try:
        named.open("rb").close()
    except OSError as error:
        raise UsageError(f"{named} cannot be read: {error.strerror or error}") from error
    yield named


def _folders_above(path: Path, roots: Sequence[Path]) -> tuple[str, ...]:
    parent = path.absolute().parent
    for root in roots:
        if parent.is_relative_to(root):
            return parent.relative_to(root).parts
    return ()
