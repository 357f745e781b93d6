"""Words that communes write around their figures, as the catalogue lists them."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReportWords:
    """Words above a form's table, in notes, and in names of files and folders, normalised as `normalise_name` does.

    `months` gives the numbers of months that are spelt out, `short_kinds` a unit's kind in full ("tt": "thị trấn").
    `boards`, `councils` and `other_bodies` are bodies of a commune, the `…_labels` what lines of the heading begin
    with, `titles` the first words of titles; lines with `reference_words` speak of other documents. Behind
    `other_times` a line speaks of other times than the report's;
    `sums` say that figures were added up over several periods, `figures` that a note is about figures. `file_words`
    stand in names of files besides a unit's, `numbered` before numbers that are no months.
    """

    months: Mapping[str, int]
    short_kinds: Mapping[str, str]
    boards: frozenset[str]
    councils: frozenset[str]
    other_bodies: frozenset[str]
    reporter_labels: frozenset[str]
    receiver_labels: frozenset[str]
    unit_labels: frozenset[str]
    form_labels: frozenset[str]
    period_labels: frozenset[str]
    due_labels: frozenset[str]
    reference_words: frozenset[str]
    titles: frozenset[str]
    other_times: frozenset[str]
    sums: frozenset[str]
    figures: frozenset[str]
    file_words: frozenset[str]
    numbered: frozenset[str]
