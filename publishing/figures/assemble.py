"""From a revision as the warehouse keeps it, and the catalogue's names, to the report that people read."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from domain.catalog.catalog import Catalog
from domain.indicators import Flow, Measure
from domain.periods import Frequency, Period
from domain.rollups import Boundary, RollupRow
from domain.units import Level, OrgUnit
from publishing.figures.by_unit import lines_of, parts_of, whole_of
from publishing.figures.changes import describe_change
from publishing.figures.formatter import ReportFormatter
from publishing.figures.open_warnings import questions_of
from publishing.figures.report import PublishedFigure, Report, ThemeFigures
from warehouse.queries import AS_OF_RUN, PublishedContribution, Revision


def assemble(revision: Revision, words: ReportFormatter) -> Report:
    """The whole report of a revision, in the language of the words."""
    return _Assembly(revision, words).report()


@dataclass(frozen=True)
class _Assembly:
    """One revision being put into words; units are those of its base periods' last days."""

    revision: Revision
    words: ReportFormatter

    @property
    def catalog(self) -> Catalog:
        return self.words.catalog

    def report(self) -> Report:
        result, words = self.revision, self.words
        names = {row.indicator: self._name(row.indicator) for row in result.rows}
        return Report(
            area=result.area,
            area_name=self._area_name(),
            period=result.period.id,
            period_name=period_name(result.period, words),
            first_day=self.catalog.calendar_of(result.form).first_day(result.period),
            last_day=self.last_day,
            form_title=self.catalog.form(result.form).title.get(words.lang),
            revision=result.number,
            published_at=result.published_at,
            run_id=result.run_id,
            standpoint=self._standpoint(),
            explain_options=self._explain_options(),
            kinds=self._kinds(),
            is_sample=any(map(self._is_invented, self.units)),
            themes=self._themes(),
            units=lines_of(result.units),
            changes=tuple(
                describe_change(change, names.get(change.indicator) or self._name(change.indicator), result, words)
                for change in result.changes
            ),
            questions=questions_of(result, names, words),
        )

    @cached_property
    def last_day(self) -> date:
        return self.catalog.last_day(self.revision.form, self.revision.period)

    @cached_property
    def units(self) -> tuple[OrgUnit, ...]:
        days = {unit.period: self.catalog.last_day(self.revision.form, unit.period) for unit in self.revision.units}
        results = (self.catalog.units.find(unit.code, days[unit.period]) for unit in self.revision.units)
        return tuple({unit.key: unit for unit in results if unit is not None}.values())

    @cached_property
    def contributions_by_indicator(self) -> dict[str, list[PublishedContribution]]:
        by_indicator: dict[str, list[PublishedContribution]] = defaultdict(list)
        for contribution in self.revision.contributions:
            by_indicator[contribution.indicator].append(contribution)
        return by_indicator

    @cached_property
    def unanswered(self) -> Counter[str]:
        return Counter(
            open_warning.indicator for open_warning in self.revision.asked if open_warning.asked.waiver is None
        )

    def _is_invented(self, unit: OrgUnit) -> bool:
        day = self.last_day if unit.valid_to is None else min(self.last_day, unit.valid_to)
        return any(village.invented for village in self.catalog.villages(unit, day))

    def _standpoint(self) -> str:
        """From where the figures are seen, if not from the present and within the lines of their period."""
        seen = [self.words.text("boundary_as_now")] if self.revision.boundary is Boundary.AS_NOW else []
        if self.revision.run_id == AS_OF_RUN:
            seen.append(self.words.text("as_of", time=self.words.time(self.revision.published_at)))
        return " · ".join(seen)

    def _explain_options(self) -> str:
        """What has to be added to `tonghop explain` to mean these figures."""
        result = " --boundary as_now" if self.revision.boundary is Boundary.AS_NOW else ""
        if self.revision.run_id == AS_OF_RUN:
            result += f" --as-of {self.revision.published_at.isoformat()}"
        return result

    def _name(self, indicator: str) -> str:
        # An indicator that has left the catalogue since still has to be shown: by its code.
        known = self.catalog.indicators.get(indicator)
        return known.name.get(self.words.lang) if known else indicator

    def _kinds(self) -> str:
        """The units in one word, the commonest kind first: "xã, thị trấn" of a district, "xã, phường" of a province."""
        kinds = Counter(unit.kind.lower() for unit in self.units)
        if self.words.lang != "vi" or not kinds:
            return self.words.text("kinds_general")
        return ", ".join(kind for kind, _ in kinds.most_common())

    def _themes(self) -> tuple[ThemeFigures, ...]:
        by_theme: dict[str, list[PublishedFigure]] = {theme: [] for theme in self.catalog.themes}
        for row in self.revision.rows:
            known = self.catalog.indicators.get(row.indicator)
            by_theme.setdefault(known.theme if known else "", []).append(self._figure(row))
        return tuple(self._theme(theme, figures) for theme, figures in by_theme.items() if figures)

    def _theme(self, theme: str, figures: list[PublishedFigure]) -> ThemeFigures:
        known = self.catalog.themes.get(theme)
        name = known.name.get(self.words.lang) if known else self.words.text("further_themes")
        return ThemeFigures(theme, name, headline=known.headline if known else False, figures=tuple(figures))

    def _figure(self, row: RollupRow) -> PublishedFigure:
        known, lang = self.catalog.indicators.get(row.indicator), self.words.lang
        return PublishedFigure(
            row=row,
            name=self._name(row.indicator),
            unit=known.unit.get(lang) if known else "",
            is_percent=known.measure is Measure.RATIO if known else row.denominator is not None,
            numerator_name=known.numerator.get(lang) if known else "",
            denominator_name=known.denominator.get(lang) if known and known.denominator else "",
            denominator_kind=self.words.denominator_kind(row.denominator_kind),
            target_document=self._target_document(row),
            communes=parts_of(self.contributions_by_indicator[row.indicator], self.revision.period, self.words),
            by_unit=whole_of(self.contributions_by_indicator[row.indicator], known.flow if known else Flow.STOCK),
            unanswered=self.unanswered[row.indicator],
        )

    def _target_document(self, row: RollupRow) -> str:
        level = self._level()
        if level is None or row.target is None:
            return ""
        target = self.catalog.target(row.indicator, level, self.revision.area, self.revision.period.year)
        # Another value than the revision's was written from another document.
        return target.document if target is not None and target.value == row.target else ""

    def _area_name(self) -> str:
        """What the area is called: an officer's own in the reader's language, a unit as it was named then."""
        named = self.catalog.areas.get(self.revision.area)
        return self.revision.area_name if named is None else named.name.get(self.words.lang)

    def _level(self) -> Level | None:
        """Whose targets the area is held to; None where its code has left the catalogue."""
        code = self.revision.area
        if code in self.catalog.areas:
            return self.catalog.areas[code].level
        versions = {unit.valid_from: unit.level for unit in self.catalog.units.versions(code)}
        return versions.get(self.revision.area_valid_from)


def period_name(period: Period, words: ReportFormatter) -> str:
    """Tháng 5/2025, Quý 2/2025, 6 tháng đầu năm 2025, Năm 2025."""
    match period.frequency:
        case Frequency.MONTH:
            return words.text("period_month", month=period.last_month, year=period.year)
        case Frequency.QUARTER:
            return words.text("period_quarter", quarter=period.last_month // 3, year=period.year)
        case Frequency.HALF_YEAR:
            half = "first" if period.last_month == 6 else "second"
            return words.text(f"period_{half}_half", year=period.year)
        case Frequency.YEAR:
            return words.text("period_year", year=period.year)
