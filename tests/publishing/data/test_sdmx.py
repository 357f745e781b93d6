"""The SDMX files of a nightly run, read back by pysdmx with the structure that lies beside them."""

import csv
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree
from pysdmx.io import get_datasets, read_sdmx
from pysdmx.io.pd import PandasDataset
from pysdmx.model import Codelist, DataStructureDefinition, Role, Schema

from publishing.data.data_columns import ROLLUP, SDMX_COMPONENTS
from publishing.data.sdmx_csv import codes_of, write_sdmx_csv
from publishing.data.table_files import DataTable, arrow_table, write_parquet

FOLDER = "rollup/period=2025-05"
FIGURE = {
    "reporting_period": "2025-H1",
    "area": "585",
    "area_valid_from": date(1981, 9, 1),
    "form": "cds_x_t",
    "boundary": "as_now",
    "indicator": "dd_kichhoat",
    "value": None,
    "denominator_kind": "none",
    "target_assumed": True,
    "units_expected": 8,
    "status": "not_comparable",
    "published_at": datetime(2025, 7, 16, 18, 30, tzinfo=UTC),
    "notes": 'a, "b"\nc',
}


@pytest.fixture(scope="module")
def read(night_home: Path) -> PandasDataset:
    """Read a period's file with its structure; pysdmx checks the structure against the schemas of SDMX 3.0."""
    data = night_home / "published" / "data"
    (dataset,) = get_datasets(data / FOLDER / "sdmx_rollup_2025-05.csv", data / "structure.xml")
    assert isinstance(dataset, PandasDataset)
    return dataset


@pytest.fixture(scope="module")
def code_lists(night_home: Path) -> dict[str, dict[str, str | None]]:
    """Return names of codes by code list."""
    structures = read_sdmx(night_home / "published" / "data" / "structure.xml").structures or []
    lists = [each for each in structures if isinstance(each, Codelist)]
    return {each.id: {code.id: code.name for code in each} for each in lists}


def test_figures_are_those_of_the_rollup(read: PandasDataset, night_home: Path) -> None:
    """Row for row the same values, and nothing more."""
    with (night_home / "published" / "data" / FOLDER / "rollup_2025-05.csv").open(encoding="utf-8", newline="") as file:
        rollup = list(csv.DictReader(file))
    assert list(read.data["INDICATOR"]) == [row["indicator"] for row in rollup]
    assert list(read.data["COMMENT_OBS"]) == [row["notes"] for row in rollup]
    for measure, column in {"OBS_VALUE": "value", "NUMERATOR": "numerator"}.items():
        assert list(read.data[measure].dropna()) == [float(row[column]) for row in rollup if row[column]]
    assert set(read.data["TIME_PERIOD"]) == {"2025-05"}
    # One figure of the form does not add up: it has no value in a district.
    assert Counter(read.data["OBS_STATUS"]) == {"P": len(rollup) - 1, "O": 1}


def test_structure_has_the_components_of_the_file(read: PandasDataset) -> None:
    """Dimensions tell every row apart; measures and attributes are the other columns."""
    schema = read.structure
    assert isinstance(schema, Schema)
    assert [each.id for each in schema.components] == [each.name for each in SDMX_COMPONENTS]
    assert [each.id for each in schema.components if each.role is Role.MEASURE] == [
        *("OBS_VALUE", "NUMERATOR", "DENOMINATOR")
    ]
    dimensions = [each.id for each in schema.components if each.role is Role.DIMENSION]
    assert not read.data.duplicated(dimensions).any()


def test_codes_are_in_their_lists(read: PandasDataset, code_lists: dict[str, dict[str, str | None]]) -> None:
    """Every coded component names a list of the message, and every code of the file is in it with a name."""
    assert isinstance(read.structure, Schema)
    coded = {each.name: each.code_list for each in SDMX_COMPONENTS if each.code_list}
    for name, code_list in coded.items():
        assert code_lists[code_list].keys() >= set(read.data[name]), name
        assert all(code_lists[code_list].values()), name
    assert code_lists["CL_REF_AREA"] == {read.data["REF_AREA"][0]: "Huyện Ninh Sơn"}


def test_names_are_in_both_languages(night_home: Path) -> None:
    """The message has each name in Vietnamese and in English, though pysdmx reads one of them."""
    names = etree.parse(night_home / "published" / "data" / "structure.xml").iterfind(".//{*}Name")
    langs = [name.get("{http://www.w3.org/XML/1998/namespace}lang") for name in names]
    assert langs == ["vi", "en"] * (len(langs) // 2)


def test_the_data_structure_is_one(night_home: Path) -> None:
    """One data structure, which the dataflow names."""
    message = read_sdmx(night_home / "published" / "data" / "structure.xml")
    assert [each.short_urn for each in message.structures or [] if isinstance(each, DataStructureDefinition)] == [
        "DataStructure=TONGHOP:ROLLUP(1.0)"
    ]


def test_each_value_is_written_as_sdmx_writes_it() -> None:
    """A half-year is a semester, a reused area code has its first day, a count is a number, no value is empty."""
    table = DataTable(ROLLUP, [tuple(FIGURE.get(column.name) for column in ROLLUP)])
    (row,) = csv.DictReader(write_sdmx_csv(table).whole.decode().splitlines(keepends=True))
    assert {name: value for name, value in row.items() if value} == {
        "STRUCTURE": "dataflow",
        "STRUCTURE_ID": "TONGHOP:ROLLUP(1.0)",
        "ACTION": "I",
        "FREQ": "S",
        "REF_AREA": "585_1981-09-01",
        "FORM": "cds_x_t",
        "BOUNDARY": "as_now",
        "INDICATOR": "dd_kichhoat",
        "TIME_PERIOD": "2025-S1",
        "OBS_STATUS": "O",
        "UNIT_MEASURE": "NUMBER",
        "DENOMINATOR_KIND": "none",
        "TARGET_ASSUMED": "true",
        "UNITS_EXPECTED": "8",
        "LAST_UPDATE": "2025-07-16T18:30:00",
        "COMMENT_OBS": 'a, "b"\nc',
    }
    assert codes_of(write_parquet(arrow_table(table)))["CL_FREQ"] == ["S"]
    assert codes_of(write_parquet(arrow_table(DataTable(ROLLUP, []))))["CL_FREQ"] == []


def test_decimals_are_exact() -> None:
    """A value is written as the rollup has it."""
    figure = {**FIGURE, "value": Decimal("94.20"), "denominator_kind": "households", "status": "complete"}
    table = DataTable(ROLLUP, [tuple(figure.get(column.name) for column in ROLLUP)])
    (row,) = csv.DictReader(write_sdmx_csv(table).whole.decode().splitlines(keepends=True))
    assert (row["OBS_VALUE"], row["UNIT_MEASURE"], row["OBS_STATUS"]) == ("94.2", "PT", "A")
