"""Run `tonghop` in forks of a process that has imported most of it: a command starts in a tenth of the time.

What is run is the command line itself, in a process of its own, with the arguments, folder, environment and open files
of its caller. Prefect reads its settings when it is imported, and in these commands once more when they are prepared.
"""

import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.flows.deployments.prefect_server import clean_environment

_ROOT = Path(__file__).parents[2]
LENGTH_BYTES = 8
"""Bytes that state how long a request is."""
KILLED = 70
"""Exit code of a command whose process ended without one."""
# Isolated and without site-packages, so that the caller costs no more than a shell script.
_CALLER = """#!{python} -IS
import json, os, socket, sys
if sys.argv[1:2] == ["-c"]:  # a helper of multiprocessing, which needs the files that its caller has open
    os.execv({python!r}, [{python!r}, *sys.argv[1:]])
request = json.dumps([sys.argv, os.getcwd(), dict(os.environ)]).encode()
with socket.socket(socket.AF_UNIX) as server:
    server.connect({address!r})
    socket.send_fds(server, [len(request).to_bytes({length}, "big")], [0, 1, 2])
    server.sendall(request)
    sys.exit(int(server.recv(16) or b"{killed}"))
"""


@contextmanager
def warm_commands() -> Iterator[Path]:
    """Yield a folder for PATH with a `tonghop`, and a `python`, both of which start warm but for `python -c`."""
    with tempfile.TemporaryDirectory(prefix="tonghop-warm-") as folder:
        address = Path(folder) / "socket"
        text = _CALLER.format(python=sys.executable, address=str(address), length=LENGTH_BYTES, killed=KILLED)
        for caller in (Path(folder) / "tonghop", Path(folder) / "python"):
            caller.write_text(text, encoding="utf-8")
            caller.chmod(0o755)
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(address))
            listening.listen()
            command = [sys.executable, "-m", "tests.tools.warm_server", str(listening.fileno())]
            environment = clean_environment(PREFECT_HOME=folder)
            server = subprocess.Popen(command, cwd=_ROOT, env=environment, pass_fds=[listening.fileno()])
        try:
            yield Path(folder)
        finally:
            server.terminate()
            server.wait()
