"""Names under which Prefect's server may be asked."""

import socket
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

import psutil

from flows.support.service_settings import ServiceSettings

_LOCAL: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_EVERY_ADDRESS: Final = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 # compared only


def known_hosts(settings: ServiceSettings, api: str) -> list[str]:
    """Return the host names and addresses that lead to this server, as a request's `Host` names them.

    They are this machine's own, those of TONGHOP_SERVER_URL and of the API's URL as our programs call it, and, where
    others can reach the server, the names and addresses by which they do.
    """
    results = {*_LOCAL, settings.server_host, *(urlsplit(url).hostname or "" for url in (settings.server_url, api))}
    if settings.listens_to_others:
        results.update(_of_this_machine())
    return sorted(f"[{name}]" if ":" in name else name for name in results - _EVERY_ADDRESS)


def _of_this_machine() -> Iterator[str]:
    yield socket.gethostname().lower()
    yield socket.getfqdn().lower()
    for addresses in psutil.net_if_addrs().values():
        for address in addresses:
            if address.family in {socket.AF_INET, socket.AF_INET6}:
                yield address.address.partition("%")[0]
