"""The content of a report as plain values; page and workbook are both written from it, so that they agree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import compress
from operator import not_
from typing import NamedTuple

from domain.rollups import RollupRow, RollupStatus
from publishing.editions import EDITION, SECOND_EDITION
from publishing.figures.movements import FigureBounds, FigureMovement
from publishing.figures.trends import FigureComparison, FigureTrend
from warehouse.queries import SourceCell


def addresses_of(cells: Sequence[SourceCell]) -> str:
    """Format the addresses of cells, each sheet named once: "Biểu 01!E12; Theo thôn!D5, D6, D7"."""
    if len(cells) == 1:
        return f"{cells[0].sheet}!{cells[0].cell}"
    by_sheet: dict[str, list[str]] = {}
    for cell in cells:
        by_sheet.setdefault(cell.sheet, []).append(cell.cell)
    return "; ".join(f"{sheet}!{', '.join(listed)}" for sheet, listed in by_sheet.items())


class CommuneFigure(NamedTuple):
    """The figure of one commune for one indicator, with the addresses of all source cells; villages are summed.

    `key` distinguishes communes that had the same code at different times.
    """

    key: str
    unit: str
    name: str
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    addresses: str
    file_name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class PublishedFigure:
    """One published figure with its names. `is_percent`: its value and target are percentages, 0 to 100.

    `communes` are the figures by report, `by_unit` those by commune over the whole period; neither of a large
    area, whose figures are listed by province, since the third edition. `unanswered` counts the
    warnings about it that have no answer. `attained` is the verdict shown: None without a figure or target, and, since
    the second edition, where the target is only assumed. `is_provisional`: units are missing, which the verdict has to
    state. `in_place` is shown in place of the value of a figure that is not comparable, since the third edition: what
    it lies between, else that it is not. `redefinition` says that it counts something else since its period. `notes`
    are the row's, since the third edition in the report's language and without warnings. `trend` are the earlier
    periods; None in the first edition, and where none were read. `movement` says why it moved since the preceding
    period, `bounds` what the missing units could make of it: both of the leads of headline themes only, and None where
    there is nothing to say.
    """

    row: RollupRow
    name: str
    unit: str
    is_percent: bool
    numerator_name: str
    denominator_name: str
    denominator_kind: str
    target_document: str
    communes: tuple[CommuneFigure, ...]
    by_unit: tuple[CommuneFigure, ...]
    unanswered: int = 0
    attained: bool | None = None
    is_provisional: bool = False
    in_place: str = ""
    redefinition: str = ""
    notes: str = ""
    trend: FigureTrend | None = None
    movement: FigureMovement | None = None
    bounds: FigureBounds | None = None
    _of_unit: dict[str, CommuneFigure] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Order the figures by unit: a page asks for each."""
        self._of_unit.update((commune.key, commune) for commune in reversed(self.by_unit))

    @property
    def change_from_last(self) -> FigureComparison | None:
        """Return the comparison with the preceding period; None where that has no figure."""
        return self.trend.last if self.trend else None

    @property
    def change_from_last_year(self) -> FigureComparison | None:
        """Return the comparison with the same period of the year before; None where that has no figure."""
        return self.trend.last_year if self.trend else None

    def of_unit(self, key: str) -> CommuneFigure | None:
        """Return the figure of the unit with that key, or None."""
        return self._of_unit.get(key)


@dataclass(frozen=True, slots=True)
class ProvinceFigure:
    """The figure of a province for one indicator, summed over its communes in the area."""

    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None


@dataclass(frozen=True, slots=True)
class ThemeFigures:
    """The figures of one theme.

    `lead` is the main one: the first percentage in the catalogue's order, else the first figure.
    """

    id: str
    name: str
    headline: bool
    figures: tuple[PublishedFigure, ...]
    lead: PublishedFigure = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Choose the main figure once: a page asks for it in each row."""
        lead = next((figure for figure in self.figures if figure.is_percent), self.figures[0])
        object.__setattr__(self, "lead", lead)

    @property
    def others(self) -> tuple[PublishedFigure, ...]:
        """Return all figures but the lead."""
        return tuple(figure for figure in self.figures if figure is not self.lead)


class UnitLine(NamedTuple):
    """The reporting status of one unit: `state` is one of accepted, late, quarantined, missing.

    `key` distinguishes units that had the same code at different times. `deadline` is the last day on which the report
    shown was in time, `days_late` how many days later (calendar days in Vietnam) the unit's first file came, whatever
    became of it; of a report that is refused or missing, how many had passed when the revision was made. 0: in time, or
    not due yet. `received_at` is when the file shown came, a correction perhaps, `first_received_at` when the first
    did; None: not known, or not shown in the edition.
    """

    key: str
    code: str
    name: str
    state: str
    received_at: datetime | None
    first_received_at: datetime | None
    file_name: str | None
    sha256: str | None
    issues: int
    deadline: date
    days_late: int


@dataclass(frozen=True, slots=True)
class ProvinceLine:
    """The part of a large area that lies in one province: how many of its units report how, figures by indicator.

    `accepted` counts `late` ones too.
    """

    code: str
    name: str
    accepted: int
    expected: int
    late: int
    refused: int
    missing: int
    figures: Mapping[str, ProvinceFigure]


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A column of a figure that changed with this revision, formatted, and the file that caused it."""

    indicator: str
    name: str
    column: str
    column_name: str
    before: str
    after: str
    file_name: str | None
    sha256: str | None


