"""Make the data files again where newest revisions moved; a pure function of these and the catalogue."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from hashlib import sha256
from itertools import groupby
from pathlib import PurePosixPath
from typing import Any, Final

import orjson

from domain.catalog.catalog import Catalog
from domain.rollups import kind_of_changes
from domain.stores.store import Store
from domain.texts import Lang
from publishing.data.data_columns import ROLLUP, TABLES
from publishing.data.package_files import EXCEL_PREFIX, SDMX_PREFIX, STRUCTURE, package_files
from publishing.data.partition_files import NO_FILES, CsvForms, PartitionFiles, make_files
from publishing.data.partitions import DataPartition, key_of, partitions_of
from publishing.data.revisions_feed import MOST_ENTRIES, FeedEntry, write_feed
from publishing.data.sdmx_csv import codes_of, write_sdmx_csv
from publishing.data.sdmx_structure import write_structure
from publishing.data.table_files import CsvLines, DataTable, write_excel_csv, write_plain_csv
from publishing.errors import storage_error
from publishing.storage.published_tree import PublishedTree
from warehouse.rollups.newest_figures import NewestFigures, RevisionHead
from warehouse.rollups.published_figures import changes_of, paths_of

_FORMAT: Final = 4
"""Counted up whenever files or state of the same facts come out otherwise: all partitions are then written again."""

_DATA: Final = "data"
_STATE: Final = PurePosixPath(".state.json")
"""What a tree was made from: its key, and for each period its partitions with their files."""

_Facts = Mapping[str, Any]


def write_data(newest: NewestFigures, catalog: Catalog, store: Store, lang: Lang = "vi") -> tuple[str, ...]:
    """Write the folder `data` anew where it is not what the newest revisions say; return the folders that were written.

    Without a change, or before the first publication, nothing is written. What a killed process left is made good.

    Args:
        newest: the newest published revisions.
        catalog: names of indicators, provinces and columns.
        store: the folder of published reports.
        lang: the language of the headings in the files for Excel.

    Raises:
        PublicationInterruptedError, PublicationRefusedError: the storage failed; readers see what they saw.
    """
    try:
        return _DataBuilder(newest, catalog, PublishedTree(store, f".{_DATA}", _DATA), lang).write()
    except OSError as error:
        raise storage_error(store.at(_DATA), None, error) from error


class _DataBuilder:
    def __init__(self, newest: NewestFigures, catalog: Catalog, tree: PublishedTree, lang: Lang) -> None:
        self._newest, self._catalog, self._tree, self._lang = newest, catalog, tree, lang
        self._words = {value: self._text("yes" if value else "no") for value in (True, False)}
        self._headings = {
            column: catalog.texts.text(column.label, lang) for columns in TABLES.values() for column in columns
        }
        self._forms: CsvForms = {"": write_plain_csv, EXCEL_PREFIX: self._write_excel_csv}
        self._written: list[str] = []

    def write(self) -> tuple[str, ...]:
        general = key_of(_FORMAT, list(self._words.values()), list(self._headings.values()))
        key = key_of(general, self._catalog.version, list(map(tuple, self._newest.heads)))
        before = self._state()
        if before.get("key") == key or not self._newest.heads:
            self._tree.sweep()
            return ()
        self._tree.begin(key[:16])
        known = before["periods"] if before.get("general") == general else {}
        periods = {
            period: self._period(period, list(heads), known.get(period, {}))
            for period, heads in groupby(
                sorted(self._newest.heads, key=lambda head: head.period), key=lambda head: head.period
            )
        }
        partitions = {folder: facts for each in periods.values() for folder, facts in each["partitions"].items()}
        files = {folder: facts["files"] for folder, facts in partitions.items()}
        for path, data in package_files(self._catalog, self._lang, files).items():
            self._tree.write(path, data)
        structure = write_structure(self._catalog, self._newest.heads, _codes(partitions))
        self._tree.write(PurePosixPath(STRUCTURE), structure)
        self._tree.write(PurePosixPath("revisions.atom"), write_feed(self._feed(), self._catalog, self._lang))
        state = {"key": key, "general": general, "periods": periods}
        self._tree.write(_STATE, orjson.dumps(state))
        self._tree.show()
        return tuple(self._written)

    def _state(self) -> _Facts:
        """Return what the tree that readers see was made from; empty where there is none, or it cannot be read."""
        try:
            tree = self._tree.shown()
            state = orjson.loads(tree.read(str(_STATE))) if tree else {}
        except (OSError, ValueError):
            return {}
        return state if isinstance(state, dict) else {}

    def _feed(self) -> list[FeedEntry]:
        session = self._newest.session
        heads = sorted(self._newest.heads, key=lambda head: (head.published_at, head.key), reverse=True)[:MOST_ENTRIES]
        keys = [head.key for head in heads]
        changes, paths = changes_of(session, keys), paths_of(session, keys)
        return [FeedEntry(head, paths[head.key], kind_of_changes(head.number, changes[head.key])) for head in heads]

    def _period(self, period: str, heads: Sequence[RevisionHead], before: _Facts) -> _Facts:
        """Bring a period's partitions into the new tree, and return its key and its partitions by folder."""
        key = key_of(self._catalog.version, list(map(tuple, heads)))
        partitions = before.get("partitions", {})
        if before.get("key") == key and all(self._keep(folder, facts) for folder, facts in partitions.items()):
            return before
        wanted = partitions_of(period, heads, self._newest, self._catalog)
        return {"key": key, "partitions": {str(each.folder): self._partition(each, partitions) for each in wanted}}

    def _partition(self, partition: DataPartition, before: _Facts) -> _Facts:
        folder = str(partition.folder)
        facts = before.get(folder, {})
        if facts.get("key") == partition.key and self._keep(folder, facts):
            return dict(facts)
        self._written.append(folder)
        is_rollup = partition.columns is ROLLUP
        forms = {**self._forms, SDMX_PREFIX: write_sdmx_csv} if is_rollup else self._forms
        files = make_files(partition, forms, self._before(partition, facts))
        for name, data in files.contents.items():
            self._tree.write(partition.folder / name, data)
        return {
            "key": partition.key,
            "files": {name: _facts_of(data) for name, data in files.contents.items()},
            "codes": codes_of(files.contents[f"{partition.stem}.parquet"]) if is_rollup else {},
            "parts": files.parts,
        }

    def _before(self, partition: DataPartition, facts: _Facts) -> PartitionFiles:
        """Return the files that readers see if a part of the partition is in them, and all are as they were written."""
        tree, parts = self._tree.shown(), facts.get("parts", ())
        if tree is None or {key for key, *_ in parts}.isdisjoint(partition.parts):
            return NO_FILES
        try:
            contents = {name: tree.read(str(partition.folder / name)) for name in facts["files"]}
        except OSError:
            return NO_FILES
        is_whole = all(_facts_of(data) == facts["files"][name] for name, data in contents.items())
        return PartitionFiles(contents, parts) if is_whole else NO_FILES

    def _write_excel_csv(self, table: DataTable) -> CsvLines:
        return write_excel_csv(table, [self._headings[column] for column in table.columns], self._words)

    def _keep(self, folder: str, facts: _Facts) -> bool:
        return self._tree.keep(PurePosixPath(folder), facts["files"])

    def _text(self, key: str) -> str:
        return self._catalog.texts.text(f"data.{key}", self._lang)


def _facts_of(data: bytes) -> _Facts:
    return {"bytes": len(data), "hash": f"sha256:{sha256(data).hexdigest()}"}


def _codes(partitions: Mapping[str, _Facts]) -> Mapping[str, set[str]]:
    """Return the codes that the SDMX files of all partitions use, by code list."""
    used: dict[str, set[str]] = defaultdict(set)
    for facts in partitions.values():
        for name, codes in facts["codes"].items():
            used[name].update(codes)
    return used
