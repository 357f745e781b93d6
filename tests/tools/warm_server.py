"""The process that `warm_commands` forks: it imports most of the program, then runs what it is called for.

Called as `python -m tests.tools.warm_server NUMBER`, with the number of an open, listening socket.
"""

import gc
import json
import os
import runpy
import signal
import socket
import sys
import tempfile
import traceback
from importlib import import_module
from pathlib import Path

from cli.commands import nightly, rerun, up
from cli.main import main
from flows.support.catalog import open_catalog
from flows.support.settings import Settings, prepare_environment
from tests.catalogs import small_catalog
from tests.tools.warm_commands import LENGTH_BYTES

_FLOWS = ("flows.deployments.nightly", "flows.deployments.rerun", "flows.service.temporary_server")
_JUDGING = ("expectations.evaluator", "expectations.run_page", "flows.actions.verification")
_WRITING = ("cli.running", "cli.output.run_report", "publishing.document.report_document", "rich.markdown")
_CHECK_SECONDS = 5
"""Interval at which it checks that the tests still run."""


def _serve(listening: socket.socket) -> None:
    """Fork for every command that is called, until the tests have ended, in whatever way."""
    tests = os.getppid()
    listening.settimeout(_CHECK_SECONDS)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no process waits for them here: callers get the exit code
    while os.getppid() == tests:
        try:
            caller, _ = listening.accept()
        except TimeoutError:
            continue
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            listening.close()
            _run(caller)
        caller.close()


def _run(caller: socket.socket) -> None:
    """Run a command as its caller would have, and end with its exit code."""
    size, files, _, _ = socket.recv_fds(caller, LENGTH_BYTES, 3)
    request = b""
    while len(request) < int.from_bytes(size, "big"):
        request += caller.recv(1 << 16)
    sys.argv, folder, environment = json.loads(request)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None  # the caller's TMPDIR counts
    code = 0
    try:
        if Path(sys.argv[0]).name == "python":
            _prepare_imported()
            sys.argv = sys.argv[2:]
            runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
        else:
            main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except Exception:  # noqa: BLE001 # as any program ends
        traceback.print_exc()
        code = 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        caller.sendall(str(code).encode())
        os._exit(code)


def _prepare_prefect(settings: Settings) -> Settings:
    result = prepare_environment(settings)
    _prepare_imported()
    return result


def _prepare_imported() -> None:
    """Repeat what an import of Prefect does with the environment: read settings, set up loggers."""
    import_module("prefect.context").refresh_global_settings_context()
    import_module("prefect.logging.configuration").setup_logging(incremental=False)


def _import_most() -> None:
    """Import what nearly every command needs, and what takes longest; load the catalogue of tests."""
    for name in (*_JUDGING, *_WRITING, *_FLOWS):
        import_module(name)
    for command in (nightly, rerun, up):
        command.prepare_environment = _prepare_prefect  # type: ignore[attr-defined] # imported by name there
    open_catalog(Settings.model_validate({"catalog": small_catalog()}))
    gc.freeze()


if __name__ == "__main__":
    _import_most()
    _serve(socket.socket(fileno=int(sys.argv[1])))
