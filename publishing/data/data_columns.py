"""Columns of the data files: their names, kinds, and the texts that explain them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class ColumnKind(StrEnum):
    """What a column holds: a code is text that must never be read as a number; moments are in UTC."""

    CODE = "code"
    TEXT = "text"
    DECIMAL = "decimal"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    MOMENT = "moment"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class DataColumn:
    """A column of a data file; `text` names the texts of the catalogue that explain it, if not the column's name."""

    name: str
    kind: ColumnKind
    text: str = ""

    @property
    def label(self) -> str:
        """Return the key of its heading's text."""
        return f"data.label_{self.text or self.name.lower()}"

    @property
    def meaning(self) -> str:
        """Return the key of the text that explains it."""
        return f"data.meaning_{self.text or self.name.lower()}"


class SdmxRole(StrEnum):
    """What a component of an SDMX data structure does; the values are the names of its element in SDMX-ML."""

    DIMENSION = "Dimension"
    TIME = "TimeDimension"
    MEASURE = "Measure"
    ATTRIBUTE = "Attribute"


@dataclass(frozen=True, slots=True)
class SdmxComponent(DataColumn):
    """A component of the SDMX data structure: `code_list` holds its codes, if it is coded."""

    role: SdmxRole = SdmxRole.ATTRIBUTE
    code_list: str | None = None


def _columns(**kinds: ColumnKind) -> tuple[DataColumn, ...]:
    return tuple(DataColumn(name, kind) for name, kind in kinds.items())


# No column has the name of a folder key (`period=`, `province=`): readers of partitioned folders refuse such, or
# guess a number from the folder.
ROLLUP: Final = _columns(
    reporting_period=ColumnKind.CODE,
    area=ColumnKind.CODE,
    area_valid_from=ColumnKind.DATE,
    area_name=ColumnKind.TEXT,
    form=ColumnKind.CODE,
    boundary=ColumnKind.CODE,
    indicator=ColumnKind.CODE,
    indicator_name_vi=ColumnKind.TEXT,
    indicator_name_en=ColumnKind.TEXT,
    value=ColumnKind.DECIMAL,
    numerator=ColumnKind.DECIMAL,
    denominator=ColumnKind.DECIMAL,
    denominator_kind=ColumnKind.CODE,
    target=ColumnKind.DECIMAL,
    target_assumed=ColumnKind.BOOLEAN,
    attained=ColumnKind.BOOLEAN,
    units_expected=ColumnKind.INTEGER,
    units_accepted=ColumnKind.INTEGER,
    units_late=ColumnKind.INTEGER,
    units_missing=ColumnKind.INTEGER,
    status=ColumnKind.CODE,
    revision=ColumnKind.INTEGER,
    published_at=ColumnKind.MOMENT,
    run_id=ColumnKind.CODE,
    notes=ColumnKind.TEXT,
    finality=ColumnKind.CODE,
)
OBSERVATIONS: Final = _columns(
    reporting_period=ColumnKind.CODE,
    province_code=ColumnKind.CODE,
    province_name=ColumnKind.TEXT,
    unit=ColumnKind.CODE,
    unit_valid_from=ColumnKind.DATE,
    unit_name=ColumnKind.TEXT,
    form=ColumnKind.CODE,
    indicator=ColumnKind.CODE,
    indicator_name_vi=ColumnKind.TEXT,
    indicator_name_en=ColumnKind.TEXT,
    value=ColumnKind.DECIMAL,
    numerator=ColumnKind.DECIMAL,
    denominator=ColumnKind.DECIMAL,
    denominator_kind=ColumnKind.CODE,
    file_name=ColumnKind.TEXT,
    file_sha256=ColumnKind.CODE,
)
SDMX_COMPONENTS: Final = (
    *(
        SdmxComponent(name, ColumnKind.CODE, text, SdmxRole.DIMENSION, f"CL_{name}")
        for name, text in {
            "FREQ": "freq",
            "REF_AREA": "ref_area",
            "FORM": "form",
            "BOUNDARY": "boundary",
            "INDICATOR": "indicator",
        }.items()
    ),
    SdmxComponent("TIME_PERIOD", ColumnKind.CODE, "time_period", SdmxRole.TIME),
    SdmxComponent("OBS_VALUE", ColumnKind.DECIMAL, "value", SdmxRole.MEASURE),
    SdmxComponent("NUMERATOR", ColumnKind.DECIMAL, "numerator", SdmxRole.MEASURE),
    SdmxComponent("DENOMINATOR", ColumnKind.DECIMAL, "denominator", SdmxRole.MEASURE),
    SdmxComponent("OBS_STATUS", ColumnKind.CODE, "obs_status", code_list="CL_OBS_STATUS"),
    SdmxComponent("UNIT_MEASURE", ColumnKind.CODE, "unit_measure", code_list="CL_UNIT_MEASURE"),
    SdmxComponent("DENOMINATOR_KIND", ColumnKind.CODE, "denominator_kind", code_list="CL_DENOMINATOR_KIND"),
    SdmxComponent("TARGET", ColumnKind.DECIMAL, "target"),
    SdmxComponent("TARGET_ASSUMED", ColumnKind.BOOLEAN, "target_assumed"),
    SdmxComponent("UNITS_EXPECTED", ColumnKind.INTEGER, "units_expected"),
    SdmxComponent("UNITS_ACCEPTED", ColumnKind.INTEGER, "units_accepted"),
    SdmxComponent("UNITS_LATE", ColumnKind.INTEGER, "units_late"),
    SdmxComponent("UNITS_MISSING", ColumnKind.INTEGER, "units_missing"),
    SdmxComponent("REVISION", ColumnKind.INTEGER, "revision"),
    SdmxComponent("LAST_UPDATE", ColumnKind.MOMENT, "published_at"),
    SdmxComponent("COMMENT_OBS", ColumnKind.TEXT, "notes"),
    SdmxComponent("FINALITY", ColumnKind.CODE, "finality", code_list="CL_FINALITY"),
)
"""The components of the rollup's data structure, named as the cross-domain concepts of SDMX where there is one."""

SDMX_ROLLUP: Final[tuple[DataColumn, ...]] = (
    *_columns(STRUCTURE=ColumnKind.CODE, STRUCTURE_ID=ColumnKind.CODE, ACTION=ColumnKind.CODE),
    *SDMX_COMPONENTS,
)
TABLES: Final = {"rollup": ROLLUP, "observations": OBSERVATIONS, "sdmx_rollup": SDMX_ROLLUP}
