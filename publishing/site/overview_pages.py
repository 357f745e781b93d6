"""First page, pages of periods and provinces, and the index that the search page loads."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Final, NamedTuple

from domain.batches import batched
from domain.periods import Period
from domain.texts import escaped
from domain.units import OrgUnit
from publishing.site.data_links import NamedFiles, data_of_period, general_data
from publishing.site.facts import AreaFacts, key_of
from publishing.site.rendering import Addresses, Crumbs, addresses, first_page, other, render
from publishing.site.site_formatter import SiteFormatter
from publishing.storage.site_folder import KeyedPage

MOST_AREAS: Final = 150
"""Most areas listed on one page; more are on the pages of their provinces."""
MOST_NAMES: Final = 4_000
"""Most names in one script of the search: about 120 kB."""
_MOST_PERIODS: Final = 120

Beside = tuple[Period | None, Period | None]
"""The periods before and after one."""


@dataclass(frozen=True)
class AreaEntry:
    """A published area in a list: its folder's name, facts, and province."""

    name: str
    facts: AreaFacts
    province: OrgUnit | None


@dataclass
class AreaGroup:
    """Areas of a list under one heading: of a province, or those that lie in none."""

    name: str
    href: str = ""
    entries: list["ListedArea"] = field(default_factory=list)
    complete: int = 0
    total: int = 0


@dataclass(frozen=True)
class ListedArea:
    """An area and the address of its page."""

    facts: AreaFacts
    href: str


def province_page(province: OrgUnit) -> str:
    """Return the path of a province's page below `site`, without language and ending."""
    return f"provinces/{province.code}-{province.valid_from.isoformat()}"


def period_pages(
    period: Period, beside: Beside, entries: Sequence[AreaEntry], formatters: Sequence[SiteFormatter]
) -> dict[str, bytes]:
    """Render the list of a period's areas in each language, with its data; `beside` are the periods it leads to."""
    # Of a province without a report there are no observations.
    provinces = {entry.province for entry in entries if entry.province and entry.facts.has_observations}
    return {
        f"index.{each.lang}.html": _render(
            each,
            addresses(1, "index", each.lang),
            [(each.period(period), "")],
            heading=each.text("heading_period", period=each.period(period)),
            groups=_groups(entries, each, "../"),
            data=data_of_period(each, "../../data/", period, provinces),
            beside=beside,
        )
        for each in formatters
    }


def first_pages(
    newest: Sequence[AreaEntry], periods: Mapping[Period, tuple[int, int]], formatters: Sequence[SiteFormatter]
) -> dict[str, bytes]:
    """Render the first page in each language: areas in their newest periods, and all periods.

    `periods` holds how many areas are complete, and how many there are. The pages lie beside the folder `site`.
    """
    listed = sorted(periods, key=lambda period: (-period.year, -period.last_month, period.months))[:_MOST_PERIODS]
    return {
        first_page(each.lang): _render(
            each,
            Addresses("site/", first_page(each.lang), first_page(other(each.lang))),
            [],
            heading=each.text("heading_first"),
            groups=_groups(newest, each, "site/"),
            periods=[(period, *periods[period]) for period in listed],
            data=general_data(each, "data/"),
        )
        for each in formatters
    }


def province_pages(newest: Sequence[AreaEntry], formatters: Sequence[SiteFormatter], look: str) -> dict[str, KeyedPage]:
    """Return a page for each province, which lists its areas; a new revision changes few. `look`: see `look_of`."""
    by_province: dict[OrgUnit, list[AreaEntry]] = {}
    for entry in newest:
        if entry.province is not None:
            by_province.setdefault(entry.province, []).append(entry)
    pages: dict[str, KeyedPage] = {}
    for province, entries in by_province.items():
        path = province_page(province)
        key = key_of(look, path, [(entry.name, entry.facts.period.id, entry.facts.number) for entry in entries])
        for each in formatters:
            make = partial(_province_page, province, entries, each)
            pages[f"site/{path}.{each.lang}.html"] = KeyedPage(key, make)
    return pages


def _province_page(province: OrgUnit, entries: Sequence[AreaEntry], formatter: SiteFormatter) -> bytes:
    stem, name = province_page(province).split("/")[-1], province.name
    groups = _groups(entries, formatter, "../", most=None)
    return _render(formatter, addresses(1, stem, formatter.lang), [(name, "")], heading=name, groups=groups)


