"""Make the server's automations equal to automations.yaml: create new ones, update changed ones, delete others."""

from typing import Any, Final
from uuid import UUID

from prefect.blocks.webhook import Webhook
from prefect.client.orchestration import PrefectClient
from prefect.events.schemas.automations import Automation, AutomationCore
from prefect.exceptions import ObjectNotFound
from pydantic import SecretStr

from flows.service.files import read_automations

TAG: Final = "tonghop"
BLOCK: Final = "tonghop-notices"
"""Name of the Prefect block that holds the webhook's URL: automations can call a webhook only through a block."""


async def apply_webhook(client: PrefectClient, url: SecretStr | None) -> UUID | None:
    """Store the URL in the block and return the block's id; without a URL delete the block."""
    if url is not None:
        block = Webhook(method="POST", url=url)
        return await block.save(BLOCK, overwrite=True, client=client)  # type: ignore[no-any-return] # sync or async by where it is called
    try:
        existing = await client.read_block_document_by_name(BLOCK, "webhook", include_secrets=False)
    except ObjectNotFound:
        return None
    await client.delete_block_document(existing.id)
    return None


async def apply_automations(client: PrefectClient, *, sends_mail: bool, webhook: UUID | None) -> None:
    """Apply the file; automations without our tag are never touched.

    An automation with `needs: mail` or `needs: webhook` exists only where that is configured. One that an operator has
    switched off stays off.
    """
    has = {"mail": sends_mail, "webhook": webhook is not None, None: True}
    kept = {deployment.name: deployment for deployment in await _all(client) if TAG in deployment.tags}
    for entry in read_automations():
        if not has[entry.pop("needs", None)]:
            continue
        wanted = await _resolved(client, entry, webhook)
        before = kept.pop(wanted.name, None)
        if before is None:
            await client.create_automation(wanted)
        else:
            await client.update_automation(before.id, wanted.model_copy(update={"enabled": before.enabled}))
    for gone in kept.values():
        await client.delete_automation(gone.id)


async def _all(client: PrefectClient) -> list[Automation]:
    results: list[Automation] = []
    while page := await client.read_automations(limit=200, offset=len(results)):
        results += page
    return results


async def _resolved(client: PrefectClient, entry: dict[str, Any], webhook: UUID | None) -> AutomationCore:
    """Return an entry with ids in place of the names in the file: `deployment: notify/notify`, `block: webhook`."""
    actions = []
    for action in entry["actions"]:
        results = dict(action)
        if "deployment" in results:
            deployment_by_name = await client.read_deployment_by_name(results.pop("deployment"))
            results |= {"source": "selected", "deployment_id": str(deployment_by_name.id)}
        if results.pop("block", None):
            results["block_document_id"] = str(webhook)
        actions.append(results)
    return AutomationCore.model_validate({**entry, "actions": actions, "tags": [TAG]})
