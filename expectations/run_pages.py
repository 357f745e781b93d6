"""Pages of nightly runs: one for each of the last runs that checked submissions, and an index."""

import logging
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from domain.rules import Rule
from domain.texts import Lang
from expectations.errors import RunPagesNotWrittenError
from expectations.kept_results import NightlyResults, merge, read_results, write_atomically, write_results

if TYPE_CHECKING:
    from expectations.run_page import Texts

INDEX: Final = "index.html"
KEPT: Final = ".kept"
_NIGHTLY: Final = "night"
"""Name of the file with all batches of a run; no batch has this name."""

_LOG = logging.getLogger(__name__)


def batch_file(folder: Path, run_id: str, batch: str) -> Path:
    """Return the file of a batch's results, which is kept until the page of its run is written."""
    return folder / KEPT / run_id / f"{batch}.json"


def has_pages_due(folder: Path) -> bool:
    """Tell whether there are results that are not on a page yet."""
    return any(path.stem != _NIGHTLY for run in _run_folders(folder) for path in run.glob("*.json"))


def update_run_pages(
    folder: Path, rules: Mapping[str, Rule], most: int, lang: Lang, text: "Texts", *, note: str = ""
) -> int:
    """Write the pages of runs that have none yet, remove all but the last `most`, and write the index.

    `note` names a text, `night_<note>`, that the new pages show at their top.

    Results of a killed run get their page with the next run. Without new results nothing is written.

    Returns:
        How many pages were written.

    Raises:
        RunPagesNotWrittenError: the storage failed; results are kept, and the next run writes their pages.
    """
    try:
        if not has_pages_due(folder):
            return 0
        # Great Expectations takes long to import: only a process that has a page to write pays for it.
        from expectations.run_page import write_index, write_run_page

        new = dict(_new_runs(folder))
        for run, results in new.items():
            write_atomically(folder / page_name(results) / INDEX, write_run_page(results, rules, lang, text, note=note))
            write_results(run / f"{_NIGHTLY}.json", results)
        kept = [(page_name(results), results) for results in _prune(folder, most)]
        write_atomically(folder / INDEX, write_index(kept, lang, text))
        for run in _run_folders(folder):
            _remove_merged_batches(run)
    except OSError as error:
        raise RunPagesNotWrittenError(folder, error.strerror or str(error)) from error
    return len(new)


def page_name(results: NightlyResults) -> str:
    """Return the folder name of a run's page; names sort by time."""
    return f"{results.at:%Y%m%dT%H%M%SZ}-{results.run_id}"


def _new_runs(folder: Path) -> Iterator[tuple[Path, NightlyResults]]:
    """Yield the runs with batches that are not on a page yet, each with all its batches."""
    for run in _run_folders(folder):
        known = _read(run / f"{_NIGHTLY}.json")
        # Batches that are merged already were left by a run that was killed between writing page and index.
        merged = {_NIGHTLY + ".json", *(known.batches if known else ())}
        batches = (_read(path) for path in sorted(run.glob("*.json")) if path.name not in merged)
        results = [kept for kept in (known, *batches) if kept is not None]
        if len(results) > bool(known):
            yield run, merge(results)


def _remove_merged_batches(run: Path) -> None:
    """Remove the files of batches that are on a page; only after the index is written."""
    results = _read(run / f"{_NIGHTLY}.json")
    for batch in results.batches if results else ():
        (run / batch).unlink(missing_ok=True)


def _prune(folder: Path, most: int) -> list[NightlyResults]:
    """Remove all but the last `most` runs and return these, newest first."""
    runs = sorted(_runs(folder), key=page_name, reverse=True)
    for results in runs[most:]:
        shutil.rmtree(folder / page_name(results), ignore_errors=True)
        shutil.rmtree(folder / KEPT / results.run_id)
    return runs[:most]


def _runs(folder: Path) -> list[NightlyResults]:
    results = (_read(run / f"{_NIGHTLY}.json") for run in _run_folders(folder))
    return [kept for kept in results if kept is not None]


def _run_folders(folder: Path) -> list[Path]:
    kept = folder / KEPT
    return sorted(path for path in kept.iterdir() if path.is_dir()) if kept.is_dir() else []


def _read(path: Path) -> NightlyResults | None:
    """Read results from a file; None if it is missing, or damaged: a damaged file is renamed and left out."""
    try:
        return read_results(path)
    except FileNotFoundError:
        return None
    except (ValueError, LookupError, TypeError) as error:
        _LOG.warning("%s is left out of the pages of nightly runs: %s", path, error)
        path.replace(path.with_suffix(".damaged"))
        return None
