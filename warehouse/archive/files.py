"""Parquet files of archived rows: written, compared with what they are made of, and read back as rows."""

import os
from collections import namedtuple
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from domain.batches import batched
from warehouse.archive.tables import ARCHIVED_TABLES, ArchivedTable, arrow_type, as_read, default_of
from warehouse.errors import ArchivedRowsError

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS_PER_GROUP: Final = 65_536
_FILES_IN_MEMORY: Final = 4
"""Files whose rows a process keeps: a rollup of a province reads those of its period for each of its areas."""
_DRAFT: Final = ".draft"


class ArchivedPeriod(NamedTuple):
    """A form and a period (its id) whose rows are archived."""

    form: str
    period: str


@dataclass(frozen=True, slots=True)
class ArchivedFile:
    """A file of archived rows: which table's, of which form and period, and where below the folder of the archive.

    `rows` counts them, `size` is in bytes, `migration` the number of the newest migration when it was written.
    """

    of: ArchivedPeriod
    table: str
    path: str
    sha256: str
    rows: int
    size: int
    migration: str


class WrittenFile(NamedTuple):
    """A file that was just written: its path below the folder of the archive, sha256 and size in bytes."""

    path: str
    sha256: str
    size: int


def write_file(
    folder: Path, of: ArchivedTable, period: ArchivedPeriod, rows: Sequence[Sequence[Any]], facts: Mapping[str, str]
) -> WrittenFile:
    """Write rows, which have the table's columns in their order, and read the file back before it gets its name.

    Its name follows from its content: the rows of a killed try are written over, or lie beside under another name.

    Raises:
        ArchivedRowsError: the file does not hold the rows.
    """
    from pyarrow import parquet  # noqa: PLC0415 # 0.2 s: only where something is archived

    table = _arrow_table(of, rows)
    below = Path(of.name, f"form={period.form}", f"reporting_period={period.period}")
    (folder / below).mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / below / _DRAFT
    draft.touch(mode=0o600)
    with draft.open("wb") as file:
        described = table.replace_schema_metadata(dict(facts))
        parquet.write_table(described, file, compression="zstd", row_group_size=_ROWS_PER_GROUP)
        file.flush()
        os.fsync(file.fileno())
    content = draft.read_bytes()
    if not ArchivedRows(content, of).are(table):
        raise ArchivedRowsError(period, draft, "does not hold what was written to it")
    digest = sha256(content).hexdigest()
    path = below / f"{digest[:16]}.parquet"
    draft.replace(folder / path)
    for each in (folder / below, *(folder / each for each in below.parents), folder.parent):
        _sync_folder(each)
    return WrittenFile(path.as_posix(), digest, len(content))


