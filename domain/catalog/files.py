"""Reads the catalogue's files: YAML that knows its lines, CSV in one pass, and the fingerprint over all of them."""

import csv
import hashlib
import io
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import yaml

from domain.errors import TerminalError

try:
    from yaml import CSafeLoader as _FastLoader
except ImportError:  # PyYAML was built without its C part
    from yaml import SafeLoader as _FastLoader  # type: ignore[assignment] # the same loader in Python

SHIPPED = Path(__file__).resolve().parents[2] / "catalog"
"""The folder of the catalogue that ships with the package."""
Step = str | int
"""A key of a mapping or a position in a list, on the way to a place in a YAML file."""

_T = TypeVar("_T")
_TEXT, _MERGE = "tag:yaml.org,2002:str", "tag:yaml.org,2002:merge"
_LIST, _MAPPING = "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"
# Texts, rules and the sample's parameters change what is said or let in, never what is summed.
_STRUCTURE = frozenset({"areas", "calendars", "forms", "indicators", "layouts", "obligations", "targets", "units"})


class CatalogError(TerminalError):
    """A file of the catalogue is invalid.

    `file` is relative to the catalogue's folder; `line` counts from 1 and is None where no one line is to blame.
    """

    def __init__(self, file: str, problem: str, remedy: str, line: int | None = None) -> None:
        """Keep the facts and make the sentence."""
        self.file = file
        self.line = line
        self.problem = problem
        self.remedy = remedy
        place = file if line is None else f"{file}, line {line}"
        super().__init__(f"catalogue {place}: {problem}; {remedy}")


class _Loader(_FastLoader):
    """A safe YAML loader that leaves dates as text, and refuses keys that come twice or are no texts."""

    def plain_data(self, file: str, node: yaml.Node) -> Any:  # noqa: ANN401 -- any shape that YAML has
        """Return a node's content as texts, numbers, lists and mappings.

        Raises:
            CatalogError: a key comes twice or is no text.
        """
        if node.tag == _TEXT:
            return node.value
        if node.tag == _LIST:
            return [self.plain_data(file, item) for item in node.value]
        if not isinstance(node, yaml.MappingNode) or node.tag != _MAPPING:
            return self.construct_object(node, deep=True)
        _refuse_wrong_keys(file, node)
        self.flatten_mapping(node)
        return {key.value: self.plain_data(file, value) for key, value in node.value}


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in _FastLoader.yaml_implicit_resolvers.items()
}


def _refuse_wrong_keys(file: str, node: yaml.Node) -> None:
    seen: set[str] = set()
    for key, _ in node.value:
        line = key.start_mark.line + 1
        if key.tag not in {_TEXT, _MERGE}:
            written = key.value if isinstance(key, yaml.ScalarNode) else "of several values"
            raise CatalogError(file, f"the key {written} is no text", f'write it in quotes: "{written}"', line)
        if key.value in seen:
            raise CatalogError(file, f"the key {key.value!r} is listed here twice", "keep one of the two", line)
        seen.add(key.value)


