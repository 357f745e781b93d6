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
    """A column of a data file; `data.label_<name>` and `data.meaning_<name>` of the catalogue are its texts."""

    name: str
    kind: ColumnKind


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
TABLES: Final = {"rollup": ROLLUP, "observations": OBSERVATIONS}
