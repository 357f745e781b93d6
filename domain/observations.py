"""Observations: figures with their cells; zero, blank and not-applicable stay three things."""

import pickle
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, overload

from domain.periods import Period


class CellState(StrEnum):
    """State of a figure's cell. `unreadable` exists only until judgement: no such figure is ever loaded."""

    VALUE = "value"
    ZERO = "zero"
    BLANK = "blank"
    NOT_APPLICABLE = "not_applicable"
    UNREADABLE = "unreadable"


class Figure(NamedTuple):
    """One cell's figure: the number (None unless state is value or zero), its A1 address, the text as typed.

    `decimals` is how many decimals a percentage was shown with, where that is known.
    """

    state: CellState
    number: Decimal | None
    cell: str
    raw: str
    decimals: int | None = None

    def __reduce__(self) -> tuple[type["Figure"], tuple[object, ...]]:
        """Pickle as a call with the values: half the time that named tuples take by default."""
        return Figure, tuple(self)


class Observation(NamedTuple):
    """What a unit reports for an indicator.

    `unit` is the reporting commune's code, or a village's for figures of the village sheet. `denominator` is None where
    the indicator has none; `stated` is the percentage the official typed (0 to 100), never used for a rollup.
    """

    unit: str
    indicator: str
    sheet: str
    numerator: Figure
    denominator: Figure | None = None
    stated: Figure | None = None

    def __reduce__(self) -> tuple[type["Observation"], tuple[object, ...]]:
        """Pickle as a call with the values; see `Figure`."""
        return Observation, tuple(self)

    @property
    def state(self) -> CellState:
        """State of the whole: unreadable or not-applicable anywhere wins, then the numerator's own."""
        parts = [self.numerator.state] + ([self.denominator.state] if self.denominator else [])
        for strongest in (CellState.UNREADABLE, CellState.NOT_APPLICABLE):
            if strongest in parts:
                return strongest
        return self.numerator.state

    @property
    def is_complete(self) -> bool:
        """Whether it can enter a rollup: a number, and a denominator where the indicator has one."""
        return self.numerator.number is not None and (self.denominator is None or self.denominator.number is not None)


class PackedObservations(Sequence[Observation]):
    """Observations as pickled bytes, a tenth of the memory of the objects; unpacked at each use.

    A run keeps all reports between reading and judging.
    """

    __slots__ = ("_data", "_size")

    def __init__(self, observations: Sequence[Observation]) -> None:
        """Pack the observations."""
        self._size, self._data = len(observations), pickle.dumps(tuple(observations), pickle.HIGHEST_PROTOCOL)

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, index: int) -> Observation: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Observation]: ...

    def __getitem__(self, index: int | slice) -> Observation | Sequence[Observation]:
        return self._unpack()[index]

    def __iter__(self) -> Iterator[Observation]:
        return iter(self._unpack())

    def __eq__(self, other: object) -> bool:
        """Compare as the observations themselves."""
        return isinstance(other, Sequence) and self._unpack() == tuple(other)

    def __hash__(self) -> int:
        return hash(self._unpack())

    def _unpack(self) -> tuple[Observation, ...]:
        result: tuple[Observation, ...] = pickle.loads(self._data)  # noqa: S301 # packed by this process
        return result


@dataclass(frozen=True, slots=True)
class PastObservation:
    """An observation accepted for an earlier period."""

    period: Period
    observation: Observation
