"""One real Prefect server for all tests that need one; it is started once and ends with the tests."""

import atexit
import fcntl
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path

import httpx

from tests.catalogs import small_catalog

PATIENCE_SECONDS = 180
_DATABASE = "prefect.db"
_MAKE_DATABASE = """
import asyncio
from prefect.server.database import provide_database_interface
asyncio.run(provide_database_interface().create_db())
"""


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


def lay_database(folder: Path) -> None:
    """Lay a database with Prefect's tables into a server's folder: migrating an empty one takes half of a start.

    The first process of a test run that needs it makes it; the others share it with the small catalogue.
    """
    shared = small_catalog().parent / "prefect"
    shared.mkdir(exist_ok=True)
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / _DATABASE).exists():
            made = shared / "home"
            environment = clean_environment(PREFECT_HOME=str(made))
            subprocess.run([sys.executable, "-c", _MAKE_DATABASE], env=environment, check=True)
            (made / _DATABASE).rename(shared / _DATABASE)
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(shared / _DATABASE, folder / _DATABASE)


@cache
def server_url() -> str:
    """Address of the API of a started server."""
    home = tempfile.TemporaryDirectory(prefix="tonghop-prefect-", ignore_cleanup_errors=True)
    lay_database(Path(home.name))
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
