"""What the desk works with, opened once by the command that serves it."""

from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from threading import Lock

from connectors.landing import Landing
from domain.catalog.catalog import Catalog
from domain.errors import TonghopError
from domain.stores.store import Store
from domain.texts import Lang
from domain.vietnam_time import day_in_vietnam
from flows.support.context import AppContext
from flows.support.settings import Settings
from warehouse.queries.desk.matrix import OwedReports
from warehouse.store.engine import Engine
from workbooks.cells.guards import Limits


@dataclass
class ActQueue:
    """Carries out what was confirmed, one after the other: by a thread, which a look at what waits is handed to.

    A confirmation is answered after a `moment`, in seconds, if its act has not ended before. `fault` is why nothing
    could be carried out at the last look.
    """

    executor: Executor = field(default_factory=lambda: ThreadPoolExecutor(1, "waiting-acts"))
    moment: float = 0.6
    fault: TonghopError | None = None


@dataclass(frozen=True)
class DeskContext:
    """Catalogue and warehouse, the areas of the deployment (codes or ids; none: all that reported), and folders.

    `quality` holds the quality pages, `outbox` what went back to communes, `landing` the files as they were delivered,
    which are read within `limits`. `lang` is the language of readers who chose none; `clock` returns the current
    time in UTC. `open_context` returns what a run of an act works with. Confirmed acts go through the `queue`, those
    that go beside any run are carried out at once; they hold `acting`, one after the other.
    """

    catalog: Catalog
    engine: Engine
    quality: Path
    outbox: Store
    landing: Landing
    clock: Callable[[], datetime]
    settings: Settings
    open_context: Callable[[], AppContext]
    lang: Lang = "vi"
    areas: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    owed_reports: OwedReports = field(init=False)
    acting: Lock = field(default_factory=Lock)
    queue: ActQueue = field(default_factory=ActQueue)

    def __post_init__(self) -> None:
        """Make the lookup of units that owe reports, which all requests share."""
        object.__setattr__(self, "owed_reports", OwedReports(self.catalog))

    @property
    def today(self) -> date:
        """The current day in Vietnam."""
        return day_in_vietnam(self.clock())
