"""A nightly run on four machines that lose workers, a network, database and store, compared with one left in peace."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import psutil

from domain.catalog.catalog import SHIPPED, load_catalog
from domain.periods import parse_period
from flows.support.slices.credential import certificate_file
from tests.catalogs import small_catalog
from tests.flows.deployments.prefect_server import clean_environment
from tests.flows.pipeline.nightly_runs import context_of, deliver, run_plainly
from tests.flows.service.service_runner import until
from tests.tools.scale.disturbed_run import RUN_ID
from tests.tools.scale.machines import TrialMachine, TrialNetwork, machines
from tests.tools.scale.moments import READING, WRITING
from workbooks.sample.inbox import make_sample

_OWNER: Final = "postgres"
"""PostgreSQL refuses to run as root; Debian's package makes this user."""
_PERIOD: Final = "2025-05"
_SMALL: Final = 200
"""Up to so many workbooks the communes of the small catalogue are enough, which is loaded in a third of the time."""
_TONGHOP: Final = (sys.executable, "-c", "from cli.main import main; main()")
_RUN: Final = (sys.executable, "-m", "tests.tools.scale.disturbed_run")
_RUNS: Final = 3
_MOMENT: Final = re.compile(r"moment (\w+) (\w+)\n")
_ENVIRONMENT: Final = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}


@dataclass(frozen=True)
class ScaleResult:
    """How a trial ended."""

    returned: Mapping[str, bool]
    """By moment, whether a worker had returned a slice by then."""
    exit_codes: Sequence[int]
    """Of the disturbed run, and of those that made good what it had left; 0: nothing was left."""
    differences: Sequence[str]
    """What of warehouse, landing, outbox and published files is not as after an undisturbed run of one machine."""


class TrialDatabase:
    """PostgreSQL of Debian's package on a machine, with a database for the warehouse and another for Prefect."""

    def __init__(self, machine: TrialMachine, folder: Path) -> None:
        """Lay the files of a new server in a folder."""
        self._machine = machine
        (binaries,) = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1:]
        folder.mkdir()
        shutil.chown(folder, _OWNER)
        data = ("--pgdata", str(folder / "data"))
        self._control = (str(binaries / "pg_ctl"), *data, "--wait", "--log", str(folder / "log"))
        self._options = f"-c listen_addresses={machine.address} -k {folder} -c fsync=off"
        login = ("--auth=trust", "--username=tonghop", "-E", "UTF8")
        self._execute(str(binaries / "initdb"), *data, *login)
        with (folder / "data" / "pg_hba.conf").open("a", encoding="utf-8") as rights:
            rights.write("host all all samenet trust\n")
        self._execute(*self._control, "--options", self._options, "start")
        for name in ("tonghop", "prefect"):
            self._execute(str(binaries / "createdb"), "--host", str(folder), "--username", "tonghop", name)

    def url(self, driver: str, name: str) -> str:
        """Return the address of a database for all machines."""
        return f"postgresql+{driver}://tonghop@{self._machine.address}/{name}"

    def restart(self) -> None:
        """End the server without waiting for those who use it, and start it again."""
        self._execute(*self._control, "--options", self._options, "--mode=immediate", "restart")

    def stop(self) -> None:
        """End the server."""
        self._execute(*self._control, "--mode=immediate", "stop")

    def _execute(self, *command: str) -> None:
        words = [*self._machine.prefix, "runuser", "-u", _OWNER, "--", *command]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL, cwd="/")


class TrialBucket:
    """An object store on a machine."""

    def __init__(self, machine: TrialMachine, folder: Path) -> None:
        """Start it and make a bucket; what it logs goes to a file of the folder."""
        words = (sys.executable, "-m", "tests.tools.scale.bucket", machine.address, "9000")
        with (folder / "bucket.log").open("wb") as log:
            pipe = subprocess.PIPE
            self.program = machine.start(words, _ENVIRONMENT, pipe, commands=pipe, errors=log)
        # Servers announce themselves on the same stream before.
        line = self._line(b"{")
        self.settings = {f"TONGHOP_{name.upper()}": str(value) for name, value in json.loads(line).items()}

    def refuse_for_a_while(self) -> None:
        """Have it answer 503 to every request for some seconds, from now on."""
        assert self.program.stdin
        self.program.stdin.write(b"\n")
        self.program.stdin.flush()
        self._line(b"busy")

    def _line(self, beginning: bytes) -> bytes:
        assert self.program.stdout
        return next(line for line in self.program.stdout if line.startswith(beginning))


