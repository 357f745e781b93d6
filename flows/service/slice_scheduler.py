"""What Dask's scheduler keeps for its workers to compare: which code, catalogue and landing they have to have."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from domain.errors import TerminalError, TransientError
from flows.support.catalog import open_catalog
from flows.support.settings import Settings, load_settings
from flows.support.slices.credential import certificate_file, security_of
from flows.support.slices.identity import SliceIdentity, require_engine

if TYPE_CHECKING:
    from distributed import Scheduler

_KEY = "tonghop"


class ForeignSchedulerError(TerminalError):
    """The scheduler was not started by `tonghop up --only scheduler`."""

    def __init__(self, address: str) -> None:
        """Keep the address."""
        self.address = address
        super().__init__(f"{address} is no scheduler of tổng hợp: start one there with tonghop up --only scheduler")


class SchedulerSilentError(TransientError):
    """The scheduler does not answer."""

    def __init__(self, address: str, reason: str) -> None:
        """Keep address and reason."""
        self.address = address
        super().__init__(
            f"the scheduler {address} does not answer ({reason}): start it, then the worker again; both need the "
            "same home"
        )


def dask_setup(scheduler: "Scheduler") -> None:
    """Keep the identity of this machine in the scheduler; called by Dask when it has started."""
    settings = load_settings()
    identity = SliceIdentity.of_run(settings, open_catalog(settings))
    scheduler.set_metadata(keys=[_KEY], value=asdict(identity))


def admitted_identity(settings: Settings, patience: int) -> SliceIdentity:
    """Return this machine's identity if it is the scheduler's, for which it waits up to `patience` seconds.

    Raises:
        ForeignSchedulerError, SchedulerSilentError: there is no scheduler of ours.
        NoSharedLandingError, OtherIdentityError: this machine may do no slices for it.
        UsageError: the engine is not installed, or the warehouse is a SQLite file, which other machines cannot open.
    """
    require_engine(settings)
    identity = SliceIdentity.of_worker(settings)  # without a shared home there is no certificate either
    expected = _kept_by_scheduler(settings, patience)
    if expected is None:
        raise ForeignSchedulerError(settings.scheduler)
    identity.require(SliceIdentity(**expected))
    return identity


def _kept_by_scheduler(settings: Settings, patience: int) -> dict[str, Any] | None:
    from distributed import Client  # noqa: PLC0415 # an extra, and slow to import

    while True:
        certificate = _certificate(settings)
        try:
            with Client(settings.scheduler, timeout=patience, security=security_of(settings.home)) as client:
                kept: dict[str, Any] | None = client.get_metadata(_KEY, default=None)
                return kept
        except OSError as error:
            # A scheduler that starts meanwhile renews the certificate, and refuses the one before at once.
            if _certificate(settings) == certificate:
                raise SchedulerSilentError(settings.scheduler, str(error)) from error


def _certificate(settings: Settings) -> bytes:
    file = certificate_file(settings.home)
    return file.read_bytes() if file.exists() else b""
