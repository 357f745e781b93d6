"""Executes one nightly run in a process of its own and prints its counts, as JSON.

Called as `python -m tests.flows.night_runner HOME URL RUN_ID`; an empty URL is the home's own SQLite.
"""

import json
import sys
from pathlib import Path

from tests.flows.pipeline.nightly_runs import context_of, run_plainly


def main(home: str, url: str, run_id: str) -> None:
    """Execute a nightly run."""
    outcome = run_plainly(context_of(Path(home), warehouse_url=url), run_id)
    print(json.dumps(outcome.counts))  # noqa: T201 # the test reads it


if __name__ == "__main__":
    main(*sys.argv[1:])
