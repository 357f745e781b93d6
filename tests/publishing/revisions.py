"""Builder of a district's revision, so that publishing is tested without a warehouse."""

import hashlib
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from connectors.stores.local import LocalStore
from domain.aggregation import percentage
from domain.catalog.catalog import Catalog
from domain.indicators import Indicator, Measure
from domain.observations import CellState
from domain.periods import parse_period
from domain.rollups import Boundary, ReportingState, RollupChange, RollupRow, RollupStatus
from domain.texts import Lang
from domain.units import Level, OrgUnit
from publishing.publish import publish
from warehouse.queries import FileRef, PublishedContribution, Revision, SourceCell, UnitReportingStatus

AREA, FORM, PERIOD = "585", "cds_x_t", parse_period("2025-05")
PUBLISHED_AT = datetime(2025, 5, 16, 18, 30, tzinfo=UTC)


def build_revision(
    catalog: Catalog,
    number: int = 1,
    missing: Collection[str] = (),
    refused: Collection[str] = (),
    late: Collection[str] = (),
    **changes: object,
) -> Revision:
    """Build a revision whose figures depend only on its units; `changes` replace fields of the result."""
    units = catalog.owing_units(FORM, AREA, PERIOD)
    standing = tuple(_standing(unit, missing, refused, late) for unit in units)
    inside = [unit for unit, stands in zip(units, standing, strict=True) if stands.state is ReportingState.ACCEPTED]
    indicators = [
        indicator
        for indicator in catalog.indicators.values()
        if indicator in catalog.due_indicators(FORM, units[0], PERIOD)
    ]
    contributions = [_contribution(catalog, indicator, unit) for indicator in indicators for unit in inside]
    revision = Revision(
        area=AREA,
        area_valid_from=catalog.units.get(AREA, catalog.forms.last_day(FORM, PERIOD)).valid_from,
        area_name="Huyện Ninh Sơn",
        form=FORM,
        period=PERIOD,
        boundary=Boundary.AS_THEN,
        number=number,
        published_at=PUBLISHED_AT,
        run_id=f"run-{number}",
        catalog_version=catalog.version,
        content_sha256=hashlib.sha256(f"content {number}".encode()).hexdigest(),
        rows=tuple(
            _row(
                catalog,
                indicator,
                [contribution for contribution in contributions if contribution.indicator == indicator.id],
                standing,
                number,
            )
            for indicator in indicators
        ),
        changes=(),
        units=standing,
        contributions=tuple(contributions),
        file_names={unit.file.sha256: unit.file.file_name for unit in standing if unit.file},
    )
    return replace(revision, **changes)  # type: ignore[arg-type] # tests name fields of Revision


def _file_of(unit: OrgUnit) -> FileRef:
    sha256 = hashlib.sha256(unit.code.encode()).hexdigest()
    return FileRef(int(unit.code), sha256, f"{unit.bare_name} 01-T.xlsx", 1)


def _standing(
    unit: OrgUnit, missing: Collection[str], refused: Collection[str], late: Collection[str]
) -> UnitReportingStatus:
    if unit.code in missing:
        return UnitReportingStatus(
            unit.code,
            unit.name,
            ReportingState.MISSING,
            late=False,
            file=None,
            received_at=None,
            issues=0,
            period=PERIOD,
            unit_valid_from=unit.valid_from,
        )
    return UnitReportingStatus(
        code=unit.code,
        name=unit.name,
        state=ReportingState.QUARANTINED if unit.code in refused else ReportingState.ACCEPTED,
        late=unit.code in late,
        file=_file_of(unit),
        received_at=datetime(2025, 5, 15, 2, int(unit.code) % 60, tzinfo=UTC),
        issues=2 if unit.code in refused else 0,
        period=PERIOD,
        unit_valid_from=unit.valid_from,
    )


