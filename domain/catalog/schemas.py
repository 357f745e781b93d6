"""Checks a catalogue file against the JSON Schema of its kind and says in which line it departs from it."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.exceptions import best_match

from domain.catalog.errors import CatalogError
from domain.catalog.files import CsvTable, YamlDocument
from domain.texts import cut

_SCHEMAS = Path(__file__).resolve().parents[2] / "catalog" / "schemas"


def check_document(document: YamlDocument, kind: str) -> Any:  # noqa: ANN401 -- the schema says what shape it has
    """The document's data, once they fit the schema of their kind.

    Raises:
        CatalogError: they do not fit; the message names the line, the place in the file and the rule it breaks.
    """
    problem = _first_problem(kind, document.data)
    if problem is not None:
        steps = tuple(problem.absolute_path)
        raise document.error(_sentence(problem), _remedy(kind, problem), *steps)
    return document.data


def check_table(table: CsvTable, kind: str) -> list[dict[str, str]]:
    """The table's rows as mappings, once they fit the schema of their kind.

    Raises:
        CatalogError: a row does not fit.
    """
    records = table.records()
    problem = _first_problem(kind, records)
    if problem is not None:
        steps = tuple(problem.absolute_path)
        row = steps[0] if steps and isinstance(steps[0], int) else 0
        raise table.error(row, _sentence(problem), _remedy(kind, problem))
    return records


@cache
def _validator(kind: str) -> Draft202012Validator:
    file = _SCHEMAS / f"{kind}.schema.json"
    if not file.is_file():
        raise CatalogError(f"schemas/{kind}.schema.json", "this schema is missing", "reinstall the package")
    return Draft202012Validator(json.loads(file.read_text("utf-8")))


def _first_problem(kind: str, data: object) -> ValidationError | None:
    validator = _validator(kind)
    # `best_match` prefers the shallowest complaint, which is the one a person can act on.
    problem: ValidationError | None = best_match(validator.iter_errors(data))
    return problem


def _sentence(problem: ValidationError) -> str:
    place = ".".join(str(step) for step in problem.absolute_path) or "the file"
    result = cut(problem.message, 200)
    return f"{place}: {result}"


def _remedy(kind: str, problem: ValidationError) -> str:
    result = problem.schema.get("description") if isinstance(problem.schema, Mapping) else None
    choices = problem.schema.get("enum") if isinstance(problem.schema, Mapping) else None
    if isinstance(choices, Sequence):
        return "write one of: " + ", ".join(str(choice) for choice in choices)
    return f"expected: {result}" if result else f"see schemas/{kind}.schema.json"
