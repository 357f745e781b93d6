"""Results that cost seconds over a whole country, kept until something is received, judged or published."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Final, TypeVar

from warehouse.queries.desk.reporting_quality import log_position
from warehouse.store.engine import Session

_MOST_KEPT: Final = 8
T = TypeVar("T")


class ComputedResults:
    """The last results by question; a request with the same one while it is computed waits for it."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        self._lock = Lock()
        self._known: OrderedDict[Hashable, Any] = OrderedDict()

    def of(self, session: Session, question: Hashable, compute: Callable[[], T]) -> T:
        """Return the answer to a question, as of the log's position in the session."""
        key = question, log_position(session)
        with self._lock:
            if key not in self._known:
                self._known[key] = compute()
                while len(self._known) > _MOST_KEPT:
                    self._known.popitem(last=False)
            result: T = self._known[key]
            return result