def _contribution(catalog: Catalog, indicator: Indicator, unit: OrgUnit) -> PublishedContribution:
    day = catalog.forms.last_day(FORM, PERIOD)
    seed = int.from_bytes(hashlib.sha256(f"{indicator.id}{unit.code}".encode()).digest()[:4])
    if indicator.collected_at is Level.VILLAGE:
        result = Decimal(1) if indicator.measure is Measure.RATIO else None
        cells = [
            _cell(village.code, "Theo thôn", row, Decimal(1), result)
            for row, village in enumerate(catalog.units.villages(unit, day), start=6)
        ]
    else:
        denominator = Decimal(400 + seed % 9000)
        numerator = (denominator * (70 + seed % 31) / 100).to_integral_value()
        row = 12 + list(catalog.indicators).index(indicator.id)
        share = denominator if indicator.measure is Measure.RATIO else None
        cells = [_cell(unit.code, "Biểu 01", row, numerator, share)]
    return PublishedContribution(
        indicator=indicator.id,
        unit=unit.code,
        unit_name=unit.name,
        numerator=sum((cell.numerator or Decimal(0) for cell in cells), Decimal(0)),
        denominator=sum((cell.denominator for cell in cells if cell.denominator), Decimal(0)) or None,
        file=_file_of(unit),
        sources=tuple(cells),
        period=PERIOD,
        unit_valid_from=unit.valid_from,
    )


def _cell(unit: str, sheet: str, row: int, numerator: Decimal, denominator: Decimal | None) -> SourceCell:
    typed = None if denominator is None else str(denominator)
    return SourceCell(unit, sheet, f"E{row}", f"D{row}", CellState.VALUE, numerator, denominator, str(numerator), typed)


def _row(
    catalog: Catalog,
    indicator: Indicator,
    values: list[PublishedContribution],
    standing: tuple[UnitReportingStatus, ...],
    number: int,
) -> RollupRow:
    numerator = sum((value.numerator for value in values), Decimal(0))
    denominator = sum((value.denominator for value in values if value.denominator), Decimal(0)) or None
    value = percentage(numerator, denominator) if indicator.measure is Measure.RATIO else numerator
    target = catalog.targets.find(indicator.id, Level.DISTRICT, AREA, PERIOD.year)
    late = [unit for unit in standing if unit.late]
    return RollupRow(
        area=AREA,
        period=PERIOD.id,
        indicator=indicator.id,
        value=value,
        numerator=numerator,
        denominator=denominator,
        denominator_kind=indicator.denominator_kind,
        target=target.value if target else None,
        target_assumed=target.assumed if target else None,
        attained=value >= target.value if target and value is not None else None,
        units_expected=len(standing),
        units_accepted=len(values),
        units_late=len(late),
        units_missing=len(standing) - len(values),
        status=RollupStatus.COMPLETE if len(values) == len(standing) else RollupStatus.PARTIAL,
        boundary=Boundary.AS_THEN,
        revision=number,
        published_at=PUBLISHED_AT,
        run_id=f"run-{number}",
        notes="; ".join(
            f"{unit.name}: chưa có số liệu" for unit in standing if unit.state is not ReportingState.ACCEPTED
        ),
    )


def with_row(revision: Revision, position: int, **columns: object) -> Revision:
    """Replace some columns of one row of the revision."""
    rows = list(revision.rows)
    rows[position] = replace(rows[position], **columns)  # type: ignore[arg-type] # tests name columns of RollupRow
    return replace(revision, rows=tuple(rows))


def correction(catalog: Catalog) -> Revision:
    """Build revision 2, which adds Ma Nới after its first workbook was refused, with its changes."""
    before, after = build_revision(catalog, refused={"22828"}), build_revision(catalog, number=2)
    (sha256,) = (unit.file.sha256 for unit in after.units if unit.code == "22828" and unit.file)
    moved = ("value", "numerator", "denominator", "attained", "units_accepted", "units_missing", "status", "notes")
    changes = tuple(
        RollupChange(new.indicator, column, _rate(old, column), _rate(new, column), sha256)
        for old, new in zip(before.rows, after.rows, strict=True)
        for column in moved
        if getattr(old, column) != getattr(new, column)
    )
    return replace(after, changes=changes)


def _rate(row: RollupRow, column: str) -> str:
    value = getattr(row, column)
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def publish_below(revision: Revision, catalog: Catalog, root: Path, lang: Lang = "vi") -> Path:
    """Publish a revision into a folder of this machine, and return the link that shows it."""
    return root / publish(revision, catalog, LocalStore(root), lang)
