"""Loader of the declarative cases in tests/cases: how each workbook is made, and the expected result of parsing it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from openpyxl.workbook import Workbook

from domain.catalog.catalog import Catalog
from tests.builders import open_workbook
from tests.workbooks.workbook_edits import (
    Start,
    apply_edit,
    edit_parts,
    fill_in,
    make_handmade,
    open_template,
    open_unit_table,
    pack,
    save,
    verb_of,
)
from workbooks.cells.guards import Limits
from workbooks.identify.hints import Hints
from workbooks.marking.result_book import result_workbook

UNIT, PERIOD = "22813", "2025-05"
"""Of what unit and period a case's form is, unless it says another."""
_FOLDER = Path(__file__).parent.parent / "cases"


@dataclass(frozen=True)
class WorkbookCase:
    """A case: `given` states how the file is made, `expect` the result of parsing it."""

    id: str
    says: str
    given: Mapping[str, Any]
    expect: Mapping[str, Any]

    @property
    def codes(self) -> list[str]:
        """Return the codes of the expected issues."""
        return [issue["code"] for issue in self.expect.get("issues", [])]

    @property
    def edited(self) -> frozenset[str]:
        """Return the verbs of the edits."""
        return frozenset(verb_of(edit) for edit in self.given.get("edits", ()))

    @property
    def is_of_cells(self) -> bool:
        """Whether the package is as openpyxl writes it."""
        return self.given.keys() <= {"start", "edits", "file_name", "folders", "limits", "period", "unit"}


@cache
def load_cases() -> list[WorkbookCase]:
    """Load all cases of the folder, once for all test modules."""
    cases: list[WorkbookCase] = []
    for path in sorted(_FOLDER.glob("*.yaml")):
        cases.extend(
            WorkbookCase(raw["id"], raw["says"], raw.get("given", {}), raw.get("expect", {}))
            for raw in yaml.load(path.read_bytes(), yaml.CSafeLoader)
        )
    return cases


def make(case: WorkbookCase, catalog: Catalog) -> tuple[bytes, Hints, Limits]:
    """Return the case's file, its origin, and the limits under which it is read."""
    values = case.given
    hints = Hints(values.get("file_name", "report.xlsx"), tuple(values.get("folders", ())))
    return _data(values, catalog), hints, replace(Limits(), **values.get("limits", {}))


def _data(values: Mapping[str, Any], catalog: Catalog) -> bytes:
    if "text" in values:
        return str(values["text"]).encode(values.get("encoding", "utf-8"))
    if "hex" in values:
        return bytes.fromhex(values["hex"]) + str(values.get("then", "")).encode("utf-16-le")
    if "zip" in values:
        return pack([(name, str(content).encode()) for name, content in values["zip"].items()])
    if values.get("start") == "results":
        return edit_parts(result_workbook("bao-cao.xls", (), (), catalog, "vi"), values["parts"])
    data = _start(values, catalog)
    if "parts" in values:
        data = edit_parts(data, values["parts"])
    for old, new in values.get("bytes", ()):
        assert bytes.fromhex(old) in data
        data = data.replace(bytes.fromhex(old), bytes.fromhex(new))
    return data[: len(data) * values["keep_percent"] // 100] if "keep_percent" in values else data


def _start(values: Mapping[str, Any], catalog: Catalog) -> bytes:
    filled = fill_in(*_beginning(values, catalog), values.get("edits", ()))
    return save(_opened(values, catalog)) if filled is None else filled


def _beginning(values: Mapping[str, Any], catalog: Catalog) -> tuple[Start, Catalog, str, str]:
    starts = {"handmade": make_handmade, "unit_table": open_unit_table}
    start = starts.get(values.get("start", ""), open_template)
    return start, catalog, values.get("unit", UNIT), values.get("period", PERIOD)


def open_case(case: WorkbookCase, catalog: Catalog) -> Workbook:
    """Open the case's file for further edits; what is made of cells need not be saved for that."""
    return _opened(case.given, catalog) if case.is_of_cells else open_workbook(_data(case.given, catalog))


def _opened(values: Mapping[str, Any], catalog: Catalog) -> Workbook:
    start, *whose = _beginning(values, catalog)
    workbook = start(*whose)
    for edit in values.get("edits", ()):
        apply_edit(workbook, edit, catalog)
    return workbook
