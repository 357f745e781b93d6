"""Links from the site's lists to the data files, the feed, and what is said of the API."""

from collections.abc import Iterable, Sequence

from domain.periods import Period
from domain.units import OrgUnit
from publishing.data.package_files import EXCEL_PREFIX, SDMX_PREFIX
from publishing.site.site_formatter import SiteFormatter

_CSV_FORMS = {"data_excel": f"{EXCEL_PREFIX}{{}}.csv", "data_csv": "{}.csv", "data_parquet": "{}.parquet"}
_SDMX = {"data_sdmx": f"{SDMX_PREFIX}{{}}.csv"}

NamedFiles = Sequence[tuple[str, Sequence[tuple[str, str]]]]
"""What files hold, and the files: label and address."""


def general_data(formatter: SiteFormatter, data: str) -> NamedFiles:
    """Return the files that explain all data, and the feed; `data` leads to their folder."""
    named = {"data_dictionary": "dictionary.md", "data_package": "datapackage.json", "data_structure": "structure.xml"}
    explained = [(formatter.text(key), f"{data}{name}") for key, name in named.items()]
    feed = [(formatter.text("data_feed"), f"{data}revisions.atom")]
    return [(formatter.text("data_explained"), explained), (formatter.text("data_news"), feed)]


def data_of_period(formatter: SiteFormatter, data: str, period: Period, provinces: Iterable[OrgUnit]) -> NamedFiles:
    """Return the partitions of a period: its rollup, and what communes of these provinces reported."""
    rollup = _partition(formatter, f"{data}rollup/period={period}/", f"rollup_{period}", {**_CSV_FORMS, **_SDMX})
    return [
        (formatter.text("data_rollup"), rollup),
        *(
            (
                formatter.text("data_observations", province=province.name),
                _partition(
                    formatter,
                    f"{data}observations/period={period}/province={province.code}/",
                    f"observations_{period}_province-{province.code}",
                    _CSV_FORMS,
                ),
            )
            for province in sorted(set(provinces), key=lambda each: each.code)
        ),
    ]


def _partition(formatter: SiteFormatter, folder: str, stem: str, forms: dict[str, str]) -> Sequence[tuple[str, str]]:
    return [(formatter.text(key), f"{folder}{name.format(stem)}") for key, name in forms.items()]
