"""What a report shows, as plain values: every writer takes this, so the page and the workbook never disagree."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from domain.rollups import RollupRow, RollupStatus


@dataclass(frozen=True, slots=True)
class FigureSource:
    """The cell a figure came from."""

    sheet: str
    cell: str


@dataclass(frozen=True, slots=True)
class CommuneFigure:
    """What one commune gave for one indicator; figures of its villages are summed, each with its cell.

    `key` tells communes of one code apart.
    """

    key: str
    unit: str
    name: str
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    sources: tuple[FigureSource, ...]
    file_name: str
    sha256: str

    @property
    def addresses(self) -> str:
        """All source cells, each sheet named once: "Biểu 01!E12; Theo thôn!D5, D6, D7"."""
        by_sheet: dict[str, list[str]] = {}
        for source in self.sources:
            by_sheet.setdefault(source.sheet, []).append(source.cell)
        return "; ".join(f"{sheet}!{', '.join(cells)}" for sheet, cells in by_sheet.items())


@dataclass(frozen=True, slots=True)
class PublishedFigure:
    """One published figure with the names around it. `is_percent`: its value and target are 0 to 100.

    `communes` are what each report gave, `by_unit` what each commune gave over the whole period. `unanswered` counts
    the warnings about it that nobody answered.
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

    def given_by(self, key: str) -> CommuneFigure | None:
        """What a unit gave, or None."""
        return next((commune for commune in self.by_unit if commune.key == key), None)


@dataclass(frozen=True, slots=True)
class ThemeFigures:
    """The figures of one theme; the first one that is a percentage stands for the theme."""

    id: str
    name: str
    headline: bool
    figures: tuple[PublishedFigure, ...]

    @property
    def lead(self) -> PublishedFigure:
        """The figure shown large: the first percentage in the catalogue's order, else the first figure."""
        return next((figure for figure in self.figures if figure.is_percent), self.figures[0])

    @property
    def others(self) -> tuple[PublishedFigure, ...]:
        """All but the lead."""
        return tuple(figure for figure in self.figures if figure is not self.lead)


@dataclass(frozen=True, slots=True)
class UnitLine:
    """Where one unit stands: `state` is one of accepted, late, quarantined, missing.

    `key` tells units of one code apart.
    """

    key: str
    code: str
    name: str
    state: str
    received_at: datetime | None
    file_name: str | None
    sha256: str | None
    issues: int


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One column of a figure that this revision moved, in words, and the file that moved it."""

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
    """What moved of one indicator: its value first, if that moved, and the rest after it; the files that moved it."""

    indicator: str
    name: str
    value: ChangeLine | None
    rest: tuple[ChangeLine, ...]
    files: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class WarningNote:
    """A warning about what a unit reported, the figures it is about, and what was answered; `""`: nothing yet."""

    unit: str
    name: str
    title: str
    figures: tuple[str, ...]
    answer: str


@dataclass(frozen=True, slots=True)
class Report:
    """One revision of an area's rollup, ready to be written in one language.

    `standpoint` says within which lines and as of when the figures are seen, where that is not the usual;
    `explain_options` name that to `tonghop explain`. `kinds` is what the units are called together ("xã, thị trấn").
    `is_sample`: the area's register holds invented units, so the split by commune is invented too and has to say so.
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
    themes: tuple[ThemeFigures, ...]
    units: tuple[UnitLine, ...]
    changes: tuple[ChangeLine, ...]
    questions: tuple[WarningNote, ...] = ()

    @property
    def headlines(self) -> tuple[ThemeFigures, ...]:
        """The themes a leader looks at first."""
        return tuple(theme for theme in self.themes if theme.headline)

    @property
    def further(self) -> tuple[tuple[ThemeFigures, tuple[PublishedFigure, ...]], ...]:
        """All figures but the leads of the headlines, by theme."""
        by_theme = ((theme, theme.others if theme.headline else theme.figures) for theme in self.themes)
        return tuple((theme, figures) for theme, figures in by_theme if figures)

    @property
    def moves(self) -> tuple[FigureMove, ...]:
        """The changes by indicator; what only names the row, and sentences, are left to the workbook.

        An indicator of which only a sentence moved is listed without any: a warning was answered, say.
        """
        by_indicator: dict[str, list[ChangeLine]] = {}
        for change in self.changes:
            by_indicator.setdefault(change.indicator, []).append(change)
        return tuple(map(_move, by_indicator.values()))

    @property
    def accepted(self) -> tuple[UnitLine, ...]:
        """Units whose report was accepted, late ones included."""
        return tuple(unit for unit in self.units if unit.state in {"accepted", "late"})

    @property
    def absent(self) -> tuple[UnitLine, ...]:
        """Units that owe a report and have none accepted."""
        return tuple(unit for unit in self.units if unit.state not in {"accepted", "late"})

    @property
    def incomplete(self) -> tuple[PublishedFigure, ...]:
        """Figures that lack some of their units, or cannot be compared."""
        return tuple(
            figure
            for theme in self.themes
            for figure in theme.figures
            if figure.row.status is not RollupStatus.COMPLETE
        )


_UNSHOWN = frozenset({"area", "period", "indicator", "boundary", "notes"})
_FOLLOWING = frozenset({"units_missing", "status"})


def _move(changes: list[ChangeLine]) -> FigureMove:
    # A column moved by several files is listed once for each of them.
    columns = {change.column: change for change in changes if change.column not in _UNSHOWN}
    # What follows from the rest is left out, unless it is all that moved.
    columns = {name: change for name, change in columns.items() if name not in _FOLLOWING} or columns
    files = {change.sha256: change.file_name or "" for change in changes if change.sha256}
    return FigureMove(
        indicator=changes[0].indicator,
        name=changes[0].name,
        value=columns.pop("value", None),
        rest=tuple(columns.values()),
        files=tuple((name, sha256) for sha256, name in files.items()),
    )