class ScaleTrial:
    """Machines with a home each, and the programs that run on them; database and bucket are what they share."""

    def __init__(
        self, folder: Path, catalog: Path, network: TrialNetwork, database: TrialDatabase, bucket: TrialBucket
    ) -> None:
        """Prepare the environment of all programs."""
        self._folder = folder
        self._network = network
        self._database = database
        self._bucket = bucket
        self.home = folder / "home"
        self._environment = _ENVIRONMENT | clean_environment(
            TONGHOP_HOME=str(self.home),
            TONGHOP_CATALOG=str(catalog),
            TONGHOP_WAREHOUSE_URL=database.url("psycopg", "tonghop"),
            TONGHOP_RUNNER="engine",
            TONGHOP_SCHEDULER=f"tls://{network.hub.address}:8786",
            TONGHOP_SLICE_FILES="10",
            TONGHOP_READING_WORKERS="1",
            TONGHOP_LANG="en",
            PREFECT_API_URL=f"http://{network.hub.address}:4200/api",
            PREFECT_SERVER_DATABASE_CONNECTION_URL=database.url("asyncpg", "prefect"),
            TONGHOP_SERVER_HOST=network.hub.address,
            **bucket.settings,
        )
        self._programs: list[subprocess.Popen[bytes]] = []
        self._workers: list[subprocess.Popen[bytes]] = []

    def start_servers(self) -> None:
        """Start Prefect's server, the scheduler and a worker on each machine, and wait until the workers are ready."""
        self._start(self._network.hub, "server")
        self._start(self._network.hub, "scheduler")
        log = self._folder / "scheduler.log"
        until(lambda: "Scheduler at" in log.read_text("utf-8"))
        for machine in self._network.workers:
            home = self._folder / machine.namespace
            certificate = certificate_file(home)
            certificate.parent.mkdir(parents=True, mode=0o700)
            shutil.copy(certificate_file(self.home), certificate)
            self._workers.append(self._start(machine, "slices", TONGHOP_HOME=str(home)))
        until(lambda: log.read_text("utf-8").count("Register worker") == len(self._workers))

    def run(self, at: Mapping[str, Callable[[], None]]) -> tuple[dict[str, bool], int]:
        """Carry out a run, disturbed at each moment.

        Returns:
            By moment, whether a worker had returned a slice by then; and the exit code of the run.
        """
        returned: dict[str, bool] = {}
        with (self._folder / "run.log").open("wb") as log:
            run = self._network.hub.start(
                (*_RUN, "disturbed"), self._environment, subprocess.PIPE, commands=subprocess.PIPE, errors=log
            )
            assert run.stdout
            assert run.stdin
            for line in run.stdout:
                # Whatever else prints there may have left its line unfinished.
                if announced := _MOMENT.search(line.decode()):
                    moment, result = announced.groups()
                    returned[moment] = result == "returned"
                    at[moment]()
                    run.stdin.write(b"\n")
                    run.stdin.flush()
            return returned, run.wait()

    def run_calmly(self) -> int:
        """Carry out another run and return its exit code."""
        with (self._folder / "again.log").open("ab") as log:
            return self._network.hub.start(_RUN, self._environment, log).wait()

    def lose_two_workers(self) -> None:
        """Kill what does slices on the first machine, take the network from the second, and restart the database."""
        for process in psutil.Process(self._workers[0].pid).children(recursive=True):
            process.kill()
        self._network.workers[1].cut_off()
        self._database.restart()

    def lose_another_worker(self) -> None:
        """Freeze all processes of the third machine's worker, restart the database, and keep the store busy."""
        worker = psutil.Process(self._workers[2].pid)
        for process in (*worker.children(recursive=True), worker):
            process.suspend()
        self._database.restart()
        self._bucket.refuse_for_a_while()

    def end(self) -> None:
        """End all programs; what is frozen or cut off would not end by itself."""
        for program in self._programs:
            started = psutil.Process(program.pid)
            for process in (*started.children(recursive=True), started):
                process.kill()
            program.wait()

    def differences(self, alone: Path) -> list[str]:
        """Return what in warehouse, landing, outbox and published files is not as in a home."""
        words = [*self._network.hub.prefix, sys.executable, "-m", "tests.tools.scale.compare", str(alone)]
        output = subprocess.run(words, env=self._environment, check=True, stdout=subprocess.PIPE, text=True).stdout
        return output.splitlines()

    def _start(self, machine: TrialMachine, component: str, **more: str) -> subprocess.Popen[bytes]:
        with (self._folder / f"{component}.log").open("ab") as log:
            program = machine.start((*_TONGHOP, "up", "--only", component), {**self._environment, **more}, log)
        self._programs.append(program)
        return program


def carry_out(workbooks: int, folder: Path) -> ScaleResult:
    """Deliver workbooks to two homes, disturb the run of the home that machines share, and compare both.

    Raises:
        UsageError: this account may not make network namespaces.
    """
    catalog = small_catalog() if workbooks <= _SMALL else SHIPPED
    files = list(islice(make_sample(load_catalog(catalog), "VN", [parse_period(_PERIOD)], seed=1), workbooks))
    alone = folder / "alone"
    deliver(alone, files)
    run_plainly(context_of(alone, catalog=catalog), RUN_ID, pages=True)
    with ExitStack() as ends:
        network = ends.enter_context(machines(3))
        # Not below the folder, which PostgreSQL's account may not enter.
        database_folder = Path(ends.enter_context(TemporaryDirectory(prefix="tonghop-scale-")))
        database_folder.chmod(0o755)
        database = TrialDatabase(network.hub, database_folder / "postgresql")
        ends.callback(database.stop)
        bucket = TrialBucket(network.hub, folder)
        ends.callback(bucket.program.kill)
        trial = ScaleTrial(folder, catalog, network, database, bucket)
        deliver(trial.home, files)
        ends.callback(trial.end)
        trial.start_servers()
        returned, code = trial.run({READING: trial.lose_two_workers, WRITING: trial.lose_another_worker})
        codes = [code]
        while codes[-1] and len(codes) < _RUNS:
            codes.append(trial.run_calmly())
        return ScaleResult(returned, codes, trial.differences(alone))
