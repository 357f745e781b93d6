"""JSON output of read models: exact numbers as text, moments in ISO 8601, `None` as null."""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import typer

from domain.periods import Period
from domain.texts import escaped


def print_json(value: object) -> None:
    """Print a value made of dataclasses and named tuples; what a terminal would obey is escaped."""
    typer.echo(escaped(json.dumps(_named(value), default=_text, ensure_ascii=False, indent=2)))


def fields_of(value: object) -> dict[str, object]:
    """Return the fields of a dataclass or a named tuple by name, unconverted, to be merged with others.

    Raises:
        TypeError: it is neither.
    """
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        named: dict[str, object] = value._asdict()
        return named
    if not is_dataclass(value):
        raise TypeError(f"{type(value).__name__} is no dataclass")
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _named(value: object) -> object:
    """Return a value whose parts are dictionaries and lists: `json` would write a named tuple without its names."""
    if isinstance(value, Mapping):
        return {key: _named(each) for key, each in value.items()}
    if isinstance(value, list | tuple) and not hasattr(value, "_asdict"):
        return [_named(each) for each in value]
    if isinstance(value, tuple) or (is_dataclass(value) and not isinstance(value, Period)):
        return {name: _named(each) for name, each in fields_of(value).items()}
    return value


def _text(value: object) -> str:
    match value:
        case Period():
            return value.id
        case date():
            return value.isoformat()
        case Path() | Decimal():
            return str(value)  # a JSON number would be read as a float
    raise TypeError(f"{type(value).__name__} has no text in JSON")
