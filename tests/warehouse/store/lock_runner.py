"""Holds the lock of runs of a warehouse in a process of its own until it hears a line, or is killed.

Called as `python -m tests.warehouse.lock_runner URL RUN_ID`; prints `held` once it has the lock.
"""

import sys
from datetime import UTC, datetime

from warehouse.store.engine import migrate, open_engine
from warehouse.store.run_lock import only_run, this_process


def main(url: str, run_id: str) -> None:
    """Take the lock, say so, and hold it until a line comes."""
    engine = open_engine(url)
    migrate(engine)
    holder = this_process(run_id, "nightly", datetime.now(UTC))
    with only_run(engine, holder, wait=60, on_wait=lambda _: None):
        print("held", flush=True)  # noqa: T201 # the test waits for it
        sys.stdin.readline()


if __name__ == "__main__":
    main(*sys.argv[1:])
