"""Authorise senders for an officer: one way at a time, or a list from a CSV file."""

import csv
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Final, TypeVar

from domain.authorisations import Authorisation, authorisation
from domain.catalog.catalog import Catalog
from domain.errors import UsageError

COLUMNS: Final = ("source", "folder", "sender", "units", "valid_from", "valid_to", "form")
"""Columns of a list of authorisations; only `units` has to be there."""
_MOST_NAMED = 20
_Listed = TypeVar("_Listed")


def make_authorisation(
    catalog: Catalog, sources: tuple[str, ...], values: Mapping[str, str], today: date
) -> Authorisation:
    """Return the authorisation that the values of `COLUMNS` describe.

    Left out, the source is the deployment's only one, the first day is today, there is no last day, and every form may
    be reported.

    Raises:
        UsageError: a value is missing or impossible; the message says what to write.
    """
    source, folder, sender, units, first, last, form = (values.get(column, "").strip() for column in COLUMNS)
    if not source and len(sources) == 1:
        source = sources[0]
    if source not in sources:
        problem = f"no source is named {source}" if source else "no source is named"
        raise UsageError(f"{problem}: name one of {', '.join(sources)}")
    if not units:
        raise UsageError("no units are named: give the code of a commune, a district or a province, or an area's id")
    valid_to = parse_day(last, "last") if last else None
    return authorisation(
        catalog, (source, folder, sender), units, parse_day(first, "first") if first else today, valid_to, form=form
    )


def read_authorisations(
    catalog: Catalog, sources: tuple[str, ...], file: Path, today: date
) -> tuple[Authorisation, ...]:
    """Return the authorisations listed in a CSV file with a line of headings, separated by commas or semicolons.

    Raises:
        UsageError: the file cannot be read, or lines are wrong: each is named with what to write.
    """
    return read_list(file, COLUMNS, "units", lambda row: make_authorisation(catalog, sources, row, today))


def read_list(
    file: Path, columns: Sequence[str], required: str, make: Callable[[Mapping[str, str]], _Listed]
) -> tuple[_Listed, ...]:
    """Return what the lines of a CSV file with headings say, all or none; `make` reads one line.

    Raises:
        UsageError: the file cannot be read, or lines are wrong: each is named with what to write.
    """
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{file} cannot be read ({error.strerror or error}): name a CSV file") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is no text in UTF-8: save it from Excel as “CSV UTF-8”") from error
    heading = text.partition("\n")[0]
    reader = csv.DictReader(StringIO(text, newline=""), delimiter=";" if ";" in heading else ",", restkey="")
    try:
        headings = tuple(reader.fieldnames or ())
        if required not in headings or not set(headings) <= set(columns) or len(set(headings)) < len(headings):
            raise UsageError(f"{file}, line 1: write the headings {', '.join(columns)}; only {required} is required")
        results, problems = _read_rows(reader, make)
    except csv.Error as error:
        raise UsageError(f"{file}, line {reader.line_num}: {error}; save it from Excel as “CSV UTF-8”") from error
    if problems:
        more = [f"and {len(problems) - _MOST_NAMED} more lines"] if len(problems) > _MOST_NAMED else []
        raise UsageError("\n".join([f"{file}: nothing was added", *problems[:_MOST_NAMED], *more]))
    if not results:
        raise UsageError(f"{file} lists nothing: write a line for each, below the headings")
    return tuple(results)


def _read_rows(
    reader: "csv.DictReader[str]", make: Callable[[Mapping[str, str]], _Listed]
) -> tuple[list[_Listed], list[str]]:
    """Return what the lines that are right say, and the problems of the others."""
    results: list[_Listed] = []
    problems: list[str] = []
    for row in reader:
        try:
            results.append(make(_values(row)))
        except UsageError as error:
            problems.append(f"line {reader.line_num}: {error}")
    return results, problems


def _values(row: Mapping[str, str | None]) -> dict[str, str]:
    if "" in row:
        raise UsageError("it has more values than headings: put texts that contain a separator in quotes")
    return {column: value or "" for column, value in row.items()}


def parse_day(text: str, name: str) -> date:
    """Return the day that a person wrote.

    Raises:
        UsageError: it is none; the message calls it the `name` day.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"the {name} day {text} is none: write it as 2025-12-31") from None