class ArchivedRows:
    """The rows of a file, sorted by their key, as tuples of all columns that the table has now."""

    def __init__(self, content: bytes, of: ArchivedTable) -> None:
        """Read the bytes of a file; texts that repeat are kept once."""
        import pyarrow as pa  # noqa: PLC0415 # as above
        from pyarrow import parquet  # noqa: PLC0415

        texts = [column.name for column in of.table.columns if pa.types.is_string(arrow_type(column))]
        self._of = of
        self._columns = list(of.table.columns)
        # Without threads: the process that writes publications is forked from one that may have read files.
        self._table = parquet.read_table(pa.BufferReader(content), read_dictionary=texts, use_threads=False)

    def __len__(self) -> int:
        """The number of rows."""
        return int(self._table.num_rows)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that the file and the table have both."""
        return tuple(column.name for column in self._columns if column.name in self._table.column_names)

    @property
    def keys(self) -> list[int]:
        """The owners of the rows."""
        return sorted(set(self._table.column(self._of.key).to_pylist()))

    def are(self, rows: "pa.Table | Sequence[Sequence[Any]]") -> bool:
        """Return whether these are the rows, in any order, by the columns that the file has."""
        key = [(column.name, "ascending") for column in self._of.table.primary_key]
        others = _arrow_table(self._of, rows) if isinstance(rows, Sequence) else rows
        own, others = (each.select(self.names).cast(others.select(self.names).schema) for each in (self._table, others))
        return bool(own.sort_by(key).equals(others.sort_by(key)))

    def matching(self, among: Mapping[str, Collection[Any] | None]) -> list[tuple[Any, ...]]:
        """Return the rows that have some of these values in the columns named; None: any value."""
        import pyarrow as pa  # noqa: PLC0415 # as above
        from pyarrow import compute  # noqa: PLC0415

        rows = self._table
        for column in self._columns:
            values = among.get(column.name)
            if values is not None:
                kind = arrow_type(column)
                wanted = pa.array(sorted(values), kind)
                rows = rows.filter(compute.is_in(rows.column(column.name).cast(kind), value_set=wanted))
        return list(zip(*self._values(self._columns, rows), strict=True)) if rows.num_rows else []

    def batches(self, size: int) -> Iterator[list[dict[str, Any]]]:
        """Yield the rows by the names of columns that the file has, some at a time."""
        names = self.names
        known = [column for column in self._columns if column.name in names]
        for numbers in batched(range(len(self)), size):
            values = self._values(known, self._table.slice(numbers[0], len(numbers)))
            yield [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)]

    def _values(self, columns: Sequence[Any], piece: Any) -> list[list[Any]]:  # noqa: ANN401 # an Arrow table
        return [
            as_read(column, piece.column(column.name).to_pylist())
            if column.name in piece.column_names
            else [default_of(column)] * piece.num_rows  # of before the column was added
            for column in columns
        ]


def _arrow_table(of: ArchivedTable, rows: Sequence[Sequence[Any]]) -> "pa.Table":
    """Return rows, which have the table's columns in their order, as a table of Arrow."""
    import pyarrow as pa  # noqa: PLC0415 # as above

    columns = list(of.table.columns)
    schema = pa.schema([pa.field(column.name, arrow_type(column), column.nullable) for column in columns])
    arrays = [pa.array(values, field.type) for values, field in zip(zip(*rows, strict=True), schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def open_rows(folder: Path | None, file: ArchivedFile) -> ArchivedRows:
    """Return the rows of a file, whose bytes have to be those that were written.

    Raises:
        ArchivedRowsError: it is missing, damaged, or this process has no folder of archived rows.
    """
    if folder is None:
        raise ArchivedRowsError(file.of, Path(file.path), "is in no folder that this process knows")
    return _opened(folder, file)


@lru_cache(maxsize=_FILES_IN_MEMORY)
def _opened(folder: Path, file: ArchivedFile) -> ArchivedRows:
    of = next(each for each in ARCHIVED_TABLES if each.name == file.table)
    fault = fault_of(folder, file)
    if fault:
        raise ArchivedRowsError(file.of, folder / file.path, fault)
    return ArchivedRows((folder / file.path).read_bytes(), of)


def is_there(folder: Path, file: ArchivedFile) -> bool:
    """Return whether a file has the size that was written."""
    try:
        return (folder / file.path).stat().st_size == file.size
    except OSError:
        return False


def fault_of(folder: Path, file: ArchivedFile) -> str:
    """Return what is wrong with a file; "" where its bytes are those that were written."""
    try:
        content = (folder / file.path).read_bytes()
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read ({error.strerror or error})"
    return "" if sha256(content).hexdigest() == file.sha256 else "is damaged"


def remove_others(folder: Path, named: Collection[str]) -> tuple[str, ...]:
    """Remove our files below a folder that no record names: of restored periods and of tries that were killed."""
    removed = []
    places = [place for of in ARCHIVED_TABLES for place in folder.glob(f"{of.name}/form=*/reporting_period=*")]
    for place in places:
        ours = [path for pattern in ("*.parquet", _DRAFT) for path in place.glob(pattern)]
        for path in ours:
            name = path.relative_to(folder).as_posix()
            if name not in named:
                path.unlink()
                removed.append(name)
    for place in places:
        for emptied in (place, place.parent, place.parent.parent):
            if emptied.is_dir() and not any(emptied.iterdir()):
                emptied.rmdir()
    return tuple(removed)


def row_type(of: ArchivedTable, *more: str) -> Any:  # noqa: ANN401 # a type made of the table's columns
    """Return the type of a row with an attribute for each column, and for each of `more`."""
    return namedtuple(f"archived_{of.name}", (*of.table.columns.keys(), *more))  # noqa: PYI024 # columns are those of the table


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
