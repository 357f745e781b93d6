"""Who may do a slice: workers with the run's code, catalogue and landing, as equal ones give equal bytes."""

import json
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from hashlib import sha256
from importlib.util import find_spec
from typing import Self

from domain.catalog.catalog import Catalog
from domain.errors import TerminalError, UsageError
from flows.support.catalog import open_catalog
from flows.support.settings import Settings, load_settings
from flows.support.slices.provenance import versions
from flows.support.stores.opening import open_landing

_NAMES = {"code": "code or libraries", "catalog": "catalogue", "landing": "landing folder"}


class OtherIdentityError(TerminalError):
    """A worker has other code, another catalogue or another landing folder than those that it would work for."""

    def __init__(self, differences: tuple[str, ...]) -> None:
        """Keep what differs."""
        self.differences = differences
        super().__init__(
            f"this worker differs from the scheduler or run that it would work for: {', '.join(differences)}. It "
            "does no slices: install the same version and catalogue, mount the same home, and start it again."
        )


class NoSharedLandingError(TerminalError):
    """The landing folder of this machine is not the one that the scheduler sees."""

    def __init__(self, landing: str) -> None:
        """Keep the folder."""
        self.landing = landing
        super().__init__(
            f"the landing folder {landing} holds no file .probe, which the scheduler writes there: this machine does "
            "not see the others' landing. Mount the home that they share (TONGHOP_HOME), or name their store "
            "(TONGHOP_STORE), and start the worker again."
        )


@dataclass(frozen=True, slots=True)
class SliceIdentity:
    """What results depend on beside the slice: code with its libraries, catalogue, and the landing that is read."""

    code: str
    catalog: str
    landing: str

    @classmethod
    def of_run(cls, settings: Settings, catalog: Catalog) -> Self:
        """Return the identity of a run or scheduler, which marks the landing if it is not marked yet."""
        return cls(_code(), catalog.version, open_landing(settings).mark())

    @classmethod
    def of_worker(cls, settings: Settings) -> Self:
        """Return the identity of a worker.

        Raises:
            CatalogError: its catalogue cannot be used.
            NoSharedLandingError: its landing was never marked.
        """
        mark = open_landing(settings).read_mark()
        if mark is None:
            raise NoSharedLandingError(f"{settings.store}/landing" if settings.store else str(settings.landing))
        return cls(_code(), open_catalog(settings).version, mark)

    @property
    def resources(self) -> dict[str, float]:
        """Return Dask's resources that a worker offers, each once, and a slice takes: a slice at a time."""
        return {f"{name}-{value[:16]}": 1 for name, value in asdict(self).items()}

    def require(self, other: "SliceIdentity") -> None:
        """Raise unless both are the same.

        Raises:
            OtherIdentityError: they are not.
        """
        if self != other:
            raise OtherIdentityError(
                tuple(
                    _NAMES[each.name] for each in fields(self) if getattr(self, each.name) != getattr(other, each.name)
                )
            )


def worker_settings(identity: SliceIdentity) -> tuple[Settings, Catalog]:
    """Return settings and catalogue of this worker, which has to be of that identity.

    Raises:
        OtherIdentityError: it is not, for its files were changed since it started.
    """
    settings = load_settings()
    identity.require(SliceIdentity.of_worker(settings))
    return settings, open_catalog(settings)


def require_engine(settings: Settings) -> None:
    """Raise where the engine is not installed, or other machines would have to open the SQLite file of this home.

    Raises:
        UsageError: the engine cannot be used.
    """
    if find_spec("distributed") is None:
        raise UsageError("TONGHOP_RUNNER=engine needs Dask: install tonghop[dask]")
    if settings.uses_other_machines and settings.database.startswith("sqlite"):
        raise UsageError(
            "several machines need a warehouse on PostgreSQL (TONGHOP_WAREHOUSE_URL): they cannot share the SQLite "
            "file of a home"
        )


@lru_cache(maxsize=1)
def _code() -> str:
    return sha256(json.dumps(versions()).encode()).hexdigest()
