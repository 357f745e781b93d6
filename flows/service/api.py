"""Query Prefect's server without importing Prefect, so that the long-lived supervisor stays small."""

import time
from datetime import datetime
from typing import Final
from uuid import uuid4

import httpx
from pydantic import SecretStr

from domain.errors import TransientError

LOGIN_PAGE: Final = "/tonghop/login"
"""Page on the server's origin that logs a browser in; the fragment of its address is a token."""
LOGIN_LINKS: Final = f"{LOGIN_PAGE}/links"
"""Address that issues tokens to those who have the credential."""
LOGIN_MINUTES: Final = 15
"""How long a token may be used, once."""


def answers(address: str) -> bool:
    """Return whether a web server answers at an address, with any status."""
    try:
        httpx.get(address, timeout=10, trust_env=False)
    except httpx.TransportError:
        return False
    return True


class ServerSilentError(TransientError):
    """Prefect's server does not answer."""

    def __init__(self, address: str) -> None:
        """Keep the address."""
        self.address = address
        super().__init__(f"no Prefect server answers at {address}: start it, or see that PREFECT_API_URL is right")


class NoLoginLinkError(TransientError):
    """The server issues no login links: it is not ours, or of an earlier version, or has another credential."""

    def __init__(self, status: int) -> None:
        """Keep the status of its answer."""
        self.status = status
        super().__init__(
            f"the server issues no login link (it answers {status}): it was started by an earlier version, by other "
            "means, or with another password. tonghop down, then tonghop up starts it anew"
        )


class ServerApi:
    """Client of a server's API at its URL, with its `name:password` where it requires one."""

    def __init__(self, url: str, auth: SecretStr | None = None) -> None:
        """Set up the client; send nothing yet."""
        name, _, password = auth.get_secret_value().partition(":") if auth else ("", "", "")
        self._client = httpx.Client(base_url=url, auth=(name, password) if auth else None, timeout=10, trust_env=False)

    def is_healthy(self) -> bool:
        """Return whether the server and its database are healthy."""
        try:
            return self._client.get("/health").is_success
        except httpx.TransportError:
            return False

    def wait(self, patience: float) -> None:
        """Wait until the server is healthy.

        Raises:
            ServerSilentError: it was not healthy within that many seconds.
        """
        give_up = time.monotonic() + patience
        while not self.is_healthy():
            if time.monotonic() > give_up:
                raise ServerSilentError(str(self._client.base_url))
            time.sleep(0.5)

    def is_heard(self, worker: str, pool: str, since: datetime) -> bool:
        """Return whether a worker of a pool has sent a heartbeat since a moment."""
        online = {"workers": {"status": {"any_": ["ONLINE"]}}}
        try:
            answer = self._client.post(f"/work_pools/{pool}/workers/filter", json=online, headers=self._token())
        except httpx.TransportError:
            return False
        return answer.is_success and any(
            registered["name"] == worker and datetime.fromisoformat(registered["last_heartbeat_time"]) >= since
            for registered in answer.json()
        )

    def login_token(self) -> str:
        """Return a token that logs one browser in.

        Raises:
            ServerSilentError: the server does not answer.
            NoLoginLinkError: it issues none.
        """
        address = self._client.base_url.copy_with(path=LOGIN_LINKS)
        try:
            answer = self._client.post(address)
        except httpx.TransportError as error:
            raise ServerSilentError(str(self._client.base_url)) from error
        if not answer.is_success:
            raise NoLoginLinkError(answer.status_code)
        return str(answer.json()["token"])

    def _token(self) -> dict[str, str]:
        # A server with CSRF protection issues tokens; one without it refuses to.
        client = str(uuid4())
        answer = self._client.get("/csrf-token", params={"client": client})
        return (
            {"Prefect-Csrf-Client": client, "Prefect-Csrf-Token": answer.json()["token"]} if answer.is_success else {}
        )
