"""Settings of the engine that does slices of a run on several machines."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, Field


def _checked_address(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme != "tls" or not parts.hostname or not parts.port:
        raise ValueError("it has to be tls://host:port")
    return address


def _is_this_machine(address: str) -> bool:
    return urlsplit(address).hostname in {"127.0.0.1", "localhost", "::1"}


class SliceSettings(BaseModel):
    """Settings of slices; part of `flows.support.settings.Settings`."""

    runner: Literal["local", "engine"] = "local"
    """What reads workbooks and writes publications: the run's machine alone, or Dask's workers as well."""
    scheduler: Annotated[str, AfterValidator(_checked_address)] = "tls://127.0.0.1:8786"
    """Address of Dask's scheduler; its certificate is a file of the home that all machines share."""
    slice_files: int = Field(default=100, ge=1)
    """How many workbooks are a slice; no more than these the run reads by itself."""

    @property
    def uses_other_machines(self) -> bool:
        """Whether the scheduler may hand slices to other machines than this."""
        return not _is_this_machine(self.scheduler)
