"""Checks catalogue files against the pydantic models of their kinds and names the line, the fault and the remedy."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import ErrorDetails, PydanticCustomError

from domain.catalog.files import CsvTable, Step, YamlDocument
from domain.texts import cut

_T = TypeVar("_T")
_FAULT = "catalogue_fault"
_TYPES = {
    "string_type": "a text", "int_type": "a whole number", "int_from_float": "a whole number", "float_type": "a number",
    "bool_type": "true or false", "tuple_type": "a list", "dict_type": "a mapping", "model_type": "a mapping",
}  # fmt: skip
_OUT_OF_RANGE = {
    "greater_than": "{input} is not more than {gt}",
    "greater_than_equal": "{input} is less than the minimum of {ge}",
    "less_than_equal": "{input} is greater than the maximum of {le}",
}


def fault(problem: str, remedy: str, *steps: str) -> PydanticCustomError:
    """Return the error of a model's own check; `steps` lead from the value that is checked to the one at fault."""
    return PydanticCustomError(_FAULT, "{problem}", {"problem": problem, "remedy": remedy, "steps": steps})


class _PlainSchema(GenerateJsonSchema):
    """JSON Schemas without a title beside every field."""

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002 -- pydantic's signature
        """Return False: the names of fields say what their titles would repeat."""
        return False


@dataclass(frozen=True)
class Kind(Generic[_T]):
    """One kind of catalogue file: the name of its JSON Schema, what it holds, and the type that its data become."""

    name: str
    title: str
    shape: type[_T]

    @cached_property
    def json_schema(self) -> dict[str, Any]:
        """The JSON Schema that editors check a file of this kind against."""
        schema = self._adapter.json_schema(schema_generator=_PlainSchema)
        dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": self.title}
        return {**dialect, **{key: value for key, value in schema.items() if key != "title"}}

    @cached_property
    def _adapter(self) -> TypeAdapter[_T]:
        return TypeAdapter(self.shape)

    def check_document(self, document: YamlDocument) -> _T:
        """Return the content of a YAML file.

        Raises:
            CatalogError: it does not fit; the message names the line, the place in the file and what is expected.
        """
        try:
            return self._read(document.data)
        except ValidationError as failure:
            steps, problem, remedy = self._explain(failure, document.data)
            raise document.error(problem, remedy, *steps) from failure

    def check_table(self, table: CsvTable) -> _T:
        """Return what the rows of a CSV file say.

        Raises:
            CatalogError: a row does not fit.
        """
        records = table.records()
        try:
            return self._read(records)
        except ValidationError as failure:
            steps, problem, remedy = self._explain(failure, records)
            row = steps[0] if steps and isinstance(steps[0], int) else 0
            raise table.error(row, problem, remedy) from failure

    def _read(self, data: object) -> _T:
        # Strict models take words for enumerations and lists for tuples from JSON only.
        return self._adapter.validate_json(json.dumps(data, ensure_ascii=False))

    def _explain(self, failure: ValidationError, data: object) -> tuple[tuple[Step, ...], str, str]:
        errors = failure.errors(include_url=False)
        error = min(errors, key=lambda error: error["type"].endswith("_type"))  # a wrong value before a wrong type
        context = error.get("ctx", {})
        steps = tuple(_steps(error["loc"], data)) + tuple(context.get("steps", ()))
        place = ".".join(str(step) for step in steps) or "the file"
        if error["type"] == _FAULT:
            return steps, f"{place}: {context['problem']}", context["remedy"]
        missing = error["loc"][-1:] if error["type"] == "missing" else ()
        described = self._descriptions((*steps, *missing), of_key=error["loc"][-1:] == ("[key]",))
        return steps, f"{place}: {_sentence(error)}", self._remedy(error, described)

    def _remedy(self, error: ErrorDetails, described: Sequence[Mapping[str, Any]]) -> str:
        if error["type"] == "extra_forbidden":
            names = (name for schema in described for name in schema.get("properties", {}))
            return "take it out; known here: " + ", ".join(names)
        for schema in described:
            if "enum" in schema:
                return "write one of: " + ", ".join(str(choice) for choice in schema["enum"])
        descriptions = (schema["description"] for schema in described if "description" in schema)
        description = next(descriptions, _TYPES.get(error["type"]))
        return f"expected: {description}" if description else f"see schemas/{self.name}.schema.json"

    def _descriptions(self, steps: Sequence[Step], *, of_key: bool) -> list[Mapping[str, Any]]:
        """Return the schemas of the place that `steps` lead to, or of the key that is the last of them."""
        schemas = list(self._expand([self.json_schema]))
        for number, step in enumerate(steps, start=1):
            below: list[Mapping[str, Any]] = []
            for schema in schemas:
                if of_key and number == len(steps):
                    below.extend([schema["propertyNames"]] if "propertyNames" in schema else [])
                elif isinstance(step, int):
                    below.extend([schema["items"]] if "items" in schema else [])
                else:
                    values = (schema.get("additionalProperties"), *schema.get("patternProperties", {}).values())
                    named = schema.get("properties", {}).get(step)
                    below.extend(value for value in (named, *values) if isinstance(value, Mapping))
            if not below:
                break
            schemas = list(self._expand(below))
        return schemas

    def _expand(self, schemas: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        for schema in schemas:
            yield schema
            yield from self._expand([*schema.get("anyOf", ()), *schema.get("oneOf", ())])
            if "$ref" in schema:
                yield from self._expand([self.json_schema["$defs"][schema["$ref"].rpartition("/")[2]]])


def _steps(location: Sequence[Step], data: object) -> Iterator[Step]:
    """Yield the steps of a location that lead somewhere in the data: pydantic also names branches of unions."""
    for step in location:
        inside = data if isinstance(data, Mapping) else dict(enumerate(data)) if isinstance(data, list) else {}
        if step in inside:
            data = inside[step]
            yield step


def _sentence(error: ErrorDetails) -> str:
    kind, value = error["type"], cut(repr(error["input"]), 120)
    if kind == "missing":
        return f"{error['loc'][-1]!r} is a required property"
    if kind == "extra_forbidden":
        return f"{error['loc'][-1]!r} was unexpected"
    if kind in {"enum", "literal_error"}:
        return f"{value} is none of the words allowed here"
    if kind in _OUT_OF_RANGE:
        return _OUT_OF_RANGE[kind].format(input=value, **error["ctx"])
    if kind in {"string_too_short", "too_short"}:
        return f"{value} is too short"
    return f"{value} is not {_TYPES[kind]}" if kind in _TYPES else f"{value} does not match what is expected"
