"""Query Prefect's server without importing Prefect, so that the long-lived supervisor stays small."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

import httpx
from pydantic import SecretStr

from domain.errors import TerminalError, TransientError

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


class NoDeploymentError(TerminalError):
    """The server does not know a deployment: nothing was deployed to it, or it is not ours."""

    def __init__(self, deployment: str, address: str) -> None:
        """Keep the deployment and the address."""
        self.deployment, self.address = deployment, address
        super().__init__(f"the Prefect server at {address} has no deployment {deployment}: start it with tonghop up")


class ServerRefusedError(TerminalError):
    """The server refuses a request."""

    def __init__(self, status: int, address: str) -> None:
        """Keep the status of its answer, and the address."""
        self.status, self.address = status, address
        super().__init__(
            f"the Prefect server at {address} refuses the request (it answers {status}): it was started with another "
            "password or version. tonghop down, then tonghop up starts it anew"
        )


@dataclass(frozen=True, slots=True)
class DeployedRun:
    """A run of a deployment as the server knows it: type and name of its state, its message, and its steps so far.

    `step` is the name of the step begun last, "" before the first.
    """

    id: str
    name: str
    state_type: str
    state_name: str
    message: str
    steps_done: int
    step: str

    @property
    def has_ended(self) -> bool:
        """Return whether nothing more will happen."""
        return self.state_type in {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


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

    def require(self) -> None:
        """Raise unless the server is healthy.

        Raises:
            ServerSilentError: it is not, or does not answer.
        """
        if not self.is_healthy():
            raise ServerSilentError(str(self._client.base_url))

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

    def start(self, deployment: str, parameters: Mapping[str, object], key: str, name: str) -> str:
        """Start a run of a deployment (`flow/name`) under a name, once for each key, and return its id.

        Raises:
            ServerSilentError: the server does not answer.
            NoDeploymentError: it does not know the deployment.
            ServerRefusedError: it refuses the request.
        """
        answer = self._request("GET", f"/deployments/name/{deployment}")
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise NoDeploymentError(deployment, str(self._client.base_url))
        known = self._content(answer)
        wanted = {"parameters": dict(parameters), "idempotency_key": key, "name": name, "state": {"type": "SCHEDULED"}}
        address = f"/deployments/{known['id']}/create_flow_run"
        return str(self._content(self._request("POST", address, wanted))["id"])

    def run(self, run_id: str) -> DeployedRun | None:
        """Return a run of a deployment; None: the server knows none of that id.

        Raises:
            ServerSilentError: the server does not answer.
            ServerRefusedError: it refuses the request.
        """
        answer = self._request("GET", f"/flow_runs/{run_id}")
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        run = self._content(answer)
        of_run = {"flow_runs": {"id": {"any_": [run_id]}}}
        done = {"task_runs": {"state": {"type": {"any_": ["COMPLETED"]}}}}
        newest = {"sort": "EXPECTED_START_TIME_DESC", "limit": 1}
        count = self._content(self._request("POST", "/task_runs/count", of_run | done))
        steps = self._content(self._request("POST", "/task_runs/filter", of_run | newest))
        state = run["state"] or {}
        return DeployedRun(
            run_id,
            str(run["name"]),
            str(state.get("type", "")),
            str(state.get("name", "")),
            str(state.get("message") or ""),
            int(count),
            str(steps[0]["name"]) if steps else "",
        )

    def _request(self, method: str, address: str, content: object = None) -> httpx.Response:
        try:
            headers = self._token() if method == "POST" else {}
            return self._client.request(method, address, json=content, headers=headers)
        except httpx.TransportError as error:
            raise ServerSilentError(str(self._client.base_url)) from error

    def _content(self, answer: httpx.Response) -> Any:  # noqa: ANN401 # JSON of the server's own shapes
        if not answer.is_success:
            raise ServerRefusedError(answer.status_code, str(self._client.base_url))
        return answer.json()

    def _token(self) -> dict[str, str]:
        # A server with CSRF protection issues tokens; one without it refuses to.
        client = str(uuid4())
        answer = self._client.get("/csrf-token", params={"client": client})
        return (
            {"Prefect-Csrf-Client": client, "Prefect-Csrf-Token": answer.json()["token"]} if answer.is_success else {}
        )
