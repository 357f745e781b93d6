"""Several sources speak of one fact: those that speak have to agree."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class SourceReading(Generic[_T]):
    """What one source says: where (a cell, a file's name), in which words, and every value the words can mean."""

    place: str
    text: str
    values: frozenset[_T]


@dataclass(frozen=True, slots=True)
class AgreementResult(Generic[_T]):
    """What the sources say together.

    `value` is the one value all allow; `rivals` two readings that cannot both hold; `choices` what is left where the
    sources agree and still leave several.
    """

    value: _T | None
    rivals: tuple[SourceReading[_T], SourceReading[_T]] | None = None
    choices: frozenset[_T] = frozenset()


def agree(readings: Sequence[SourceReading[_T]]) -> AgreementResult[_T]:
    """Weigh the readings of those sources that say anything."""
    speaking = [reading for reading in readings if reading.values]
    if not speaking:
        return AgreementResult(None)
    left = speaking[0].values
    for position, reading in enumerate(speaking[1:], start=1):
        if left.isdisjoint(reading.values):
            rival = next(
                (
                    other_reading
                    for other_reading in speaking[:position]
                    if other_reading.values.isdisjoint(reading.values)
                ),
                speaking[0],
            )
            return AgreementResult(None, rivals=(rival, reading))
        left &= reading.values
    if len(left) == 1:
        return AgreementResult(next(iter(left)))
    return AgreementResult(None, choices=left)
