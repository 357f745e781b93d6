"""Imported by Python itself where PYTHONPATH leads here: notes every look at an address outside this machine."""

import os
import sys
from ipaddress import ip_address
from pathlib import Path

_LOG = Path(os.environ["WATCHED_NETWORK_LOG"])
_OWN = {None, "", "localhost", b"localhost"}


def _is_outside(host: object) -> bool:
    if host in _OWN:
        return False
    try:
        address = ip_address(host.decode() if isinstance(host, bytes) else str(host))
    except ValueError:
        return True
    return not (address.is_loopback or address.is_unspecified)


def _watch(event: str, args: tuple[object, ...]) -> None:
    if event == "socket.getaddrinfo":
        host = args[0]
    elif event == "socket.connect" and isinstance(args[1], tuple):
        host = args[1][0]
    else:
        return
    if _is_outside(host):
        with _LOG.open("a", encoding="utf-8") as log:
            log.write(f"{event} {host!r} {' '.join(sys.argv)}\n")


sys.addaudithook(_watch)
