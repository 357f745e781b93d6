"""Agreement between the sources of one fact: all sources that state it have to be compatible."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from workbooks.cells.findings import FigurePlace, Findings

_T = TypeVar("_T")

FILE_NAME, FOLDER, STAMP = "workbooks.source_file_name", "workbooks.source_folder", "workbooks.source_stamp"
"""Keys of the texts that name sources other than a cell."""


@dataclass(frozen=True, slots=True)
class SourceReading(Generic[_T]):
    """Reading of one source: its name (a visible cell, or a text's key), its text as it stands, and all its meanings.

    `spot` is the cell that people see, None for a source outside the visible sheets.
    """

    place: str
    text: str
    values: frozenset[_T]
    spot: FigurePlace | None = None


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


def note_disagreement(
    code: str,
    rivals: tuple[SourceReading[_T], SourceReading[_T]],
    readings: Iterable[SourceReading[_T]],
    findings: Findings,
) -> None:
    """Note two incompatible readings at the cell that a person can mend.

    The later reading contradicts those before it; where it is no cell, a cell that states what the earlier one does.
    """
    first, second = rivals
    alike = (other for rival in (second, first) for other in readings if other.values and other.values <= rival.values)
    place = second.spot or first.spot or next((other.spot for other in alike if other.spot is not None), None)
    findings.issue(
        code,
        place,
        found=second.text,
        expected=first.text,
        first=first.text,
        first_place=first.place,
        second=second.text,
        second_place=second.place,
    )
