"""What all readers of catalogue files share: days, spans, texts in both languages, ids that come once."""

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from domain.catalog.errors import CatalogError
from domain.catalog.files import YamlDocument
from domain.texts import Text

_T = TypeVar("_T")


def day_of(text: str | None, complain: Callable[[str, str], CatalogError]) -> date | None:
    """A day from its text; the schema has checked its shape, not that the calendar has it.

    Raises:
        CatalogError: there is no such day.
    """
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as problem:
        raise complain(f"{text} is no day of the calendar", "write an existing day as 2025-06-30") from problem


def span_of(raw: dict[str, Any], document: YamlDocument, *steps: str | int) -> tuple[date | None, date | None]:
    """The days `valid_from` and `valid_to` of an entry.

    Raises:
        CatalogError: a day does not exist, or the two are out of order.
    """

    def complain(problem: str, remedy: str) -> CatalogError:
        return document.error(problem, remedy, *steps)

    first, last = day_of(raw.get("valid_from"), complain), day_of(raw.get("valid_to"), complain)
    if first and last and last < first:
        raise complain(f"valid_to {last} lies before valid_from {first}", "put the days in order")
    return first, last


def text_of(raw: dict[str, str]) -> Text:
    """A text in both languages."""
    return Text(vi=raw["vi"], en=raw["en"])


def add_once(entries: dict[str, _T], key: str, value: _T, document: YamlDocument, *steps: str | int) -> None:
    """Enter a value under an id that nothing else may have.

    Raises:
        CatalogError: the id is taken.
    """
    if key in entries:
        raise document.error(f"the id {key!r} is already taken", "give every entry an id of its own", *steps)
    entries[key] = value
