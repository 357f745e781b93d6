"""Marked copies of checked files, in the same subfolders as the originals."""

from collections.abc import Container, Sequence
from itertools import chain, count
from pathlib import Path
from tempfile import TemporaryFile

from domain.catalog.catalog import Catalog
from domain.errors import UsageError
from flows.actions.check_files import CheckedFile
from flows.pipeline.marked_copy import FileFindings, marked_copy
from flows.pipeline.progress import ProgressListener
from flows.support.settings import Settings
from workbooks.pool.landed_file import LandedFile


def require_folder(folder: Path) -> None:
    """Create a folder if it is missing, and raise unless files can be written there, before any work is done.

    Raises:
        UsageError: no files can be written there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise UsageError(f"--annotate {folder}: nothing can be written there ({error.strerror or error})") from error


def write_copies(
    checked: Sequence[CheckedFile], folder: Path, catalog: Catalog, settings: Settings, listener: ProgressListener
) -> tuple[Path, ...]:
    """Write a copy of each file that was taken; copies of an earlier check are overwritten, checked files are not.

    Returns:
        The paths of the copies, in the order of the files.
    """
    listener.begin("annotate", len(checked))
    written: list[Path] = []
    taken = {checked_file.path.resolve() for checked_file in checked}
    for checked_file in checked:
        if not checked_file.is_taken:
            continue
        file = LandedFile(checked_file.path, checked_file.file.hints)
        findings = FileFindings(checked_file.issues, checked_file.report.repairs)
        copy = marked_copy(file, findings, catalog, settings.reading_limits)
        target = _free(folder.joinpath(*checked_file.file.below, copy.file_name), taken)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(copy.data)
        written.append(target)
        taken.add(target.resolve())
        listener.advance("annotate", 1)
    return tuple(written)


def _free(target: Path, taken: Container[Path]) -> Path:
    """Return the path, numbered if it is taken by a checked file or another copy."""
    numbered = (target.with_name(f"{target.stem} ({number}){target.suffix}") for number in count(2))
    return next(path for path in chain([target], numbered) if path.resolve() not in taken)
