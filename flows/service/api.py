"""Ask Prefect's server how it is, without importing Prefect: the supervisor stays small for as long as it watches."""

from datetime import datetime
from uuid import uuid4

import httpx
from pydantic import SecretStr


class ServerApi:
    """The API of a server at an address, with its `name:password` where it wants one."""

    def __init__(self, address: str, auth: SecretStr | None = None) -> None:
        """Ask nothing yet."""
        name, _, password = auth.get_secret_value().partition(":") if auth else ("", "", "")
        self._client = httpx.Client(
            base_url=f"{address}/api", auth=(name, password) if auth else None, timeout=10, trust_env=False
        )

    def is_healthy(self) -> bool:
        """Whether the server answers and its database does."""
        try:
            return self._client.get("/health").is_success
        except httpx.TransportError:
            return False

    def is_heard(self, worker: str, pool: str, since: datetime) -> bool:
        """Whether a worker of a pool has given a sign of life since a moment."""
        asked = {"workers": {"status": {"any_": ["ONLINE"]}}}
        try:
            answer = self._client.post(f"/work_pools/{pool}/workers/filter", json=asked, headers=self._token())
        except httpx.TransportError:
            return False
        return answer.is_success and any(
            one["name"] == worker and datetime.fromisoformat(one["last_heartbeat_time"]) >= since
            for one in answer.json()
        )

    def _token(self) -> dict[str, str]:
        # A server that guards against forged requests hands a token to whoever asks; one that does not refuses to.
        client = str(uuid4())
        answer = self._client.get("/csrf-token", params={"client": client})
        return (
            {"Prefect-Csrf-Client": client, "Prefect-Csrf-Token": answer.json()["token"]} if answer.is_success else {}
        )
