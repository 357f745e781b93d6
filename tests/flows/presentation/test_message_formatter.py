"""Messages of a run: what they say of periods past their deadline."""

from datetime import date

import pytest

from domain.catalog.catalog import Catalog
from domain.periods import parse_period
from flows.presentation.message_formatter import MessageFormatter
from warehouse.queries.silent_units import SilentPeriod


@pytest.mark.parametrize(
    ("form", "end"), [("cds_x_t", "of them working days)"), ("hddt_t", "– table 02-T/HĐĐT-T of the Tax office")]
)
def test_of_a_table_its_office_is_silent(catalog: Catalog, form: str, end: str) -> None:
    """Of two forms that are due together the one that an office gives is told by its number."""
    silent = SilentPeriod(form, parse_period("2026-05"), date(2026, 5, 21), 3, 1, ())
    assert MessageFormatter(catalog, "en").lateness(silent).endswith(end)
