"""One real Prefect server for all tests that need one; it is started once and ends with the tests."""

import atexit
import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from functools import cache
from pathlib import Path

import httpx

from flows.service.prefect_tables import TABLES
from tests.catalogs import small_catalog

PATIENCE_SECONDS = 180
DATABASE = "prefect.db"


def clean_environment(**more: str) -> dict[str, str]:
    """This process's environment with these settings of Prefect and tonghop only.

    Unless they say otherwise files are taken at once, the catalogue is the small one, and `watch` runs seldom.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "TONGHOP_"))}
    own = {
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "TONGHOP_CATALOG": str(small_catalog()),
        "TONGHOP_QUIET_SECONDS": "0",
        "TONGHOP_WATCH_MINUTES": "59",
    }
    return {**kept, **own, **more}


@cache
def server_url() -> str:
    """Address of the API of a started server."""
    home = tempfile.TemporaryDirectory(prefix="tonghop-prefect-", ignore_cleanup_errors=True)
    with closing(sqlite3.connect(Path(home.name) / DATABASE)) as database:
        # Prefect's own command migrates an empty one, which takes half of its start.
        database.executescript(TABLES.read_text(encoding="utf-8"))
    port = free_port()
    url = f"http://127.0.0.1:{port}/api"
    log = Path(home.name) / "server.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "prefect", "server", "start", "--port", str(port), "--no-ui"],
            env=clean_environment(
                PREFECT_HOME=home.name,
                PREFECT_SERVER_API_PORT=str(port),
                PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS="2",
            ),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    atexit.register(_stop, server, home)
    give_up = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < give_up:
        if server.poll() is not None:
            break
        try:
            if httpx.get(f"{url}/health").status_code == 200:
                return url
        except httpx.TransportError:
            time.sleep(0.2)
    raise RuntimeError(f"the Prefect server did not start: {log.read_text(errors='replace')[-2000:]}")


def _stop(server: "subprocess.Popen[bytes]", home: "tempfile.TemporaryDirectory[str]") -> None:
    server.terminate()
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:
        server.kill()
    home.cleanup()


def free_port() -> int:
    """Return a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
