"""Agreement between the sources of one fact: all sources that state it have to be compatible."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class SourceReading(Generic[_T]):
    """Reading of one source: its place (a cell, a file's name), its text, and all values the text can mean."""

    place: str
    text: str
    values: frozenset[_T]


@dataclass(frozen=True, slots=True)
class AgreementResult(Generic[_T]):
    """Result of comparing several sources.

    `value` is the only value that all sources allow; `rivals` are two incompatible readings; `choices` are the
    remaining values if the sources agree on more than one.
    """

    value: _T | None
    rivals: tuple[SourceReading[_T], SourceReading[_T]] | None = None
    choices: frozenset[_T] = frozenset()


def agree(readings: Sequence[SourceReading[_T]]) -> AgreementResult[_T]:
    """Compare the readings that have values; readings without values are ignored."""
    stated = [reading for reading in readings if reading.values]
    if not stated:
        return AgreementResult(None)
    remaining = stated[0].values
    for position, reading in enumerate(stated[1:], start=1):
        if remaining.isdisjoint(reading.values):
            earlier = stated[:position]
            rival = next((other for other in earlier if other.values.isdisjoint(reading.values)), stated[0])
            return AgreementResult(None, rivals=(rival, reading))
        remaining &= reading.values
    if len(remaining) == 1:
        return AgreementResult(next(iter(remaining)))
    return AgreementResult(None, choices=remaining)
