"""Floor of reading workbooks: unzip them and collect address, type, style and value of every cell with expat.

    python -m benchmarks.floor FOLDER [--store CELLS.db]

Less work than this cannot read a workbook; the CPU time of a nightly run is stated as a multiple of it. Two processes.
With `--store` the numbers are written to a SQLite table as the other readers do, for comparing figures.
"""

import argparse
import sys
import zipfile
from collections.abc import Iterator
from functools import partial
from multiprocessing import Pool
from pathlib import Path
from typing import NamedTuple
from xml.parsers import expat

from benchmarks.cell_store import StoredCell, store_cells

_CHUNK = 16


class _Cell(NamedTuple):
    address: str | None
    type: str | None
    style: str | None
    text: str


def parse(data: bytes, element: str) -> list[_Cell]:
    """Return every element of that name (`c`: a cell, `si`: a shared string) with its attributes and text."""
    cells: list[_Cell] = []
    text: list[str] = []
    current: dict[str, str] | None = None
    is_text = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal current, is_text
        if name == element:
            current = attributes
            text.clear()
        elif name in {"v", "t"}:
            is_text = True

    def end(name: str) -> None:
        nonlocal current, is_text
        if name in {"v", "t"}:
            is_text = False
        elif name == element and current is not None:
            cells.append(_Cell(current.get("r"), current.get("t"), current.get("s"), "".join(text)))
            current = None

    def characters(chunk: str) -> None:
        if is_text:
            text.append(chunk)

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, characters
    parser.Parse(data, True)  # noqa: FBT003 # positional in expat
    return cells


def read(path: Path) -> dict[str, list[_Cell]]:
    """Return the cells of each sheet, by the name of its part, and the shared strings."""
    with zipfile.ZipFile(path) as book:
        return {
            name: parse(book.read(name), "si" if name.endswith("sharedStrings.xml") else "c")
            for name in book.namelist()
            if name.startswith("xl/worksheets/sheet") or name == "xl/sharedStrings.xml"
        }


def count(path: Path) -> int:
    """Return the number of cells and strings of a workbook."""
    return sum(len(cells) for cells in read(path).values())


def numbers(path: Path, folder: Path) -> list[StoredCell]:
    """Return the numbers on a workbook's first sheet."""
    return list(_numbers(path, folder))


def _numbers(path: Path, folder: Path) -> Iterator[StoredCell]:
    for cell in read(path)["xl/worksheets/sheet1.xml"]:
        if cell.address and cell.text and cell.type in {None, "n"}:
            yield StoredCell(str(path.relative_to(folder)), cell.address, float(cell.text))


def main() -> None:
    """Read all workbooks of a folder; print the number of cells, or store the numbers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--store", type=Path)
    args = parser.parse_args()
    paths = sorted(args.folder.rglob("*.xlsx"))
    with Pool(2) as pool:
        if args.store:
            store_cells(args.store, pool.imap_unordered(partial(numbers, folder=args.folder), paths, _CHUNK))
        else:
            sys.stdout.write(str(sum(pool.imap_unordered(count, paths, _CHUNK))))


if __name__ == "__main__":
    main()
