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
    """Print a value made of dataclasses, numbers, days and periods; what a terminal would obey is escaped."""
    typer.echo(escaped(json.dumps(value, default=_plain, ensure_ascii=False, indent=2)))


def fields_of(value: object) -> dict[str, object]:
    """Return a dataclass's fields by name, unconverted, to be merged with others.

    Raises:
        TypeError: it is not a dataclass.
    """
    if not is_dataclass(value):
        raise TypeError(f"{type(value).__name__} is no dataclass")
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _plain(value: object) -> object:
    match value:
        case Period():
            return value.id
        case Path():
            return str(value)
        case Decimal():
            return str(value)  # a JSON number would be read as a float
        case date():
            return value.isoformat()
        case Mapping():
            return dict(value)
        case _:
            return fields_of(value)
