"""The rollup as SDMX-CSV 2.0, the form of CSV that belongs to SDMX 3.0: components and codes of our data structure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date
from itertools import repeat
from typing import Any, Final

from domain.periods import Frequency, parse_period
from domain.rollups import RollupStatus
from publishing.data.data_columns import SDMX_COMPONENTS, SDMX_ROLLUP, SdmxComponent
from publishing.data.table_files import PLAIN_CELLS, CsvLines, DataTable, distinct_values, write_columns

AGENCY: Final = "TONGHOP"
VERSION: Final = "1.0"
"""A version of two numbers: SDMX 3.0 lets what it names change; one of three would never again gain a code."""

DATAFLOW: Final = "ROLLUP"
FREQUENCIES: Final = {
    Frequency.MONTH: "M",
    Frequency.QUARTER: "Q",
    Frequency.HALF_YEAR: "S",
    Frequency.YEAR: "A",
}
"""Codes of SDMX's own list CL_FREQ."""

STATUSES: Final = {RollupStatus.COMPLETE: "A", RollupStatus.PARTIAL: "P", RollupStatus.NOT_COMPARABLE: "O"}
"""Codes of SDMX's own list CL_OBS_STATUS: normal, provisional (reports are missing), missing value."""

PERCENT, COUNT = "PT", "NUMBER"
_NO_DENOMINATOR: Final = "none"
_AREA: Final = "ref_area"


def write_sdmx_csv(rollup: DataTable) -> CsvLines:
    """Write rows of the rollup: all codes as they are in `structure.xml`, an empty cell where there is no value."""
    structure = ("dataflow", f"{AGENCY}:{DATAFLOW}({VERSION})", "I")  # I: information, no order to a database
    fixed = ((repeat(constant, len(rollup.rows)), str) for constant in structure)
    return write_columns([column.name for column in SDMX_ROLLUP], (*fixed, *_components(rollup)), ",")


def codes_of(rollup: bytes) -> dict[str, list[str]]:
    """Return the codes that rows of the rollup's Parquet file use, by code list, but of areas: heads have those."""
    coded = {each.code_list: each for each in SDMX_COMPONENTS if each.code_list and each.text != _AREA}
    values = distinct_values(rollup, set(map(_source, coded.values())))
    return {name: sorted({*map(_cell_of(each), values[_source(each)])} - {""}) for name, each in coded.items()}


def area_code(area: str, valid_from: date) -> str:
    """Return the code of an area: its own with its first day, for codes are used again for other areas."""
    return f"{area}_{valid_from.isoformat()}"


def _components(rollup: DataTable) -> Iterator[tuple[Iterable[Any], Callable[[Any], str]]]:
    """Yield the values of each component, and what writes them."""
    columns: dict[str, Iterable[Any]] = dict(
        zip((column.name for column in rollup.columns), rollup.by_column, strict=True)
    )
    columns[_AREA] = list(map(area_code, columns["area"], columns["area_valid_from"]))
    for each in SDMX_COMPONENTS:
        yield columns[_source(each)], _cell_of(each)


def _source(component: SdmxComponent) -> str:
    return _SOURCES.get(component.text, component.text)


def _cell_of(component: SdmxComponent) -> Callable[[Any], str]:
    return _CODES.get(component.name, PLAIN_CELLS[component.kind])


def _frequency(period: str) -> str:
    return FREQUENCIES[parse_period(period).frequency]


def _time_period(period: str) -> str:
    """Return a period as SDMX writes it: half-years are semesters there."""
    return period.replace("-H", "-S")


def _unit(denominator_kind: str) -> str:
    return COUNT if denominator_kind == _NO_DENOMINATOR else PERCENT


_SOURCES: Final = {
    "freq": "reporting_period",
    "time_period": "reporting_period",
    "obs_status": "status",
    "unit_measure": "denominator_kind",
}
"""The columns of the rollup that components are made from, where these have another name."""

_CODES: Final[Mapping[str, Callable[[Any], str]]] = {
    "FREQ": _frequency,
    "TIME_PERIOD": _time_period,
    "OBS_STATUS": lambda status: STATUSES[RollupStatus(status)],
    "UNIT_MEASURE": _unit,
    "LAST_UPDATE": lambda moment: f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}",  # pysdmx 1.21 refuses a zone
}
