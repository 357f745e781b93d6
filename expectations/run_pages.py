"""The nights' pages: one for each run that judged something, the last so many, and a list of them."""

import logging
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from domain.rules import Rule
from domain.texts import Lang
from expectations.errors import NightsNotWrittenError
from expectations.kept_results import NightlyResults, merge, read_night, write_night, write_whole
from expectations.run_page import Texts, write_index, write_night_page

INDEX: Final = "index.html"
KEPT: Final = ".kept"
_NIGHT: Final = "night"
"""Name of the file that holds all batches of a run; no batch is called so."""

_LOG = logging.getLogger(__name__)


def batch_file(folder: Path, run_id: str, batch: str) -> Path:
    """Where what the rules found in a batch of a run is kept until the run ends."""
    return folder / KEPT / run_id / f"{batch}.json"


def has_untold(folder: Path) -> bool:
    """Whether anything was kept of which no page tells yet."""
    return any(path.stem != _NIGHT for run in _run_folders(folder) for path in run.glob("*.json"))


def write_nights(folder: Path, rules: Mapping[str, Rule], most: int, lang: Lang, text: Texts) -> int:
    """Write the pages of runs that have none yet, remove those of all but the last `most`, and list the rest.

    What a killed run has kept gets its page with the next one. Where nothing is new nothing is written.

    Returns:
        How many pages were written.

    Raises:
        NightsNotWrittenError: the storage failed; what was kept stays, and the next run writes it.
    """
    try:
        new = dict(_new_nights(folder))
        for run, results in new.items():
            write_whole(folder / page_name(results) / INDEX, write_night_page(results, rules, lang, text))
            write_night(run / f"{_NIGHT}.json", results)
        if has_untold(folder):
            kept = [(page_name(results), results) for results in _prune(folder, most)]
            write_whole(folder / INDEX, write_index(kept, lang, text))
        for run in _run_folders(folder):
            _forget_told(run)
    except OSError as error:
        raise NightsNotWrittenError(folder, error.strerror or str(error)) from error
    return len(new)


def page_name(results: NightlyResults) -> str:
    """The name of the folder of a night's page: sorted by name they are sorted by time."""
    return f"{results.at:%Y%m%dT%H%M%SZ}-{results.run_id}"


def _new_nights(folder: Path) -> Iterator[tuple[Path, NightlyResults]]:
    """Runs with batches that no page tells of, each with all its batches."""
    for run in _run_folders(folder):
        known = _read(run / f"{_NIGHT}.json")
        # What is told of already was left by a run that died between writing the page and the list.
        result = {_NIGHT + ".json", *(known.batches if known else ())}
        batches = (_read(path) for path in sorted(run.glob("*.json")) if path.name not in result)
        results = [kept for kept in (known, *batches) if kept is not None]
        if len(results) > bool(known):
            yield run, merge(results)


def _forget_told(run: Path) -> None:
    """Remove what a page was made from; only now may it go, for the list is written too."""
    results = _read(run / f"{_NIGHT}.json")
    for batch in results.batches if results else ():
        (run / batch).unlink(missing_ok=True)


def _prune(folder: Path, most: int) -> list[NightlyResults]:
    """Remove all but the last so many nights; what is left, newest first."""
    runs = sorted(_runs(folder), key=page_name, reverse=True)
    for results in runs[most:]:
        shutil.rmtree(folder / page_name(results), ignore_errors=True)
        shutil.rmtree(folder / KEPT / results.run_id)
    return runs[:most]


def _runs(folder: Path) -> list[NightlyResults]:
    results = (_read(run / f"{_NIGHT}.json") for run in _run_folders(folder))
    return [kept for kept in results if kept is not None]


def _run_folders(folder: Path) -> list[Path]:
    kept = folder / KEPT
    return sorted(path for path in kept.iterdir() if path.is_dir()) if kept.is_dir() else []


def _read(path: Path) -> NightlyResults | None:
    """What a file holds; None where it is not there, or damaged: then it is set aside and the page does without it."""
    try:
        return read_night(path)
    except FileNotFoundError:
        return None
    except (ValueError, LookupError, TypeError) as error:
        _LOG.warning("%s is left out of the nights' pages: %s", path, error)
        path.replace(path.with_suffix(".damaged"))
        return None
