"""The site of the whole country: 10,035 communes of May 2025 and 3,321 of May 2026, with all districts and provinces.

    make bench-site
    python -m benchmarks.site_at_scale

Facts are synthetic, everything else is what a run does. Printed are the CPU time and peak memory of a process that
builds the site for the first time, and of each kind of page how many there are and the largest. The exit status is 1
where a page or script has 300 kB or more.
"""

import multiprocessing
import os
import re
import resource
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from connectors.stores.local import LocalStore
from domain.catalog.catalog import load_catalog
from domain.catalog.files import SHIPPED
from domain.periods import parse_period
from publishing.site.builder import build_site
from publishing.site.facts_file import write_facts
from publishing.storage.site_folder import SiteFolder
from tests.publishing.country import CountryPeriod
from tests.publishing.site.sites import PublishedFolder

PERIODS: Final = ("2025-05", "2026-05")
MOST_BYTES: Final = 300_000
_KINDS: Final = {
    "first page": r"index(\.en)?\.html",
    "period": r"site/[^/]*/index\.\w+\.html",
    "area and period": r"site/\d[^/]*/[^/]+/index\.\w+\.html",
    "list of units": r"site/\d[^/]*/[^/]+/units-\d+\.\w+\.html",
    "commune and period": r"site/\d[^/]*/[^/]+/units/.*",
    "area over its periods": r"site/areas/[^/]+/index\.\w+\.html",
    "indicator": r"site/areas/[^/]+/[^/]+\.html",
    "province": r"site/provinces/.*",
    "search": r"site/search\.\w+\.html",
    "names of the search": r"site/names-\d+\.js",
}


@dataclass
class PageKind:
    """How many pages of a kind there are, and the largest."""

    count: int = 0
    largest: int = 0
    name: str = ""


def main() -> None:
    """Make the facts, build the site in a process of its own, and print what it took and made."""
    with tempfile.TemporaryDirectory(prefix="tonghop-site-") as name:
        root = Path(name)
        _publish(root)
        seconds, megabytes = _measured(root)
        kinds = measure_pages(root)
    sys.stdout.write(f"CPU {seconds:.0f} s, peak {megabytes} MB\n")
    sys.stdout.write("| page | number | largest, kB | |\n|---|---|---|---|\n")
    for kind, measured in kinds.items():
        sys.stdout.write(f"| {kind} | {measured.count:,} | {measured.largest / 1000:.0f} | {measured.name} |\n")
    sys.exit(any(measured.largest >= MOST_BYTES for measured in kinds.values()))


def measure_pages(root: Path) -> dict[str, PageKind]:
    """Measure the pages and scripts of the site in a published folder, by kind."""
    kinds = {kind: PageKind() for kind in _KINDS}
    for path in _files(root):
        name = path.relative_to(root).as_posix()
        kind = next((kind for kind, pattern in _KINDS.items() if re.fullmatch(pattern, name)), None)
        if kind is None:
            continue
        measured, size = kinds[kind], path.stat().st_size
        measured.count += 1
        if size > measured.largest:
            measured.largest, measured.name = size, name
    return kinds


def _files(root: Path) -> Iterator[Path]:
    yield from root.glob("*.html")
    for folder, _, names in os.walk(root / "site", followlinks=True):
        yield from (Path(folder, name) for name in names)


def _publish(root: Path) -> None:
    catalog = load_catalog(SHIPPED)
    published, site = PublishedFolder(root, catalog), SiteFolder(LocalStore(root))
    for period in PERIODS:
        for revision in CountryPeriod(catalog, parse_period(period)).revisions():
            published.publish(revision)
            site.write_facts(period, revision.area, revision.number, write_facts(revision, catalog.forms))
            published.warehouse.clear()


def _measured(root: Path) -> tuple[float, int]:
    """Return CPU seconds and peak megabytes of building the site."""
    receiving, sending = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(target=_build, args=(root, sending))
    process.start()
    result: tuple[float, int] = receiving.recv()
    process.join()
    return result


def _build(root: Path, sending: Connection) -> None:
    catalog = load_catalog(SHIPPED)
    before = sum(os.times()[:2])
    build_site(LocalStore(root), catalog, lambda _: None)
    sending.send((sum(os.times()[:2]) - before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024))


if __name__ == "__main__":
    main()
