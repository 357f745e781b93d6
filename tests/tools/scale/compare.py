"""Compare what machines left in warehouse and bucket with a home: python -m tests.tools.scale.compare HOME."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from flows.support.context import build_context
from flows.support.settings import load_settings
from tests.flows.pipeline.bucket_files import in_home, shared
from tests.tools.torture.homes import RoundHome

_OF_FILES: Final = frozenset({"landed", "outbox", "published", "data", "figures", "publications"})
"""Parts of a home's picture that are read from its folders, or name them."""


def main(words: list[str]) -> None:
    """Print a line for each difference."""
    (alone,) = words
    settings = load_settings()
    published, outbox, landed = in_home(Path(alone))
    results = shared(build_context(settings), published, outbox)
    lines = [*_differences(published, results[0]), *_differences(outbox, results[1])]
    lines += ["landed files"] * (landed != results[2])
    lines += _differences(_tables(RoundHome(Path(alone), "")), _tables(RoundHome(settings.home, settings.database)))
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def _tables(home: RoundHome) -> dict[str, object]:
    return {name: rows for name, rows in home.picture().items() if name not in _OF_FILES}


def _differences(expected: Mapping[str, object], results: Mapping[str, object]) -> list[str]:
    return sorted(name for name in expected.keys() | results.keys() if expected.get(name) != results.get(name))


if __name__ == "__main__":
    main(sys.argv[1:])
