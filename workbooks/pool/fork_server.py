"""A process that is forked from this one while that is safe, and forks others when they are needed.

It is Python's own fork server, but for its start: Python's imports everything anew and is not waited for, so that the
CPU time of what it forked would not count as the command's.
"""

import gc
import os
import socket
from contextlib import suppress
from multiprocessing import forkserver, util
from tempfile import mktemp
from typing import Any

_SERVER: Any = forkserver._forkserver  # noqa: SLF001 # where Python looks for it


def start_fork_server() -> None:
    """Start it unless it runs; call while this process has no other thread, after what processes need is imported.

    It ends with this process. Where it cannot be started (the path of the folder for temporary files is too long for a
    socket), processes are started as without it.
    """
    if is_running():
        return
    address = mktemp(prefix="listener-", dir=util.get_temp_dir())  # noqa: S306 # closed to others
    with suppress(OSError), socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        alive, kept = os.pipe()
        number = os.fork()
        if not number:
            os.close(kept)
            _serve(listener.fileno(), alive)
        os.close(alive)
        _SERVER.set_forkserver_preload([])  # if it ends, Python starts one that imports nothing
        _SERVER._forkserver_address, _SERVER._forkserver_alive_fd, _SERVER._forkserver_pid = address, kept, number  # noqa: SLF001
        # After all other processes have ended, which are its children.
        util.Finalize(None, _SERVER._stop, exitpriority=-1)  # noqa: SLF001


def is_running() -> bool:
    """Return whether processes can be started by it."""
    return _SERVER._forkserver_pid is not None  # noqa: SLF001


def _serve(listener: int, alive: int) -> None:
    gc.freeze()  # what was imported stays, and shared with the processes
    try:
        forkserver.main(listener, alive, [])
    finally:
        os._exit(0)
