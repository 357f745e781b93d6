"""Resolve the files and folders that a person names: the workbooks, and unit and period stated by their folders."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from connectors.sources.filesystem import FilesystemConnector
from domain.errors import UsageError
from domain.issues import Issue, Severity
from workbooks.identify.hints import Hints

WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".xltx", ".xltm", ".ods"})
"""Suffixes of workbooks in folders; a file that is named itself may be called anything."""

_LOCK_FILES = ("~$", ".~lock.")
_WRONG_USAGE = {
    "folder_without_workbook": "{path} holds no workbook: name another folder, or the files themselves",
    "lock_file": "{path} is no report: Excel's lock files (~$…) are never taken",
    "hidden_file": "{path} is no report: hidden files are never taken",
    "file_missing": "there is no file or folder {path}",
    "file_unreadable": "{path} cannot be read: {reason}",
}


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A requested file, what its name and folders state, and its folders `below` the named one."""

    path: Path
    hints: Hints
    below: tuple[str, ...] = ()
    fault: Issue | None = None


def resolve_files(
    named: Sequence[Path], inboxes: Iterable[str], unit: str | None = None, period: str | None = None
) -> tuple[NamedFile, ...]:
    """Return the named files and all workbooks in the named folders, each once.

    Folders state unit and period as they do in an inbox: those of `inboxes`, else those below a folder that was
    named. With `unit` or `period` a file counts as lying in a folder of that unit and period instead.

    What cannot be taken (a file that is missing or unreadable, a lock file, a folder without workbooks) has a `fault`.

    Raises:
        UsageError: nothing that is named can be taken.
        SourceUnavailableError: a folder below a named one cannot be listed.
    """
    stated = tuple(folder for folder in (period, unit) if folder)
    roots = [Path(inbox).absolute() for inbox in inboxes if "://" not in inbox]
    files: dict[Path, NamedFile] = {}
    for start in named:
        for path in _files_of(start):
            folders = stated or _folders_above(path, [*roots, start.absolute()])
            below = path.parent.relative_to(start).parts if path != start else ()
            files.setdefault(path.resolve(), NamedFile(path, Hints(path.name, folders), below, _fault_of(path)))
    faults = [file.fault for file in files.values() if file.fault is not None]
    if len(faults) == len(files):
        raise UsageError("; ".join(_WRONG_USAGE[fault.code].format(**fault.facts) for fault in faults))
    return tuple(files.values())


def _files_of(named: Path) -> Iterator[Path]:
    """Yield the workbooks of a folder; the path itself where it is no folder or has none."""
    if named.is_dir():
        files = [named / file.path for file in FilesystemConnector("check", str(named)).list()]
        yield from [path for path in files if path.suffix.lower() in WORKBOOKS] or [named]
    else:
        yield named


def _fault_of(path: Path) -> Issue | None:
    if path.is_dir():
        return _fault("folder_without_workbook", path)
    if path.name.startswith(("~$", ".")):
        return _fault("lock_file" if path.name.startswith(_LOCK_FILES) else "hidden_file", path)
    if path.exists() and not path.is_file():
        # Opening a pipe would wait for its writer.
        return _fault("file_unreadable", path, "not a regular file")
    try:
        path.open("rb").close()
    except FileNotFoundError:
        return _fault("file_missing", path)
    except OSError as error:
        return _fault("file_unreadable", path, error.strerror or str(error))
    return None


def _fault(code: str, path: Path, reason: str = "") -> Issue:
    return Issue(code, Severity.CRITICAL, found=path.name, facts={"path": str(path), "reason": reason})


def _folders_above(path: Path, roots: Sequence[Path]) -> tuple[str, ...]:
    parent = path.absolute().parent
    for root in roots:
        if parent.is_relative_to(root):
            return parent.relative_to(root).parts
    return ()
