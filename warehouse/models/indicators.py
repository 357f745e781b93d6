"""Indicators mirrored from the catalogue for analysts' SQL, and the version mirrored."""

from sqlalchemy.orm import Mapped, mapped_column

from domain.indicators import Flow, Measure
from domain.periods import Frequency
from domain.units import Level
from warehouse.models.base import Base, choice


class IndicatorRow(Base):
    """An indicator of the newest catalogue."""

    __tablename__ = "indicator"

    id: Mapped[str] = mapped_column(primary_key=True)
    name_vi: Mapped[str]
    name_en: Mapped[str]
    theme: Mapped[str]
    measure: Mapped[Measure] = mapped_column(choice(Measure, "measure"))
    denominator_kind: Mapped[str]
    unit_vi: Mapped[str]
    flow: Mapped[Flow] = mapped_column(choice(Flow, "flow"))
    frequency: Mapped[Frequency] = mapped_column(choice(Frequency, "frequency"))
    collected_at: Mapped[Level] = mapped_column(choice(Level, "collected_at"))
    source: Mapped[str]


class CatalogMirrorRow(Base):
    """The catalogue version mirrored last; a single row."""

    __tablename__ = "catalog_mirror"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[str]
