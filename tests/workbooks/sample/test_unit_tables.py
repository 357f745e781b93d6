"""Sample tables of offices: a row a commune, with what the communes report but for some figures."""

from decimal import Decimal

import pytest

from domain.catalog.catalog import Catalog
from domain.errors import UsageError
from domain.layouts import ColumnRole
from domain.periods import parse_period
from tests.builders import assignment_for
from workbooks.identify.hints import Hints
from workbooks.report.parse import parse_report
from workbooks.sample.figures import invent_figures
from workbooks.sample.series import SampleSeries
from workbooks.sample.unit_tables import make_sample_tables

AREA, MONTHS, DN = "56", [parse_period("2026-04"), parse_period("2026-05")], "hddt_dn"


def test_a_sample_table_is_read_and_differs_here_and_there(catalog: Catalog) -> None:
    """Each month has a table that parses without an issue; a few of its 65 figures are not what the commune reports."""
    files = list(make_sample_tables(catalog, "hddt_t", AREA, MONTHS, seed=1))
    assert [str(file.path) for file in files] == [f"{month}/BC_56_Khanh-Hoa_{month}_hddt_t.xlsx" for month in MONTHS]
    report = parse_report(files[1].data, catalog, Hints(files[1].path.name, ()))
    assert (report.issues, len(report.parts)) == ((), 65)
    assert all(not part.issues for part in report.parts)
    table = {
        part.unit.code: [(each.numerator.number, each.denominator and each.denominator.number)]
        for part in report.parts
        for each in part.observations
        if part.unit is not None and each.indicator == DN
    }
    series = SampleSeries(catalog, 1)
    differing = 0
    for code, ((numerator, denominator),) in table.items():
        own = invent_figures(series, assignment_for(catalog, code, MONTHS[1])).form
        assert denominator == own[DN, ColumnRole.DENOMINATOR] >= (numerator or Decimal(0)) >= 0
        differing += numerator != own[DN, ColumnRole.NUMERATOR]
    assert 3 <= differing <= 20


def test_the_same_seed_gives_the_same_bytes(catalog: Catalog) -> None:
    """A table is made again byte for byte, and another seed makes another."""
    made = [next(make_sample_tables(catalog, "hddt_t", "22333", MONTHS, seed)).data for seed in (1, 1, 2)]
    assert (made[0] == made[1], made[0] == made[2]) == (True, False)


def test_an_unknown_form_is_named(catalog: Catalog) -> None:
    """The message lists the forms that there are."""
    with pytest.raises(UsageError, match="no form has the id 'hddt'; known: cds_x_t, hddt_t"):
        list(make_sample_tables(catalog, "hddt", AREA, MONTHS, seed=1))
