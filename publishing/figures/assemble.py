"""Assemble the report that people read from a revision of the warehouse and the catalogue's names."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from domain.catalog.catalog import Catalog
from domain.indicators import Measure
from domain.rollups import Boundary, RollupRow, RollupStatus
from domain.units import Level
from publishing.editions import EDITION, FIRST_EDITION, SECOND_EDITION
from publishing.figures.by_unit import unit_lines
from publishing.figures.changes import describe_change
from publishing.figures.earlier import TrendAssembly
from publishing.figures.explain import MovementAssembly
from publishing.figures.formatter import ReportFormatter
from publishing.figures.open_warnings import warning_notes_of
from publishing.figures.provinces import MOST_UNITS_LISTED, province_lines
from publishing.figures.report import ProvinceLine, PublishedFigure, Report, ThemeFigures, UnitLine
from publishing.figures.revision_facts import RevisionFacts
from publishing.figures.row_notes import RowNotes
from warehouse.queries import AS_OF_RUN, Revision


def assemble(
    revision: Revision, formatter: ReportFormatter, edition: int = EDITION, facts: RevisionFacts | None = None
) -> Report:
    """Build the report of a revision in the formatter's language, with what an edition shows of it.

    `facts` are the revision's, where they were made for another language.
    """
    return _Assembly(revision, formatter, edition, facts or RevisionFacts(revision, formatter.catalog)).report()


@dataclass(frozen=True)
class _Assembly:
    """Assembles one report."""

    revision: Revision
    formatter: ReportFormatter
    edition: int
    facts: RevisionFacts

    @property
    def catalog(self) -> Catalog:
        return self.formatter.catalog

    def report(self) -> Report:
        revision, formatter = self.revision, self.formatter
        names = {row.indicator: self._name(row.indicator) for row in revision.rows}
        themes, units = self._themes(), self.lines
        return Report(
            area=revision.area,
            area_name=self._area_name(),
            period=revision.period.id,
            period_name=formatter.period_name(revision.period),
            first_day=self.catalog.forms.calendar_of(revision.form).first_day(revision.period),
            last_day=self.last_day,
            form_title=self.catalog.forms.form(revision.form).title.get(formatter.lang),
            revision=revision.number,
            published_at=revision.published_at,
            run_id=revision.run_id,
            standpoint=self._standpoint(),
            explain_options=self._explain_options(),
            kinds=self._kinds(),
            is_sample=self.facts.is_sample,
            files_note=formatter.text("files_note" if self.edition <= SECOND_EDITION else "files_of_revision"),
            themes=themes,
            units=units,
            changes=tuple(
                describe_change(
                    change,
                    names.get(change.indicator) or self._name(change.indicator),
                    revision,
                    formatter,
                    self.edition,
                )
                for change in revision.changes
                if change.column != "attained" or change.indicator not in self._assumed
            ),
            warning_notes=warning_notes_of(revision, names, formatter),
            provinces=self._provinces(themes, units) if self.is_large else (),
            incomparable=tuple(self._incomparable(themes)),
            edition=self.edition,
        )

    @cached_property
    def lines(self) -> tuple[UnitLine, ...]:
        """The lines of units, which count days late otherwise until the second edition."""
        if self.edition > SECOND_EDITION:
            return self.facts.lines
        return unit_lines(self.revision, self.catalog.forms, self.edition)

    @property
    def is_large(self) -> bool:
        """Whether the area has more units than are listed."""
        return len(self.lines) > MOST_UNITS_LISTED

    @property
    def _lists_communes(self) -> bool:
        """Whether figures of communes are listed: until the second edition also those of a large area."""
        return self.edition <= SECOND_EDITION or not self.is_large

    def _incomparable(self, themes: Sequence[ThemeFigures]) -> Iterator[PublishedFigure]:
        """Yield the figures that do not compare, though each unit gave its own; since the third edition."""
        for figure in (figure for theme in themes for figure in theme.figures):
            row = figure.row
            is_whole = row.units_accepted == row.units_expected
            if self.edition > SECOND_EDITION and row.status is RollupStatus.NOT_COMPARABLE and is_whole:
                yield figure

    @cached_property
    def last_day(self) -> date:
        return self.catalog.forms.last_day(self.revision.form, self.revision.period)

    def _provinces(self, themes: Sequence[ThemeFigures], units: Sequence[UnitLine]) -> tuple[ProvinceLine, ...]:
        """Sum the figures up by the province that each unit belonged to when it reported."""
        sums = {each.row.indicator: self.facts.by_province(each) for theme in themes for each in theme.figures}
        return province_lines(units, sums, self.facts.provinces, self.formatter.text("province_unknown"))

    @cached_property
    def unanswered(self) -> Counter[str]:
        return Counter(warning.indicator for warning in self.revision.asked if warning.asked.waiver is None)

    def _standpoint(self) -> str:
        """Say whether the figures are final, and which boundaries and moment are theirs if not the usual ones."""
        finality = {row.finality for row in self.revision.rows}  # the same in all rows
        if self.edition <= SECOND_EDITION or self.revision.run_id == AS_OF_RUN:
            finality = set()
        parts = [self.formatter.text(f"finality_{each}") for each in finality]
        parts += [self.formatter.text("boundary_as_now")] if self.revision.boundary is Boundary.AS_NOW else []
        if self.revision.run_id == AS_OF_RUN:
            parts.append(self.formatter.text("as_of", time=self.formatter.time(self.revision.published_at)))
        return " · ".join(parts)

    def _explain_options(self) -> str:
        """Return the options that make `tonghop explain` refer to these figures."""
        options = " --boundary as_now" if self.revision.boundary is Boundary.AS_NOW else ""
        if self.revision.run_id == AS_OF_RUN:
            options += f" --as-of {self.revision.published_at.isoformat()}"
        return options

    def _name(self, indicator: str) -> str:
        # An indicator that has left the catalogue since is shown by its code.
        known = self.catalog.indicators.get(indicator)
        return known.name.get(self.formatter.lang) if known else indicator

    def _kinds(self) -> str:
        """Name the kinds of the units, commonest first: "xã, thị trấn" in a district, "xã, phường" in a province."""
        kinds = Counter(unit.kind.lower() for unit in self.facts.units)
        if self.formatter.lang != "vi" or not kinds:
            return self.formatter.text("kinds_general")
        return ", ".join(kind for kind, _ in kinds.most_common())

    def _themes(self) -> tuple[ThemeFigures, ...]:
        by_theme: dict[str, list[PublishedFigure]] = {theme: [] for theme in self.catalog.themes}
        for row in self.revision.rows:
            known = self.catalog.indicators.get(row.indicator)
            by_theme.setdefault(known.theme if known else "", []).append(self._figure(row))
        return tuple(self._theme(theme, figures) for theme, figures in by_theme.items() if figures)

    def _theme(self, theme: str, figures: list[PublishedFigure]) -> ThemeFigures:
        known = self.catalog.themes.get(theme)
        name = known.name.get(self.formatter.lang) if known else self.formatter.text("further_themes")
        return ThemeFigures(theme, name, headline=known.headline if known else False, figures=tuple(figures))

    def _figure(self, row: RollupRow) -> PublishedFigure:
        known, lang = self.catalog.indicators.get(row.indicator), self.formatter.lang
        is_percent = known.measure is Measure.RATIO if known else row.denominator is not None
        figure = PublishedFigure(
            row=row,
            name=self._name(row.indicator),
            unit=known.unit.get(lang) if known else "",
            is_percent=is_percent,
            numerator_name=known.numerator.get(lang) if known else "",
            denominator_name=known.denominator.get(lang) if known and known.denominator else "",
            denominator_kind=self.formatter.denominator_kind(row.denominator_kind),
            target_document=self._target_document(row),
            communes=self.facts.by_report(row.indicator, self.formatter) if self._lists_communes else (),
            by_unit=self.facts.by_unit(row.indicator, self.formatter) if self._lists_communes else (),
            unanswered=self.unanswered[row.indicator],
            attained=row.attained if self._judges(row) else None,
            is_provisional=self.edition > FIRST_EDITION and row.status is RollupStatus.PARTIAL,
            in_place=self._in_place(row),
            redefinition=self.row_notes.redefinition(row.notes) if self.row_notes else "",
            notes=row.notes if self.row_notes is None else self.row_notes.shown(row.notes),
            trend=self.trends.trend(row, is_percent=is_percent) if self.trends else None,
        )
        if self.movements is None or row.indicator not in self.leads:
            return figure
        amounts = self.facts.amounts(row.indicator)
        movement = self.movements.movement(row, amounts, is_percent=is_percent)
        return replace(figure, movement=movement, bounds=self.movements.bounds(row) if is_percent else None)

    def _in_place(self, row: RollupRow) -> str:
        if self.row_notes is None or row.status is not RollupStatus.NOT_COMPARABLE:
            return ""
        return self.row_notes.bounds(row.notes) or self.formatter.status(row.status)

    @cached_property
    def _assumed(self) -> frozenset[str]:
        """The figures whose target is only assumed: since the third edition their verdict does not change either."""
        assumed = (row.indicator for row in self.revision.rows if row.target_assumed)
        return frozenset(assumed if self.edition > SECOND_EDITION else ())

    def _judges(self, row: RollupRow) -> bool:
        """Return whether a figure is judged: since the second edition only against a target that a document sets."""
        return self.edition == FIRST_EDITION or not row.target_assumed

    @cached_property
    def trends(self) -> TrendAssembly | None:
        earlier = self.revision.earlier
        return (
            TrendAssembly(self.revision, earlier, self.formatter) if self.edition > FIRST_EDITION and earlier else None
        )

    @cached_property
    def movements(self) -> MovementAssembly | None:
        trends = self.trends
        return MovementAssembly(self.facts, trends.earlier, self.formatter, self.row_notes) if trends else None

    @cached_property
    def row_notes(self) -> RowNotes | None:
        """What words the rows' notes in the reader's language, since the third edition."""
        return RowNotes.of(self.catalog, self.formatter.lang) if self.edition > SECOND_EDITION else None

    @cached_property
    def leads(self) -> tuple[str, ...]:
        return self.catalog.lead_indicators([row.indicator for row in self.revision.rows])

    def _target_document(self, row: RollupRow) -> str:
        level = self._level()
        if level is None or row.target is None:
            return ""
        target = self.catalog.targets.find(row.indicator, level, self.revision.area, self.revision.period.year)
        # A target that differs from the revision's comes from another document.
        return target.document if target is not None and target.value == row.target else ""

    def _area_name(self) -> str:
        """Name the area: an area of the catalogue in the reader's language, a unit by its name of that time."""
        named = self.catalog.areas.get(self.revision.area)
        return self.revision.area_name if named is None else named.name.get(self.formatter.lang)

    def _level(self) -> Level | None:
        """Return the level whose targets apply to the area; None where its code has left the catalogue."""
        code = self.revision.area
        if code in self.catalog.areas:
            return self.catalog.areas[code].level
        versions = {unit.valid_from: unit.level for unit in self.catalog.units.versions(code)}
        return versions.get(self.revision.area_valid_from)
