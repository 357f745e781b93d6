"""Files of a partition: rows of parts that moved are written, those of other parts taken over from the files before."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, pairwise
from typing import Any, Final

from publishing.data.partitions import DataPartition
from publishing.data.table_files import (
    CsvLines,
    DataTable,
    arrow_table,
    give_memory_back,
    read_parquet,
    rows_in_order,
    write_parquet,
)

CsvForms = Mapping[str, Callable[[DataTable], CsvLines]]
"""What writes each kind of CSV file of a table, by what the file's name begins with."""


@dataclass(frozen=True, slots=True)
class PartitionFiles:
    """Files of a partition by name, and where the parts of its rows lie in them.

    `parts` has for each part, in the order of the rows, its key, how many rows it has, and how many bytes in each CSV
    file.
    """

    contents: dict[str, bytes]
    parts: Sequence[Sequence[Any]]


NO_FILES: Final = PartitionFiles({}, ())


def make_files(partition: DataPartition, forms: CsvForms, before: PartitionFiles = NO_FILES) -> PartitionFiles:
    """Return the files of a partition, which are the same whatever can be taken over from those before.

    Contents of those before are let go of one after the other: of a country's rollups all take 20 MB.
    """
    parquet = f"{partition.stem}.parquet"
    kept, counts, *sizes = zip(*before.parts, strict=True) if before.parts else [()] * (2 + len(forms))
    moved = [key for key in partition.parts if key not in set(kept)]
    rows = partition.read(moved)
    written = DataTable(partition.columns, list(chain.from_iterable(rows)))
    tables = [*([read_parquet(before.contents.pop(parquet))] if kept else []), arrow_table(written)]
    places = dict(zip([*kept, *moved], _bounds([*counts, *map(len, rows)]), strict=True))
    wanted = [places[key] for key in partition.parts]
    contents = {parquet: write_parquet(rows_in_order(tables, wanted))}
    tables.clear()
    give_memory_back()
    sizes_now = [[last - first for first, last in wanted]]
    for (prefix, write), of_parts in zip(forms.items(), sizes, strict=True):
        name, csv = f"{prefix}{partition.stem}.csv", write(written)
        lines = dict(zip(kept, _cut(before.contents.pop(name), of_parts), strict=True)) if kept else {}
        lines |= zip(moved, (csv.encoded(*bounds) for bounds in _bounds(map(len, rows))), strict=True)
        contents[name] = b"".join([csv.head.encode(), *(lines[key] for key in partition.parts)])
        sizes_now.append([len(lines[key]) for key in partition.parts])
    return PartitionFiles(contents, list(zip(partition.parts, *sizes_now, strict=True)))


def _cut(data: bytes, sizes: Sequence[int]) -> Iterable[bytes | memoryview]:
    """Yield the lines of each part of a CSV file; its headings belong to none."""
    below = memoryview(data)[len(data) - sum(sizes) :]
    return (below[first:last] for first, last in _bounds(sizes))


def _bounds(sizes: Iterable[int]) -> Iterable[tuple[int, int]]:
    """Yield where each of consecutive pieces begins and ends."""
    return pairwise(accumulate(sizes, initial=0))
