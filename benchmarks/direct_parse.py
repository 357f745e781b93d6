"""Benchmark of reading and parsing filled-in forms, as multiples of the floor: unzipping and collecting cells.

    make bench-parse
    python -m benchmarks.direct_parse --rounds 7

Forms of several communes, filled in and signed: as we save them, with a village sheet, with notes, saved again by
openpyxl and, where it is installed, by LibreOffice. Printed are the share that goes directly, and the medians of CPU
time in one process: the floor (`benchmarks/floor.py`), both ways as multiples of it. No duration is judged; the exit
status is 1 if fewer than 95 % of a kind go directly, or a report differs from that of the careful way.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from openpyxl.workbook import Workbook
from rich.console import Console

from benchmarks import floor
from domain.catalog.catalog import Catalog, load_catalog
from domain.periods import parse_period
from domain.units import OrgUnit
from tests.builders import assignment_for, make_workbook
from tests.tools.two_ways import saved_by_openpyxl
from workbooks.cells.guards import Limits
from workbooks.direct.parse import DirectParser
from workbooks.identify.hints import Hints
from workbooks.report.parse import parse_report
from workbooks.template.workbook import make_blank

PERIOD = "2025-05"
FILES = 40
LEAST_SHARE = 0.95
CONSOLE = Console(highlight=False)


def main() -> int:
    """Measure each kind, print its row, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    catalog = load_catalog()
    with tempfile.TemporaryDirectory() as folder:
        kinds = _kinds(catalog, Path(folder))
        failed = [name for name, paths in kinds.items() if not _measure(name, paths, catalog, args.rounds)]
    return 1 if failed else 0


def _kinds(catalog: Catalog, folder: Path) -> Mapping[str, Sequence[Path]]:
    """Write the files of each kind below a folder."""
    period = parse_period(PERIOD)
    with_villages = assignment_for(catalog, "22813", PERIOD)
    units = catalog.owing_units(with_villages.form.id, "VN", period)[:FILES]
    own = {unit.code: make_workbook(catalog, unit, PERIOD) for unit in units}
    kinds = {
        "ours": _write(folder / "ours", own),
        "notes and signers": _write(folder / "notes", {unit.code: _signed(catalog, unit) for unit in units}),
        "openpyxl": _write(folder / "openpyxl", {code: saved_by_openpyxl(data) for code, data in own.items()}),
        "village sheet": _write(
            folder / "villages",
            {
                f"22813_{seed}": make_workbook(catalog, with_villages.unit, PERIOD, seed=seed)
                for seed in range(1, FILES + 1)
            },
        ),
    }
    return kinds | ({"LibreOffice": _saved_by_libreoffice(kinds["ours"], folder)} if shutil.which("soffice") else {})


def _signed(catalog: Catalog, unit: OrgUnit) -> bytes:
    form = make_blank(assignment_for(catalog, unit, PERIOD)).form

    def sign(workbook: Workbook) -> None:
        sheet = workbook[form.sheet]
        for address in list(form.notes.values())[::3]:
            sheet[address].value = "Tăng so với tháng trước"
        sheet[form.maker].value, sheet[form.chair].value = "Nguyễn Văn An", "Trần Thị Bích Hằng"

    return make_workbook(catalog, unit, PERIOD, change=sign)


def _write(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    folder.mkdir()
    paths = [folder / f"BC_{name}_{PERIOD}.xlsx" for name in files]
    for path, data in zip(paths, files.values(), strict=True):
        path.write_bytes(data)
    return paths


def _saved_by_libreoffice(paths: Sequence[Path], folder: Path) -> list[Path]:
    out = folder / "libreoffice"
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", "--headless", profile, "--convert-to", "xlsx", "--outdir", str(out), *map(str, paths)]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - a fixed program on our own files
    return sorted(out.glob("*.xlsx"))


def _measure(name: str, paths: Sequence[Path], catalog: Catalog, rounds: int) -> bool:
    """Print the row of a kind; return whether nearly all files go directly and all reports are equal."""
    direct, limits = DirectParser(catalog), Limits()
    for path in paths:
        direct.parse(path.read_bytes(), Hints(path.name), limits)
    known = [direct.parse_known(path.read_bytes(), Hints(path.name), limits) for path in paths]
    careful = [parse_report(path.read_bytes(), catalog, Hints(path.name)) for path in paths]
    is_equal = all(report is None or report == other for report, other in zip(known, careful, strict=True))
    share = sum(report is not None for report in known) / len(paths)
    ways: Mapping[str, Callable[[Path], object]] = {
        "floor": floor.count,
        "direct": lambda path: direct.parse(path.read_bytes(), Hints(path.name), limits),
        "careful": lambda path: parse_report(path.read_bytes(), catalog, Hints(path.name)),
    }
    times: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way, read in ways.items():
            start = time.process_time()
            for path in paths:
                read(path)
            times[way].append((time.process_time() - start) / len(paths))
    least, fast, slow = (1000 * statistics.median(times[way]) for way in ways)
    CONSOLE.print(
        f"{name:18} {share:5.0%} directly   floor {least:5.2f} ms   read + parse {fast / least:5.2f} x"
        f"   careful way {slow / least:5.2f} x   {'equal' if is_equal else 'DIFFERENT'}"
    )
    return is_equal and share >= LEAST_SHARE


if __name__ == "__main__":
    sys.exit(main())
