"""Define work pool, limit, webhook, deployments and automations on Prefect's server.

Applied any number of times with the same result. An operator's changes in the UI to the pool (but for its job
template), the limit or an automation's switch are kept; our deployments and automations no longer named are removed,
others' never.
The server is that of PREFECT_API_URL; `flows.support.settings.prepare_environment` comes before this is imported.
"""

import asyncio
import io
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from typing import Any, Final

from prefect.cli import app as prefect_command
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate, WorkPoolCreate, WorkPoolUpdate
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterTags
from prefect.exceptions import ObjectNotFound

from domain.errors import TerminalError
from flows.service.automations import apply_automations, apply_webhook
from flows.service.files import DEPLOYMENTS, read_deployments
from flows.support.prefect_names import LIMIT, POOL
from flows.support.settings import Settings

TAG = "tonghop"
"""Tag of all deployments and automations of this program."""
_CLOSED_TEMPLATE: Final[dict[str, Any]] = {
    "variables": {"type": "object", "properties": {}, "additionalProperties": False},
    "job_configuration": {"stream_output": True},
}
"""Job template of the pool: no caller chooses the command, environment or folder of a run."""


class NotDeployedError(TerminalError):
    """Prefect refuses the deployments."""

    def __init__(self, message: str) -> None:
        """Keep Prefect's message."""
        self.told = message
        super().__init__(f"the deployments of {DEPLOYMENTS} could not be made: {message}")


def apply(settings: Settings) -> None:
    """Apply all definitions to the server.

    Raises:
        NotDeployedError: a deployment cannot be created.
    """
    asyncio.run(_before())
    _deploy(settings)
    asyncio.run(_after(settings))


async def _before() -> None:
    async with get_client() as client:
        await _ensure_pool(client)
        await _ensure_limit(client)


async def _after(settings: Settings) -> None:

    async with get_client() as client:
        await _remove_deployments(client)
        webhook = await apply_webhook(client, settings.webhook_url)
        await apply_automations(client, sends_mail=settings.sends_mail, webhook=webhook)


async def _ensure_pool(client: PrefectClient) -> None:
    try:
        pool = await client.read_work_pool(POOL)
    except ObjectNotFound:
        await client.create_work_pool(WorkPoolCreate(name=POOL, type="process", base_job_template=_CLOSED_TEMPLATE))
        return
    if pool.base_job_template != _CLOSED_TEMPLATE:
        await client.update_work_pool(POOL, WorkPoolUpdate(base_job_template=_CLOSED_TEMPLATE))


async def _ensure_limit(client: PrefectClient) -> None:
    try:
        await client.read_global_concurrency_limit_by_name(LIMIT)
    except ObjectNotFound:
        await client.create_global_concurrency_limit(GlobalConcurrencyLimitCreate(name=LIMIT, limit=1))


def _deploy(settings: Settings) -> None:
    # Prefect's command is the only public reader of its file format. It runs within this process, which has imported
    # most of what it needs: another one would import it again, for some seconds.
    printed, arguments = io.StringIO(), sys.argv
    sys.argv = ["prefect", "--no-prompt", "deploy", "--all", "--prefect-file", str(DEPLOYMENTS)]
    try:
        with redirect_stdout(printed), redirect_stderr(printed), chdir(settings.home):
            prefect_command()
        code: int | str | None = 0
    except SystemExit as ended:
        code = ended.code
    finally:
        sys.argv = arguments
    # It skips entries that it cannot read, and may still exit with 0.
    if code or "Skipping" in printed.getvalue():
        raise NotDeployedError(printed.getvalue()[-2000:])


async def _remove_deployments(client: PrefectClient) -> None:

    named = {deployment["name"] for deployment in read_deployments()}
    ours = DeploymentFilter(tags=DeploymentFilterTags(all_=[TAG]))
    for known in await client.read_deployments(deployment_filter=ours):
        if known.name not in named:
            await client.delete_deployment(known.id)
