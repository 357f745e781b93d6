"""Which form counts where several ask for an indicator: stated from day to day, or the catalogue is refused."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from domain.catalog.catalog import Catalog, load_catalog
from domain.catalog.obligations import PRECEDENCE_FILE as FILE
from domain.periods import parse_period
from tests.catalog.edits import refusal
from tests.catalogs import small_catalog

TABLE, OWN, DN = "hddt_t", "cds_x_t", "hddt_dn"
COUNTS_SINCE = """- indicator: {indicator}
  counts:
    - {{form: cds_x_t, source: "An example"}}
    - {{from: 2026-06-01, form: hddt_t, source: "An example"}}
"""


def copy(root: Path, precedence: str) -> Path:
    """Copy the catalogue with another file of precedence, or none."""
    shutil.copytree(small_catalog(), root)
    (root / FILE).unlink()
    if precedence:
        (root / FILE).write_text(precedence, "utf-8")
    return root


def test_an_indicator_of_several_forms_needs_an_entry(tmp_path: Path) -> None:
    """Without one the catalogue is refused at the line of the form that asks for it as well."""
    refused = refusal(copy(tmp_path / "catalog", ""))
    text = (tmp_path / "catalog" / refused.file).read_text("utf-8").splitlines()
    assert (refused.file, text[(refused.line or 0) - 1].strip()) == ("layouts/hddt_t-2026.1.yaml", "indicator: hddt_dn")
    assert "the forms cds_x_t, hddt_t ask for 'hddt_dn'" in refused.problem
    assert refused.remedy == f"state it in {FILE}"


def test_forms_of_other_periods_do_not_count_for_one_another(tmp_path: Path) -> None:
    """A quarterly table says nothing of a month."""
    root = copy(tmp_path / "catalog", COUNTS_SINCE.format(indicator=DN) + COUNTS_SINCE.format(indicator="hddt_hkd"))
    form = root / "forms" / "hddt_t.yaml"
    form.write_text(form.read_text("utf-8").replace("frequency: month", "frequency: quarter"), "utf-8")
    assert "forms cds_x_t and hddt_t report for other periods or levels" in refusal(root).problem


@pytest.mark.parametrize(
    ("form", "period", "counting", "publishing"),
    [
        (OWN, "2026-05", OWN, OWN),
        (OWN, "2026-06", TABLE, OWN),
        (TABLE, "2026-05", OWN, OWN),
        (TABLE, "2026-06", TABLE, OWN),
        (OWN, "2025-05", OWN, OWN),
    ],
)
def test_the_form_of_the_last_day_counts(
    tmp_path: Path, form: str, period: str, counting: str, publishing: str
) -> None:
    """The administrative June closes on the 14th; a figure is published with the units' own form, whichever counts."""
    root = copy(tmp_path / "catalog", COUNTS_SINCE.format(indicator=DN) + COUNTS_SINCE.format(indicator="hddt_hkd"))
    catalog, when = load_catalog(root), parse_period(period)
    indicator = catalog.indicators[DN]
    assert catalog.counting_form(indicator, form, when) == counting
    assert catalog.publishing_form(indicator, form, when) == publishing


def test_the_communes_count_in_the_shipped_catalogue(catalog: Catalog) -> None:
    """A deployment whose tax office sends its table says from which day that counts."""
    counted = {each: catalog.precedence.form_on(each, date(2026, 6, 1)) for each in catalog.precedence.counting}
    assert counted == {DN: OWN, "hddt_hkd": OWN}
