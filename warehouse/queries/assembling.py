"""Assemble a revision from its rows: figures, reporting statuses, and the cells of every figure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter
from sys import intern
from typing import Any, Final

from sqlalchemy import Row, Select, bindparam, select

from domain.indicators import Part
from domain.periods import Period, parse_period
from domain.rollups import RollupChange, RollupRow
from domain.units import Level, UnitKey
from warehouse.archive.reading import archived_figures
from warehouse.models import (
    IndicatorRow,
    ObservationRow,
    OrgUnitRow,
    RollupBesideRow,
    RollupChangeRow,
    RollupCountedFormRow,
    RollupOtherReportRow,
    RollupRevisionRow,
    SubmissionRow,
    SuccessionRow,
)
from warehouse.queries.files import file_refs, issue_counts
from warehouse.queries.read_models import (
    BesideFigure,
    FigureWarning,
    FileRef,
    Link,
    OtherFormReports,
    PublishedContribution,
    Revision,
    SourceCell,
    UnitReportingStatus,
)
from warehouse.rollups.drafts import ContributionRecord, UnitRecord
from warehouse.rollups.subtotals import AreaTotals
from warehouse.store.bulk import in_chunks, table_of
from warehouse.store.engine import Session
from warehouse.submissions.open_warnings import open_warnings_of

_DAY = timedelta(days=1)

_STATUS: Final = attrgetter(
    *("submission_id", "judgement", "period", "unit_code", "unit_valid_from"),
    *("state", "late", "received_at", "first_received_at"),
)
_INDICATOR: Final = 0
_SUBMISSION: Final = 4
"""Places in a `ContributionRecord`: read ten times as fast as by name."""


@dataclass(frozen=True, slots=True)
class RevisionRecords:
    """The rows of a revision beside its head, read or just computed; `parts` are those of derived indicators.

    `names` are those of its units: every contributing unit is one of them. With `totals`, `contributions` are those of
    reports with warnings alone, which the revision does not have.
    """

    rows: tuple[RollupRow, ...]
    units: Sequence[UnitRecord | Row[Any]]
    names: Mapping[UnitKey, str]
    contributions: Sequence[ContributionRecord]
    changes: Sequence[RollupChangeRow | Row[Any]]
    parts: Mapping[str, Sequence[Part]]
    counted_forms: Sequence[RollupCountedFormRow | Row[Any]] = ()
    other_reports: Sequence[RollupOtherReportRow | Row[Any]] = ()
    beside: Sequence[RollupBesideRow | Row[Any]] = ()
    totals: AreaTotals | None = None

    def made_from(self, indicator: str) -> tuple[str, ...]:
        """Return the indicators of whose cells a figure is made."""
        return tuple(part.indicator for part in self.parts.get(indicator, ())) or (indicator,)


def assemble(session: Session, head: RollupRevisionRow, of: RevisionRecords) -> Revision:
    """Assemble a revision with the names of files, units and successions."""
    named = {row.submission_id for rows in (of.units, of.changes, of.other_reports, of.beside) for row in rows}
    files = file_refs(session, {*filter(None, named), *(each[_SUBMISSION] for each in of.contributions)})
    return Revision(
        area=head.area_code,
        area_valid_from=head.area_valid_from,
        area_name=head.area_name,
        form=head.form,
        period=parse_period(head.period),
        boundary=head.boundary,
        number=head.number,
        published_at=head.published_at,
        run_id=head.run_id,
        catalog_version=head.catalog_version,
        content_sha256=head.content_sha256,
        rows=of.rows,
        changes=tuple(_change(change, files) for change in of.changes),
        units=_unit_statuses(session, of.units, files, of.names, [each.whole for each in of.units]),
        contributions=_contributions(session, of, files) if of.totals is None else (),
        file_names={file.sha256: file.file_name for file in files.values()},
        asked=_warnings(session, head, of),
        parts={indicator: tuple(parts) for indicator, parts in of.parts.items()},
        other_forms=_other_forms(session, of, files),
        beside=_beside(session, of, files),
        totals=of.totals,
    )


def contributions_of(session: Session, of: RevisionRecords) -> tuple[PublishedContribution, ...]:
    """Return the contributions of these records, with files, names and cells."""
    return _contributions(session, of, file_refs(session, {each[_SUBMISSION] for each in of.contributions}))


def _other_forms(session: Session, of: RevisionRecords, files: Mapping[int, FileRef]) -> tuple[OtherFormReports, ...]:
    if not of.counted_forms:
        return ()
    whole = {(unit.period, unit.unit_code): unit.whole for unit in of.units}
    statuses: dict[tuple[str, str], tuple[UnitReportingStatus, ...]] = {}
    for key in dict.fromkeys((each.form, each.period) for each in of.other_reports):
        rows = [each for each in of.other_reports if (each.form, each.period) == key]
        wholly = [whole[row.period, row.unit_code] for row in rows]
        statuses[key] = _unit_statuses(session, rows, files, of.names, wholly)
    return tuple(
        OtherFormReports(
            each.indicator, parse_period(each.period), each.form, statuses.get((each.form, each.period), ())
        )
        for each in of.counted_forms
    )


def _beside(session: Session, of: RevisionRecords, files: Mapping[int, FileRef]) -> tuple[BesideFigure, ...]:
    sources = _sources(session, {each.submission_id for each in of.beside}, {each.indicator for each in of.beside})
    return tuple(
        BesideFigure(
            indicator=each.indicator,
            form=each.form,
            unit=each.unit_code,
            unit_name=of.names[UnitKey(each.unit_code, each.unit_valid_from)],
            unit_valid_from=each.unit_valid_from,
            period=parse_period(each.period),
            numerator=each.numerator,
            denominator=each.denominator,
            file=files[each.submission_id],
            sources=tuple(sources.get((each.submission_id, each.indicator), ())),
        )
        for each in of.beside
    )


def _warnings(session: Session, head: RollupRevisionRow, of: RevisionRecords) -> tuple[FigureWarning, ...]:
    """Return the warnings about contributing figures when the revision was made, in the order of contributions."""
    reports = [(unit.submission_id, unit.judgement) for unit in of.units]
    reports += [(report.submission_id, report.judgement) for report in of.other_reports]
    judged = {submission: judgement for submission, judgement in reports if submission and judgement is not None}
    entered = {each[_SUBMISSION] for each in of.contributions}
    judgements = {key: judgement for key, judgement in judged.items() if key in entered}
    warnings_of = open_warnings_of(session, judgements, head.published_at)
    periods = _Periods()
    return tuple(
        FigureWarning(
            contribution.indicator,
            contribution.unit_code,
            of.names[UnitKey(contribution.unit_code, contribution.unit_valid_from)],
            periods[contribution.period],
            open_warning,
        )
        for contribution in of.contributions
        if contribution[_SUBMISSION] in warnings_of
        for open_warning in warnings_of[contribution.submission_id]
        if open_warning.issue.indicator in {None, contribution.indicator, *of.made_from(contribution.indicator)}
    )


def _change(change: RollupChangeRow | Row[Any], files: Mapping[int, FileRef]) -> RollupChange:
    sha256 = files[change.submission_id].sha256 if change.submission_id is not None else None
    return RollupChange(change.indicator, change.column_name, change.before, change.after, sha256)


def _unit_statuses(
    session: Session,
    units: Sequence[UnitRecord | RollupOtherReportRow | Row[Any]],
    files: Mapping[int, FileRef],
    names: Mapping[UnitKey, str],
    whole: Sequence[bool],
) -> tuple[UnitReportingStatus, ...]:
    """Return reporting statuses; `whole` says of each unit whether it lies wholly in the area."""
    # By place, and not by name: a country has ten thousand units.
    read = list(map(_STATUS, units))
    counts = issue_counts(session, [each[:2] for each in read if each[0] and each[1] is not None])
    periods = _Periods()
    return tuple(
        [
            UnitReportingStatus(
                code,
                names[UnitKey(code, valid_from)],
                state,
                late,
                files[submission] if submission is not None else None,
                received_at,
                counts.get((submission or 0, judgement or 0), 0),
                periods[period],
                valid_from,
                wholly,
                first_received_at,
            )
            for (
                submission,
                judgement,
                period,
                code,
                valid_from,
                state,
                late,
                received_at,
                first_received_at,
            ), wholly in zip(read, whole, strict=True)
        ]
    )


def _contributions(
    session: Session, of: RevisionRecords, files: Mapping[int, FileRef]
) -> tuple[PublishedContribution, ...]:
    made_from = {indicator: of.made_from(indicator) for indicator in {each[_INDICATOR] for each in of.contributions}}
    submissions = {each[_SUBMISSION] for each in of.contributions}
    sources = _sources(session, submissions, {each for parts in made_from.values() for each in parts})
    status_rows = {(unit.period, unit.unit_code): unit for unit in of.units}
    links = _links(session, of.units)
    periods = _Periods()
    known: dict[tuple[str, str], tuple[str, Sequence[str] | None, tuple[Link, ...]]] = {}
    results: list[PublishedContribution] = []
    for (
        indicator,
        period,
        code,
        valid_from,
        submission,
        numerator,
        denominator,
        weight,
        weight_source,
    ) in of.contributions:
        place = period, code
        if place not in known:
            row = status_rows[place]
            villages = None if row.whole else row.villages
            through = tuple(links[old, new, effective] for old, new, effective in row.through)
            known[place] = of.names[UnitKey(row.unit_code, row.unit_valid_from)], villages, through
        unit_name, villages, through = known[place]
        parts = made_from[indicator]
        cells = sources.get((submission, parts[0]), ())
        if len(parts) > 1:
            cells = [cell for each in parts for cell in sources.get((submission, each), ())]
        if villages is not None and weight is None:
            cells = [cell for cell in cells if cell.unit in villages]  # of a unit partly in the area, those summed
        results.append(
            PublishedContribution(
                indicator,
                code,
                unit_name,
                numerator,
                denominator,
                files[submission],
                tuple(cells),
                periods[period],
                valid_from,
                weight,
                weight_source,
                through,
            )
        )
    return tuple(results)


def _sources(
    session: Session, submissions: Collection[int], indicators: Collection[str]
) -> Mapping[tuple[int, str], Sequence[SourceCell]]:
    """Return cells by submission and indicator, of those that have any: a commune's own, or those of its villages."""
    sources: dict[tuple[int, str], list[SourceCell]] = defaultdict(list)
    statement = _SOURCES
    if len(indicators) == 1:
        statement = statement.where(table_of(ObservationRow).c.indicator.in_(indicators))
    for chunk in in_chunks(submissions):
        for submission, indicator, *columns in session.execute(statement, {"submissions": chunk}):
            if indicator in indicators:
                # Each row has texts of its own; those of a country's files are mostly the same.
                cell = SourceCell._make([intern(each) if type(each) is str else each for each in columns])
                sources[submission, indicator].append(cell)
    archived = [each for each in archived_figures(session, submissions) if each.indicator in indicators]
    by_village = select(IndicatorRow.id).where(IndicatorRow.collected_at == Level.VILLAGE)
    villages = set(session.scalars(by_village)) if archived else set()
    for each in archived:
        if (each.indicator in villages) == (each.unit_code != each.reported_by):
            cell = SourceCell(each.unit_code, *(getattr(each, name) for name in SourceCell._fields[1:]))
            sources[each.submission_id, each.indicator].append(cell)
    return sources