@dataclass(frozen=True)
class YamlDocument:
    """One YAML file: its plain data, and the line of any place in them."""

    file: str
    data: Any
    root: yaml.Node

    def line(self, *steps: Step) -> int:
        """The line (from 1) of the value that `steps` lead to, or of the nearest place above it."""
        node = self.root
        result = node.start_mark.line
        for step in steps:
            if isinstance(node, yaml.MappingNode):
                pair = next(((key, value) for key, value in node.value if key.value == str(step)), None)
                if pair is None:
                    break
                result, node = pair[0].start_mark.line, pair[1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
                result = node.start_mark.line
            else:
                break
        return int(result) + 1

    def error(self, problem: str, remedy: str, *steps: Step) -> CatalogError:
        """The complaint about the place that `steps` lead to."""
        return CatalogError(self.file, problem, remedy, self.line(*steps))

    def add_once(self, entries: dict[str, _T], key: str, value: _T, *steps: Step) -> None:
        """Enter a value of this file under an id that nothing else may have.

        Raises:
            CatalogError: the id is taken.
        """
        if key in entries:
            raise self.error(f"the id {key!r} is already taken", "give every entry an id of its own", *steps)
        entries[key] = value


def decode_text(name: str, data: bytes) -> str:
    """Return the text of a file.

    Raises:
        CatalogError: it is not UTF-8.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data[: problem.start].count(b"\n") + 1
        raise CatalogError(name, "the text is not UTF-8", "save the file as UTF-8", line) from problem


def read_document(name: str, text: str) -> YamlDocument:
    """Return the YAML document that a text is.

    Raises:
        CatalogError: it cannot be read as YAML, names one key twice, or one that is no text.
    """
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is None:
            raise CatalogError(name, "the file is empty", "write [] or {} for nothing, or delete the file")
        return YamlDocument(name, loader.plain_data(name, node), node)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark
        result = problem.problem or "cannot be read"
        line = mark.line + 1 if mark else None
        raise CatalogError(
            name, f"this is no YAML: {result}", "correct the line or the one above it", line
        ) from problem
    except yaml.YAMLError as problem:
        raise CatalogError(name, f"this is no YAML: {problem}", "correct the file") from problem


@dataclass(frozen=True)
class CsvTable:
    """One CSV file: its rows as mappings from column name; row n of the list stands on line n + 2."""

    file: str
    columns: tuple[str, ...]
    rows: Sequence[list[str]]

    def line(self, row: int) -> int:
        """The line (from 1) of a row; files with line breaks inside fields are not used here."""
        return row + 2

    def records(self) -> list[dict[str, str]]:
        """The rows as mappings from column name."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    def error(self, row: int, problem: str, remedy: str) -> CatalogError:
        """The complaint about a row."""
        return CatalogError(self.file, problem, remedy, self.line(row))


class CatalogFiles:
    """The files below a catalogue's folder, each read once, when something first asks for it."""

    def __init__(self, root: Path) -> None:
        """List the files.

        Raises:
            CatalogError: the folder does not exist.
        """
        if not root.is_dir():
            raise CatalogError(str(root), "this folder does not exist", "name the folder that holds the catalogue")
        self.root = root
        paths = sorted(path for path in root.rglob("*") if path.is_file() and self._counts(path))
        self._paths = {path.relative_to(root).as_posix(): path for path in paths}
        self._read: dict[str, bytes] = {}

    def _bytes(self, name: str) -> bytes:
        if name not in self._read:
            self._read[name] = self._paths[name].read_bytes()
        return self._read[name]

    def _counts(self, path: Path) -> bool:
        """Whether a file is catalogue content: editors' and the system's own leavings are not."""
        parts = path.relative_to(self.root).parts
        return not any(part.startswith((".", "~", "__")) or part.endswith("~") for part in parts)

    @cached_property
    def version(self) -> str:
        """sha256 over the names and contents of all files, in the order of their names."""
        return self._fingerprint(self._paths)

    @cached_property
    def structure_version(self) -> str:
        """The same over the files that shape figures: another one means that rollups have to be made again."""
        return self._fingerprint(
            name for name in self._paths if name.split("/")[0] in _STRUCTURE and name.endswith((".yaml", ".csv"))
        )

    def _fingerprint(self, names: Iterable[str]) -> str:
        digest = hashlib.sha256()
        for name in sorted(names):
            data = self._bytes(name)
            digest.update(f"{name}\0{len(data)}\0".encode())
            digest.update(data)
        return digest.hexdigest()

    def names(self, folder: str, suffix: str) -> list[str]:
        """Names of the files below a folder that end in `suffix`, sorted."""
        return sorted(name for name in self._paths if name.startswith(folder + "/") and name.endswith(suffix))

    def text(self, name: str) -> str:
        """A file's text.

        Raises:
            CatalogError: there is no such file, or it is not UTF-8 in the NFC form that all texts here have.
        """
        if name not in self._paths:
            raise CatalogError(name, "this file is missing", "restore it; every catalogue has it")
        text = decode_text(name, self._bytes(name))
        if not unicodedata.is_normalized("NFC", text):
            lines = enumerate(text.splitlines(), start=1)
            bad = next((n for n, line in lines if not unicodedata.is_normalized("NFC", line)), None)
            raise CatalogError(name, "a text is not in Unicode form NFC", "retype it, or convert the file to NFC", bad)
        return text

    def document(self, name: str) -> YamlDocument:
        """A YAML file.

        Raises:
            CatalogError: the file cannot be read as YAML, names one key twice, or one that is no text.
        """
        return read_document(name, self.text(name))

    def documents(self, folder: str) -> Iterator[YamlDocument]:
        """The YAML files below a folder, by name."""
        for name in self.names(folder, ".yaml"):
            yield self.document(name)

    def table(self, name: str, columns: tuple[str, ...], optional: tuple[str, ...] = ()) -> CsvTable:
        """A CSV file with exactly these columns, in this order; `optional` ones may follow.

        Raises:
            CatalogError: the columns differ, or a row has more or fewer fields than the heading.
        """
        rows = list(csv.reader(io.StringIO(self.text(name), newline="")))
        heading = tuple(rows[0]) if rows else ()
        if heading not in (columns, columns + optional):
            wanted = ",".join(columns + optional)
            raise CatalogError(name, f"the heading is {','.join(heading)!r}", f"make it {wanted!r}", 1)
        if {*map(len, rows)} != {len(heading)}:
            number, row = next((n, row) for n, row in enumerate(rows, start=1) if len(row) != len(heading))
            problem = f"the row has {len(row)} fields, the heading {len(heading)}"
            raise CatalogError(name, problem, "quote fields that hold a comma; leave no empty lines", number)
        return CsvTable(name, heading, rows[1:])
