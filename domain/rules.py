"""Rules: what a good report is, as data; `expectations/` turns them into a Great Expectations suite."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.issues import Severity
from domain.texts import Text


class Stage(StrEnum):
    """How far a rule has been promoted: shadow is only recorded, warn asks, block acts by its severity."""

    SHADOW = "shadow"
    WARN = "warn"
    BLOCK = "block"


_MILDEST_FIRST = (Severity.INFO, Severity.WARNING, Severity.CRITICAL)
_CEILING = {Stage.WARN: Severity.WARNING, Stage.BLOCK: Severity.CRITICAL}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the catalogue.

    `kind` names the check that `expectations/` knows; `indicators` it covers (empty: all of the form);
    `parameters` are the kind's own. `message` says what is wrong, `action` what the official should do; both may
    name `{found}`, `{expected}`, `{cell}`, `{indicator}` and the facts of the issue, listed in `facts`.
    """

    id: str
    kind: str
    title: Text
    message: Text
    action: Text
    indicators: tuple[str, ...]
    parameters: Mapping[str, str | int | float]
    severity: Severity
    stage: Stage
    source: str
    facts: tuple[str, ...] = ()

    @property
    def effect(self) -> Severity | None:
        """The milder of severity and stage; None for a shadow rule, whose results never reach a commune."""
        if self.stage is Stage.SHADOW:
            return None
        return min(self.severity, _CEILING[self.stage], key=_MILDEST_FIRST.index)
