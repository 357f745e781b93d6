"""Keep the webhook's address in a block of Prefect, the only place from which an automation can call it."""

from uuid import UUID

from prefect.blocks.webhook import Webhook
from prefect.client.orchestration import PrefectClient
from prefect.exceptions import ObjectNotFound
from pydantic import SecretStr

BLOCK = "tonghop-notices"
"""Name of the block."""


async def apply_webhook(client: PrefectClient, url: SecretStr | None) -> UUID | None:
    """Make the block say this address, or remove it where there is none; returns the block's id."""
    if url is not None:
        block = Webhook(method="POST", url=url)
        return await block.save(BLOCK, overwrite=True, client=client)  # type: ignore[no-any-return] # sync or async by where it is called
    try:
        block_document_by_name = await client.read_block_document_by_name(BLOCK, "webhook", include_secrets=False)
    except ObjectNotFound:
        return None
    await client.delete_block_document(block_document_by_name.id)
    return None