@dataclass(frozen=True, slots=True)
class FigureMove:
    """All changes of one indicator: of its value, if that changed, and of other columns; and the files behind them."""

    indicator: str
    name: str
    value: ChangeLine | None
    rest: tuple[ChangeLine, ...]
    files: tuple[tuple[str, str], ...]

    @property
    def counts(self) -> tuple[ChangeLine, ...]:
        """Return the changes beside the value that are no verdict: papers judge by documented targets alone."""
        return tuple(change for change in self.rest if change.column != "attained")


@dataclass(frozen=True, slots=True)
class WarningNote:
    """A warning about a unit's report, the figures concerned, and its answer; `""`: not answered."""

    unit: str
    name: str
    title: str
    figures: tuple[str, ...]
    answer: str


@dataclass(frozen=True, slots=True)
class Report:
    """One revision of an area's rollup, formatted in one language.

    `standpoint` says whether the figures are final, and names boundaries and moment where they are not the usual ones;
    `explain_options` are the options of `tonghop explain` for them. `kinds` names the kinds of units ("xã, thị trấn").
    `is_sample`: the register holds invented units, so the split by commune is invented too, which the report has to
    state. `files_note` names the other files of the folder. `provinces` stand on the page for the units where those are
    too many to be listed; else they are empty. `incomparable` are the figures without a value of the whole area, though
    no report is missing for it; until the second edition they counted as incomplete, and there are none. `edition` is
    what the report is written in. `accepted` are the units whose report was accepted, late ones included, `absent` all
    others.
    """

    area: str
    area_name: str
    period: str
    period_name: str
    first_day: date
    last_day: date
    form_title: str
    revision: int
    published_at: datetime
    run_id: str
    standpoint: str
    explain_options: str
    kinds: str
    is_sample: bool
    files_note: str
    themes: tuple[ThemeFigures, ...]
    units: tuple[UnitLine, ...]
    changes: tuple[ChangeLine, ...]
    warning_notes: tuple[WarningNote, ...] = ()
    provinces: tuple[ProvinceLine, ...] = ()
    incomparable: tuple[PublishedFigure, ...] = ()
    edition: int = EDITION
    accepted: tuple[UnitLine, ...] = field(init=False, repr=False, compare=False)
    absent: tuple[UnitLine, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Divide the units once: papers and pages ask for either part many times."""
        accepted = [unit.state in {"accepted", "late"} for unit in self.units]
        object.__setattr__(self, "accepted", tuple(compress(self.units, accepted)))
        object.__setattr__(self, "absent", tuple(compress(self.units, map(not_, accepted))))

    @property
    def headlines(self) -> tuple[ThemeFigures, ...]:
        """Return the themes shown as cards at the top."""
        return tuple(theme for theme in self.themes if theme.headline)

    @property
    def further(self) -> tuple[tuple[ThemeFigures, tuple[PublishedFigure, ...]], ...]:
        """Return all figures but the leads of the headlines, by theme."""
        by_theme = ((theme, theme.others if theme.headline else theme.figures) for theme in self.themes)
        return tuple((theme, figures) for theme, figures in by_theme if figures)

    @property
    def moves(self) -> tuple[FigureMove, ...]:
        """Group the changes by indicator, without key columns and notes, which only the workbook lists.

        An indicator of which only the notes changed (a warning was answered, say) is listed without columns.
        """
        by_indicator: dict[str, list[ChangeLine]] = {}
        for change in self.changes:
            by_indicator.setdefault(change.indicator, []).append(change)
        return tuple(map(_move, by_indicator.values()))

    @property
    def incomplete(self) -> tuple[PublishedFigure, ...]:
        """Return the figures that lack some of their units, or that the edition counts with them."""
        apart = {figure.row.indicator for figure in self.incomparable}
        return tuple(
            figure
            for theme in self.themes
            for figure in theme.figures
            if figure.row.status is not RollupStatus.COMPLETE and figure.row.indicator not in apart
        )

    def unchanged(self, move: "FigureMove") -> PublishedFigure | None:
        """Return the figure of which other columns moved and not the value, since the third edition; else None."""
        return None if move.value or self.edition <= SECOND_EDITION else self.figure(move.indicator)

    def figure(self, indicator: str) -> PublishedFigure | None:
        """Return the figure of an indicator; None where the report has none."""
        figures = (figure for theme in self.themes for figure in theme.figures)
        return next((figure for figure in figures if figure.row.indicator == indicator), None)


_KEY_AND_NOTES = frozenset({"area", "period", "indicator", "boundary", "notes"})
_DERIVED = frozenset({"units_missing", "status"})


def _move(changes: list[ChangeLine]) -> FigureMove:
    # A column changed by several files has a change for each of them.
    columns = {change.column: change for change in changes if change.column not in _KEY_AND_NOTES}
    # Columns derived from others are left out unless nothing else changed.
    columns = {name: change for name, change in columns.items() if name not in _DERIVED} or columns
    files = {change.sha256: change.file_name or "" for change in changes if change.sha256}
    return FigureMove(
        indicator=changes[0].indicator,
        name=changes[0].name,
        value=columns.pop("value", None),
        rest=tuple(columns.values()),
        files=tuple((name, sha256) for sha256, name in files.items()),
    )