class SearchedPlace(NamedTuple):
    """A name that is searched: where it lies, the folder of its page below `site`, its code, and the page's name.

    In the order in which they are listed.
    """

    place: str
    folder: str
    name: str
    code: str
    stem: str


def search_places(
    newest: Sequence[AreaEntry],
    formatter: SiteFormatter,
    owners_in: Callable[[Period], Mapping[tuple[str, str], Mapping[str, str]]],
) -> Iterator[SearchedPlace]:
    """Yield areas and their units; `owners_in` are the pages of units in a period, see `Owners`."""
    for entry in newest:
        facts, name = entry.facts, entry.name
        shown = formatter.area(facts)
        province = entry.province.name if entry.province and entry.province.code != facts.area else ""
        yield SearchedPlace(province, "areas", shown, facts.area, f"{name}/index")
        owners = owners_in(facts.period)[facts.form, facts.boundary]
        for unit in facts.units:
            page = owners[unit.key]
            if page.startswith(f"{name}/"):
                folder, _, stem = f"{facts.period}/{page}".rpartition("/")
                yield SearchedPlace(shown, folder, unit.name, unit.code, stem)


def search_index(places: Iterable[SearchedPlace]) -> list[bytes]:
    """Return scripts that add the names to be searched: place, folder, and the names there with their codes.

    A page's name that is its code is left out.
    """
    scripts: list[bytes] = []
    for listed in batched(sorted(places), MOST_NAMES):
        groups = [
            [
                *key,
                [(name, code) if stem == code else (name, code, stem) for *_, name, code, stem in group],
            ]
            for key, group in groupby(listed, key=itemgetter(0, 1))
        ]
        text = json.dumps(groups, ensure_ascii=False, separators=(",", ":"))
        scripts.append(f"(globalThis.tonghopNames ??= []).push(...{escaped(text)});\n".encode())
    return scripts


def search_pages(formatters: Sequence[SiteFormatter], scripts: Sequence[bytes]) -> dict[str, bytes]:
    """Return the search page in each language, and the scripts of names that it loads."""
    names = [f"names-{number}.js" for number in range(1, len(scripts) + 1)]
    pages = {
        f"site/search.{each.lang}.html": render(
            "search.html.j2",
            each,
            addresses(0, "search", each.lang),
            [(each.text("search"), "")],
            names=names,
        )
        for each in formatters
    }
    return {**pages, **{f"site/{name}": script for name, script in zip(names, scripts, strict=True)}}


def _render(
    formatter: SiteFormatter,
    at: Addresses,
    crumbs: Crumbs,
    *,
    heading: str,
    groups: Sequence[AreaGroup],
    periods: Sequence[tuple[Period, int, int]] = (),
    data: NamedFiles = (),
    beside: Beside = (None, None),
) -> bytes:
    shown = {"heading": heading, "lead": formatter.text("overview_lead"), "groups": groups, "beside": beside}
    return render("overview.html.j2", formatter, at, crumbs, **shown, periods=periods, data=data)


def _groups(
    entries: Sequence[AreaEntry], formatter: SiteFormatter, up: str, *, most: int | None = MOST_AREAS
) -> list[AreaGroup]:
    """Return areas by province, those without one first; where there are more than `most`, provinces are only counted.

    `up` leads to the folder `site`.
    """
    groups: dict[str, AreaGroup] = {}
    is_listed = most is None or len(entries) <= most
    for entry in sorted(entries, key=_order):
        key = province_page(entry.province) if entry.province else ""
        if key not in groups:
            name = entry.province.name if entry.province else formatter.text("other_areas")
            groups[key] = AreaGroup(name, f"{up}{key}.{formatter.lang}.html" if key else "")
        group = groups[key]
        group.total += 1
        group.complete += not entry.facts.is_partial
        if is_listed or not key:
            group.entries.append(
                ListedArea(entry.facts, f"{up}{entry.facts.period}/{entry.name}/index.{formatter.lang}.html")
            )
    return list(groups.values())


def _order(entry: AreaEntry) -> tuple[str, str, bool, str]:
    """Order by province; the province's own figures come before those of its parts."""
    if entry.province is None:
        return "", "", False, entry.name
    code = entry.province.code
    return code, entry.province.valid_from.isoformat(), entry.facts.area != code, entry.name
