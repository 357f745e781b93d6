"""The newest revisions in a published folder, as its links and manifests show them."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.errors import UsageError
from domain.periods import Period, parse_period
from domain.rollups import Boundary
from domain.stores.store import Store, StoredFolder
from publishing.storage.manifest import MANIFEST

_AS_NOW = f".{Boundary.AS_NOW}"
_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]*")

Numbers = Mapping[Period, Mapping[str, int]]
"""The newest revisions by period and name of the area's folder."""

Consulted = Mapping[tuple[str, str], date]
"""Last days of the consultations in force, by period and name of the area's folder."""


@dataclass(frozen=True, slots=True)
class PublishedRevisionRef:
    """What a manifest says of a revision: its area, form, period, boundary and number, and the hash of its figures."""

    area: str
    form: str
    period: Period
    boundary: str
    number: int
    content_sha256: str


@dataclass(frozen=True, slots=True)
class SiteState:
    """What a site was made of: its key, newest revisions, the publications that had no pages, and consultations.

    `around` holds hashes of areas and units by period, see `Reach`.
    """

    key: str
    numbers: Mapping[str, Mapping[str, int]]
    unknown: frozenset[str]
    consulted: Mapping[str, str]
    around: Mapping[str, str]


NO_SITE: Final = SiteState("", {}, frozenset(), {}, {})
"""What no site was made of."""


def moved_since(before: SiteState, numbers: Numbers, consulted: Mapping[str, str]) -> set[tuple[Period, str]]:
    """Return periods and names whose newest revision, or consultation, is another one than a site shows."""
    moved: set[tuple[Period, str]] = set()
    for period in numbers.keys() | set(map(parse_period, before.numbers)):
        names, shown = numbers.get(period, {}), before.numbers.get(period.id, {})
        moved |= {
            (period, name)
            for name in names.keys() | shown.keys()
            if names.get(name) != shown.get(name)
            or (place := f"{period}/{name}") in before.unknown
            or consulted.get(place) != before.consulted.get(place)
        }
    return moved


def newest_numbers(store: Store) -> Numbers:
    """Return the newest revisions in a published folder, as its links show them."""
    result: dict[Period, dict[str, int]] = {}
    for place in store.names(""):
        try:
            period = parse_period(place)
        except UsageError:
            continue
        numbers = {name: target.rpartition("/")[2] for name, target in store.targets(place).items()}
        names = {name: int(number) for name, number in numbers.items() if _NAME.fullmatch(name) and number.isdecimal()}
        if names:
            result[period] = names
    return result


def read_manifest(folder: StoredFolder) -> PublishedRevisionRef:
    """Return what the manifest in a revision's folder says of it."""
    content = json.loads(folder.read(MANIFEST))
    return PublishedRevisionRef(
        area=content["area"],
        form=content["form"],
        period=parse_period(content["period"]),
        boundary=content["boundary"],
        number=content["revision"],
        content_sha256=content["content_sha256"],
    )


def other_boundary(name: str) -> str:
    """Return the name of the folder of the same area and form on the other boundaries."""
    own = name.removesuffix(_AS_NOW)
    return f"{own}{_AS_NOW}" if own == name else own


def newness(period: Period) -> tuple[int, int, int]:
    """Sort key: a month comes after the quarter that ends with it."""
    return period.year, period.last_month, -period.months


def steps_between(first: Period, last: Period) -> int:
    """Return by how many periods of their kind `last` comes after `first`; both are of one kind."""
    return ((last.year - first.year) * 12 + last.last_month - first.last_month) // last.months


def newest_periods(numbers: Numbers) -> dict[str, Period]:
    """Return the newest period of each area's folder."""
    return {name: period for period in sorted(numbers, key=newness) for name in sorted(numbers[period])}
