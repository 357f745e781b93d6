"""Rules: what a good report is, as data; `expectations/` turns them into a Great Expectations suite."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.issues import GRAVEST_FIRST, Severity
from domain.texts import Text


class RuleStage(StrEnum):
    """Stage of a rule: shadow is only recorded, warn asks for an answer, block acts by its severity."""

    SHADOW = "shadow"
    WARN = "warn"
    BLOCK = "block"


class FigureRole(StrEnum):
    """Which of an indicator's two figures is meant."""

    NUMERATOR = "numerator"
    DENOMINATOR = "denominator"


@dataclass(frozen=True, slots=True)
class FigureName:
    """A figure of a form, as rules name it: its indicator, a dot and its role."""

    indicator: str
    role: FigureRole


Setting = str | int | float | tuple[FigureName, ...]
"""Possible values of a rule's parameter; several figures mean their sum."""

_CEILING = {RuleStage.WARN: Severity.WARNING, RuleStage.BLOCK: Severity.CRITICAL}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the catalogue.

    `kind` names the check that `expectations/` knows; `indicators` it covers (empty: all of the form);
    `parameters` are the kind's own. `message` says what is wrong, `action` what the official should do; both may
    name `{found}`, `{expected}`, `{cell}`, `{indicator}` and the facts of the issue, listed in `facts`.
    `comparison` is what the value expected is compared by ("≤ {expected}"): it is shown in place of that value.
    `stages` are the days from which the rule is at a stage, in order. `file` and `line` are where it is written.
    """

    id: str
    kind: str
    title: Text
    message: Text
    action: Text
    indicators: tuple[str, ...]
    parameters: Mapping[str, Setting]
    severity: Severity
    stages: Mapping[RuleStage, date]
    source: str
    facts: tuple[str, ...] = ()
    comparison: Text | None = None
    file: str = ""
    line: int | None = None

    def stage_on(self, day: date) -> RuleStage | None:
        """The stage that the rule has reached by a day; None: it is not in force yet."""
        reached = [stage for stage, since in self.stages.items() if since <= day]
        return reached[-1] if reached else None

    def effect_on(self, day: date) -> Severity | None:
        """The milder of severity and stage on a day, the last one of the report's period.

        None for a rule that is not in force, and for a shadow rule, whose results are never shown to a commune.
        """
        stage = self.stage_on(day)
        if stage is None or stage is RuleStage.SHADOW:
            return None
        return max(self.severity, _CEILING[stage], key=GRAVEST_FIRST.index)
