"""Derived figures are made from those of their parts, and lead to them and to their cells."""

from decimal import Decimal
from fractions import Fraction

from domain.aggregation import rounded
from domain.catalog.catalog import Catalog
from domain.indicators import SumOver
from domain.periods import parse_period
from domain.rollups import Boundary, RollupStatus
from tests.warehouse.warehouse_builder import FORM, Cells, WarehouseBuilder
from warehouse import queries
from warehouse.rollups.scope import RollupKey, scope_of
from warehouse.store.engine import reading

AUGUST = parse_period("2025-08")
SUM, INDEX = "dvc_tructuyen", "phucvu_766"
PARTS = {
    "dvc_toantrinh": (30, 100),
    "dvc_motphan": (20, 100),
    "dung_han": (1, 3),
    "sohoa_tn": (50, 100),
    "sohoa_kq": (7, 9),
    "kthac_lai": (0, 5),
    "tttt_hs": (9, 10),
}
POINTS = {"dung_han": 20, "sohoa_tn": 8, "sohoa_kq": 8, "kthac_lai": 6, SUM: 12, "tttt_hs": 10}


def give(builder: WarehouseBuilder, unit: str, **other: Cells) -> None:
    """A commune reports all parts, some of them otherwise."""
    builder.accept(builder.report(unit, {**PARTS, **other}, period=AUGUST))


def test_derived_figures_lead_to_parts_and_cells(builder: WarehouseBuilder) -> None:
    """Of two communes the sum is 80/150; its index is exact before it is rounded; both name their parts."""
    give(builder, "22810")
    give(builder, "22813", dvc_toantrinh=(25, 50), dvc_motphan=(5, 50), sohoa_tn=(50, 50))
    builder.roll_up("56", AUGUST)
    revision = builder.revision(area="56", period=AUGUST)
    rows = {row.indicator: row for row in revision.rows}
    assert (rows[SUM].value, rows[SUM].numerator, rows[SUM].denominator) == (Decimal("53.33"), 80, 150)
    assert rows[SUM].units_accepted == rows["dvc_motphan"].units_accepted == 2
    shares = {part: Fraction(rows[part].numerator or 0) / Fraction(rows[part].denominator or 1) for part in POINTS}
    points = sum((POINTS[part] * share for part, share in shares.items()), Fraction(0))
    assert (rows[INDEX].numerator, rows[INDEX].denominator) == (rounded(points, 6), 64)
    assert rows[INDEX].value == rounded(100 * points / 64, 2)
    assert (rows[INDEX].status, rows[INDEX].units_accepted) == (RollupStatus.PARTIAL, 2)
    with reading(builder.engine) as session:
        of_sum, of_index = (queries.explain(session, "56", AUGUST, each) for each in (SUM, INDEX))
    cells = {each.contribution.unit: [cell.cell for cell in each.contribution.sources] for each in of_sum.contributions}
    assert cells == {"22810": ["E10", "E11"], "22813": ["E10", "E11"]}
    assert [part.indicator for part in of_sum.parts] == ["dvc_toantrinh", "dvc_motphan"]
    assert [(part.indicator, part.points, part.row) for part in of_index.parts] == [
        (part, points, rows[part])
        for part, points in sorted(POINTS.items(), key=lambda each: list(POINTS).index(each[0]))
    ]
    assert of_index.contributions == of_index.absent == ()


def test_what_is_missing_is_said_and_never_made_up(builder: WarehouseBuilder) -> None:
    """Parts over two denominators make no sum, and without one share the index has no points: the notes say which."""
    give(builder, "22810", dvc_motphan=(20, 99), tttt_hs=(None, None))
    builder.roll_up("22810", AUGUST)
    rows = {row.indicator: row for row in builder.revision(area="22810", period=AUGUST).rows}
    assert (rows[SUM].value, rows[SUM].status) == (None, RollupStatus.PARTIAL)
    assert "Mẫu số của các phần khác nhau" in rows[SUM].notes
    assert (rows[INDEX].value, rows[INDEX].numerator, rows[INDEX].status) == (None, None, RollupStatus.PARTIAL)
    names = [builder.catalog.indicators[part].name.vi for part in (SUM, "tttt_hs")]
    assert f"Chưa tính được điểm, vì chưa có tỷ lệ của: {names[0]}; {names[1]}." in rows[INDEX].notes


def test_correction_names_its_file_beside_the_index(builder: WarehouseBuilder) -> None:
    """A part that moves by a file moves the index by the same."""
    give(builder, "22810")
    builder.roll_up("22810", AUGUST)
    give(builder, "22810", dung_han=(3, 3))
    builder.roll_up("22810", AUGUST)
    changes = builder.revision(area="22810", period=AUGUST).changes
    files = {change.indicator: change.sha256 for change in changes if change.column == "value"}
    assert files.keys() == {"dung_han", INDEX}
    assert None not in files.values()


def test_figures_that_do_not_add_up_are_not_summed(catalog: Catalog) -> None:
    """Services are counted anew by each commune, and the people assisted by each month; one of either is a figure."""

    def not_summed(area: str, period: str) -> object:
        parsed = parse_period(period)
        unit = catalog.units.area(area, catalog.forms.last_day(FORM, parsed))
        return scope_of(catalog, RollupKey(unit, FORM, parsed, Boundary.AS_THEN)).not_summed

    assert not_summed("585", "2025-05") == {"tthc_phatsinh": SumOver.UNITS}
    assert not_summed("22813", "2025-Q1") == {"ansinh_tk": SumOver.PERIODS}
    assert not_summed("22813", "2025-05") == {}


def test_kind_of_denominator_is_that_of_the_day(catalog: Catalog) -> None:
    """From its first day a definition holds for whole periods that end on it or later."""
    household = catalog.indicators["hddt_hkd"]
    for period, kind in (("2025-05", ""), ("2025-06", "_2025"), ("2025-12", "_2025"), ("2026-01", "_2026")):
        parsed = parse_period(period)
        scope = scope_of(
            catalog, RollupKey(catalog.units.area("22813", catalog.forms.last_day(FORM, parsed)), FORM, parsed)
        )
        kinds = {each.denominator_kind for each in scope.expected if each.id == household.id}
        assert kinds == {f"household_businesses_liable{kind}"}
