"""A service whose server keeps its records in PostgreSQL, as in production: Debian's, for it needs `pg_trgm`."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from tests.flows.prefect_server import free_port
from tests.flows.service import Service

pytestmark = [pytest.mark.full, pytest.mark.timeout(1200)]

OWNER = "postgres"
"""PostgreSQL refuses to run as root; Debian's package makes this user."""


def as_owner(*command: str) -> None:
    """Run a command of PostgreSQL's as somebody it accepts."""
    prefix = ("runuser", "-u", OWNER, "--") if os.geteuid() == 0 else ()
    subprocess.run([*prefix, *command], check=True, capture_output=True, cwd="/")


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """Host part of the URL of a PostgreSQL server of this test's own."""
    (binaries,) = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1:]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="tonghop-postgresql-")))
        data, port = folder / "data", free_port()
        if os.geteuid() == 0:
            shutil.chown(folder, OWNER)
        as_owner(str(binaries / "initdb"), "--pgdata", str(data), "--auth=trust", "--username=prefect", "-E", "UTF8")
        options = f"-c listen_addresses=127.0.0.1 -p {port} -k {folder} -c fsync=off"
        start = (str(binaries / "pg_ctl"), "--pgdata", str(data), "--wait", "--log", str(folder / "log"))
        as_owner(*start, "--options", options, "start")
        stack.callback(as_owner, *start, "--mode=immediate", "stop")
        with psycopg.connect(f"postgresql://prefect@127.0.0.1:{port}/postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE prefect")
        yield f"prefect@127.0.0.1:{port}"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, database: str) -> Iterator[Service]:
    """A service that is up."""
    home = tmp_path_factory.mktemp("postgresql") / "home"
    home.mkdir()
    told = {"PREFECT_SERVER_DATABASE_CONNECTION_URL": f"postgresql+asyncpg://{database}/prefect"}
    found = Service(home, free_port(), told)
    done = found.run("up", "--detach")
    try:
        assert done.returncode == 0, done.stdout + done.stderr
        yield found
    finally:
        found.run("down")


def test_runs_are_recorded_there(service: Service, database: str) -> None:
    """A run is carried out, and its record stands in PostgreSQL."""
    run = service.ended(service.start_run("housekeeping"))
    assert run["state_type"] == "COMPLETED"
    with psycopg.connect(f"postgresql://{database}/prefect") as connection:
        found = connection.execute("SELECT state_type::text FROM flow_run WHERE id = %s", (run["id"],)).fetchall()
    assert found == [("COMPLETED",)]
