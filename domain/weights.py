"""Stated weights: the share of a divided unit's figure that belongs to one side, with its source."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

PEOPLE = "people"
"""The denominator kind of weights that hold for all that counts people or their households, whatever the kind."""

Scope = tuple[str | None, str | None]
"""Scope of a weight: (indicator, None), (None, denominator kind), or (None, None) for everything."""


class Direction(StrEnum):
    """Direction of a weight: of an old unit's figure into a new unit, or of a new unit's back into an old one."""

    FORWARD = "forward"
    BACKWARD = "backward"


@dataclass(frozen=True, slots=True)
class StatedWeight:
    """Share (0 to 1, at most four decimals) of `origin`'s figure that belongs to `into`, over one succession.

    Forward, `origin` is the old unit and `into` the new one; backward it is the other way round. `indicator` or
    `denominator_kind` narrow it to one indicator, or to those over one population (`PEOPLE`: over people of any kind);
    with neither it holds for all.
    """

    origin: str
    into: str
    effective: date
    direction: Direction
    indicator: str | None
    denominator_kind: str | None
    value: Decimal
    source: str

    @property
    def scope(self) -> Scope:
        """The scope of the weight."""
        return self.indicator, self.denominator_kind


_Origin = tuple[str, date, Direction]


class Weights:
    """All stated weights, looked up by link and indicator."""

    def __init__(self, stated: Iterable[StatedWeight] = ()) -> None:
        """Keep the weights; the loader checks that they agree with the successions."""
        self.stated: tuple[StatedWeight, ...] = tuple(stated)

    @cached_property
    def _by_origin(self) -> Mapping[_Origin, Mapping[Scope, Mapping[str, StatedWeight]]]:
        index: dict[_Origin, dict[Scope, dict[str, StatedWeight]]] = defaultdict(dict)
        for weight in self.stated:
            index[weight.origin, weight.effective, weight.direction].setdefault(weight.scope, {})[weight.into] = weight
        return index

    def find(
        self,
        link: tuple[str, str],
        effective: date,
        direction: Direction,
        *,
        indicator: str,
        denominator_kind: str,
        counts_people: bool,
    ) -> StatedWeight | None:
        """Return the weight stated for a link (origin, into) and an indicator, or None.

        The narrowest scope in which anything is stated of the origin holds for all its links: shares made for one
        population are never completed with those of another.
        """
        origin, into = link
        by_scope = self._by_origin.get((origin, effective, direction), {})
        people = ((None, PEOPLE),) if counts_people else ()
        for scope in ((indicator, None), (None, denominator_kind), *people, (None, None)):
            if scope in by_scope:
                return by_scope[scope].get(into)
        return None
