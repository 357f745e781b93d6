"""Script that reads every workbook of a folder with pandas and stores the numbers, without any check.

    python -m benchmarks.pandas_read openpyxl FOLDER CELLS.db

What an office would write in an afternoon; the CPU time of a nightly run is compared with it. Two processes.
"""

import argparse
from functools import partial
from multiprocessing import Pool
from pathlib import Path

import pandas as pd
from openpyxl.utils import get_column_letter

from benchmarks.cell_store import StoredCell, store_cells

_CHUNK = 16


def read(path: Path, engine: str, folder: Path) -> list[StoredCell]:
    """Read all sheets and return the numbers of the first."""
    sheets = pd.read_excel(path, sheet_name=None, header=None, engine=engine)  # type: ignore[call-overload]
    first = next(iter(sheets.values()))
    name = str(path.relative_to(folder))
    # pandas drops no row or column before the first one in use with either engine, so places are addresses.
    return [
        StoredCell(name, f"{get_column_letter(column + 1)}{row + 1}", float(value))
        for row, cells in enumerate(first.itertuples(index=False))
        for column, value in enumerate(cells)
        if isinstance(value, (int, float)) and not pd.isna(value)
    ]


def main() -> None:
    """Read and store all workbooks of a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("engine", choices=["openpyxl", "calamine"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("store", type=Path)
    args = parser.parse_args()
    with Pool(2) as pool:
        readings = pool.imap_unordered(
            partial(read, engine=args.engine, folder=args.folder), sorted(args.folder.rglob("*.xlsx")), _CHUNK
        )
        store_cells(args.store, readings)


if __name__ == "__main__":
    main()
