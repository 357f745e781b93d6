"""Files of a partition are the same bytes, whichever parts of its rows are taken over from the files before."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from domain.catalog.catalog import Catalog
from domain.rollups import Boundary, Finality, RollupStatus
from domain.texts import Text
from domain.units import UnitRegister
from publishing.data.data_columns import ROLLUP
from publishing.data.partition_files import NO_FILES, CsvForms, PartitionFiles, make_files
from publishing.data.partitions import partitions_of
from publishing.data.sdmx_csv import write_sdmx_csv
from publishing.data.table_files import write_excel_csv, write_plain_csv
from tests.hostile_texts import HOSTILE_TEXTS
from warehouse.rollups.newest_figures import CountedReport, NewestFigures, RevisionHead, StoredFigure, UnitAmount

PERIOD = "2025-05"
FORMS = ("cds_x_t", "hddt_t")
AREAS = ("585", "58", "568", "VN")
UNITS = ("22813", "22816", "22828", "22333", "22366", "99999")
"""Of two provinces, and one that the catalogue does not have."""
INDICATORS = ("hddt_dn", "vb_dt", "left_the_catalogue")
CSV_FORMS: CsvForms = {
    "": write_plain_csv,
    "excel_": lambda table: write_excel_csv(
        table, [column.name for column in table.columns], {True: "có", False: "không"}
    ),
}
_TEXTS = st.sampled_from([*HOSTILE_TEXTS.values(), "Xã Lâm Sơn", ""])
_NUMBERS = st.none() | st.decimals(0, 10**7, places=2)


@dataclass(frozen=True)
class Publish:
    """An area gets a revision, in which these units count with these amounts."""

    area: str
    form: str
    boundary: Boundary
    name: str
    units: Mapping[str, int]
    figures: Mapping[str, tuple[Decimal | None, bool | None, str]]


@dataclass(frozen=True)
class RenameProvince:
    """The catalogue gives a province another name."""

    code: str
    name: str


@dataclass(frozen=True)
class RenameUnit:
    """The catalogue gives a unit another name."""

    unit: str
    name: str


@dataclass(frozen=True)
class RenameIndicator:
    """The catalogue gives an indicator another name."""

    name: str


@dataclass(frozen=True)
class Lose:
    """A file is lost, so that nothing can be taken over."""


Step = Publish | RenameProvince | RenameUnit | RenameIndicator | Lose
STEPS = st.one_of(
    st.builds(
        Publish,
        st.sampled_from(AREAS),
        st.sampled_from(FORMS),
        st.sampled_from(Boundary),
        _TEXTS,
        st.dictionaries(st.sampled_from(UNITS), st.integers(0, 9)),
        st.dictionaries(st.sampled_from(INDICATORS), st.tuples(_NUMBERS, st.none() | st.booleans(), _TEXTS)),
    ),
    st.builds(RenameProvince, st.sampled_from(("56", "58")), _TEXTS),
    st.builds(RenameUnit, st.sampled_from(UNITS), _TEXTS),
    st.builds(RenameIndicator, _TEXTS),
    st.just(Lose()),
)


@dataclass(frozen=True)
class MadeUpFigures(NewestFigures):
    """Newest figures of revisions that no warehouse holds."""

    published: Mapping[int, Publish]
    unit_names: Mapping[str, str]
    asked: dict[str, set[int]]
    """Of which revisions figures and amounts were asked for."""

    def figures(self, keys: Collection[int]) -> Iterator[StoredFigure]:
        """Yield the figures of revisions."""
        self.asked["figures"] = set(keys)
        for key in sorted(keys):
            for indicator, (number, verdict, notes) in self.published[key].figures.items():
                numbers: tuple[Any, ...] = (number, number, None, "none", number, verdict, verdict, 8, 7, 0, 1)
                yield StoredFigure(key, indicator, *numbers, RollupStatus.PARTIAL, notes)

    def reports(self, keys: Collection[int]) -> Iterator[CountedReport]:
        """Yield the reports of revisions."""
        for key in sorted(keys):
            for unit, number in sorted(self.published[key].units.items()):
                yield CountedReport(key, unit, date(2000, 1, 1), self.unit_names[unit], number, 1)

    def amounts(self, keys: Collection[int]) -> Iterator[UnitAmount]:
        """Yield what each report gave; that of some units nothing."""
        self.asked["amounts"] = set(keys)
        for key in sorted(keys):
            for unit, number in sorted(self.published[key].units.items()):
                for indicator in INDICATORS[: number % 4]:
                    file = f"{unit} {number}.xlsx", f"{number:064}"
                    yield UnitAmount(key, unit, indicator, Decimal(number), Decimal(9), self.published[key].form, *file)


class History:
    """What is published, and the catalogue, after some steps."""

    def __init__(self, catalog: Catalog) -> None:
        known = [each for each in catalog.units.units if each.code in {*UNITS, *AREAS, "56"}]
        self.catalog = replace(catalog, units=UnitRegister(known))
        self.asked: dict[str, set[int]] = {}
        self._published: dict[int, Publish] = {}
        self._heads: dict[tuple[Any, ...], RevisionHead] = {}
        self._unit_names = dict.fromkeys(UNITS, "Xã")

    def apply(self, step: Step) -> None:
        """Apply a step other than the loss of a file."""
        match step:
            case Publish():
                self._publish(step)
            case RenameProvince():
                units = self.catalog.units.units
                renamed = [replace(each, name=step.name) if each.code == step.code else each for each in units]
                self.catalog = replace(self.catalog, units=UnitRegister(renamed))
            case RenameUnit():
                self._unit_names[step.unit] = step.name
            case RenameIndicator():
                named = replace(self.catalog.indicators["vb_dt"], name=Text(step.name, step.name))
                self.catalog = replace(self.catalog, indicators={**self.catalog.indicators, named.id: named})

    def _publish(self, step: Publish) -> None:
        key = len(self._published) + 1
        self._published[key] = step
        at = datetime(2025, 5, 16, 18, 30, tzinfo=UTC) + timedelta(days=key)
        place = step.area, date(2000, 1, 1), step.name, step.form, PERIOD, step.boundary
        head = RevisionHead(key, *place, key, at, f"run-{key}", f"{key:064}", Finality.PRELIMINARY)
        self._heads[step.area, step.form, step.boundary] = head

    @property
    def newest(self) -> MadeUpFigures:
        """The newest revisions."""
        heads = tuple(head for _, head in sorted(self._heads.items()))
        return MadeUpFigures(cast("Any", None), heads, self._published, self._unit_names, self.asked)

    def files(self, before: Mapping[str, PartitionFiles]) -> dict[str, PartitionFiles]:
        """Make the files of all partitions, with these before."""
        newest = self.newest
        if not newest.heads:
            return {}
        return {
            str(each.folder): make_files(
                each,
                {**CSV_FORMS, "sdmx_": write_sdmx_csv} if each.columns is ROLLUP else CSV_FORMS,
                before.get(str(each.folder), NO_FILES),
            )
            for each in partitions_of(PERIOD, newest.heads, newest, self.catalog)
        }


@given(steps=st.lists(STEPS, min_size=1, max_size=8))
def test_files_taken_over_in_part_equal_files_made_from_nothing(catalog: Catalog, steps: list[Step]) -> None:
    """Holds for random histories of revisions and of names, with texts of any kind."""
    history = History(catalog)
    before: dict[str, PartitionFiles] = {}
    for step in steps:
        history.apply(step)
        before = {} if isinstance(step, Lose) else history.files(before)
        if before:
            assert before == history.files({})


def test_only_moved_parts_are_read(catalog: Catalog) -> None:
    """Figures and amounts are those of the area that moved alone, though its province has reports of another, too."""
    history = History(catalog)
    before: dict[str, PartitionFiles] = {}
    for area, units in (("585", ("22813", "22816")), ("58", ("22813", "22816", "22828")), ("585", ("22813", "22816"))):
        figures = {"vb_dt": (Decimal(7), None, "")}
        history.apply(Publish(area, FORMS[0], Boundary.AS_THEN, area, dict.fromkeys(units, 3), figures))
        before = history.files(before)
    assert history.asked == {"figures": {3}, "amounts": {3}}
