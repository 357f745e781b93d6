"""An object store as a program of its own: python -m tests.tools.scale.bucket ADDRESS PORT.

It prints the settings of a bucket; for each line that it reads it answers 503 to every request for a while.
"""

import json
import sys
import time
from typing import Final

from tests.bucket_server import bucket_server

_BUSY_SECONDS: Final = 2
"""Less than clients try again."""


def main(address: str, port: str) -> None:
    """Serve a bucket until the standard input ends."""
    with bucket_server(address, int(port)) as server:
        busy_until = 0.0
        server.answer_instead = lambda _method, _key: 503 if time.monotonic() < busy_until else None
        sys.stdout.write(json.dumps(server.settings) + "\n")
        sys.stdout.flush()
        for _ in sys.stdin:
            busy_until = time.monotonic() + _BUSY_SECONDS
            sys.stdout.write("busy\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