def _sources_statement() -> Select[Any]:
    # Columns of tables, not of objects: a country has tens of thousands.
    row, submission, collected = (table_of(each).c for each in (ObservationRow, SubmissionRow, IndicatorRow))
    return (
        select(
            row.submission_id,
            row.indicator,
            row.unit_code,
            row.sheet,
            row.cell,
            row.denominator_cell,
            row.state,
            row.numerator,
            row.denominator,
            row.numerator_raw,
            row.denominator_raw,
        )
        .join_from(table_of(ObservationRow), table_of(SubmissionRow), submission.id == row.submission_id)
        .join(table_of(IndicatorRow), collected.id == row.indicator)
        .where(
            (collected.collected_at == Level.VILLAGE) == (row.unit_code != submission.unit_code),
            row.submission_id.in_(bindparam("submissions", expanding=True)),
            submission.id.in_(bindparam("submissions", expanding=True)),
        )
        .order_by(row.submission_id, row.indicator, row.unit_code)
    )


_SOURCES: Final = _sources_statement()


def _links(session: Session, units: Iterable[UnitRecord | Row[Any]]) -> dict[tuple[str, str, str], Link]:
    """Return the successions that were followed, by old code, new code and day."""
    links = {(old, new, effective) for unit in units for old, new, effective in unit.through}
    if not links:
        return {}
    codes = {code for old, new, _ in links for code in (old, new)}
    versions: dict[str, list[OrgUnitRow]] = defaultdict(list)
    texts: dict[tuple[str, str, str], str] = {}
    for chunk in in_chunks(codes):
        for unit in session.scalars(select(OrgUnitRow).where(OrgUnitRow.code.in_(chunk))):
            versions[unit.code].append(unit)
        for row in session.scalars(select(SuccessionRow).where(SuccessionRow.old_code.in_(chunk))):
            texts[row.old_code, row.new_code, row.effective.isoformat()] = row.legal_basis
    results: dict[tuple[str, str, str], Link] = {}
    for old, new, effective in links:
        day = date.fromisoformat(effective)
        names = _name_on(versions[old], old, day - _DAY), _name_on(versions[new], new, day)
        results[old, new, effective] = Link(old, names[0], new, names[1], day, texts.get((old, new, effective), ""))
    return results


def _name_on(versions: Iterable[OrgUnitRow], code: str, day: date) -> str:
    holding = (
        version
        for version in versions
        if version.valid_from <= day and (version.valid_to is None or day <= version.valid_to)
    )
    return next((area.name for area in holding), code)


class _Periods(dict[str, Period]):
    """Cache of periods by id: a hundred thousand rows name a handful of them."""

    def __missing__(self, text: str) -> Period:
        period = self[text] = parse_period(text)
        return period
