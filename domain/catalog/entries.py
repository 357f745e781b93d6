"""What all readers of catalogue files share: ids that come once."""

from typing import TypeVar

from domain.catalog.files import YamlDocument

_T = TypeVar("_T")


def add_once(entries: dict[str, _T], key: str, value: _T, document: YamlDocument, *steps: str | int) -> None:
    """Enter a value under an id that nothing else may have.

    Raises:
        CatalogError: the id is taken.
    """
    if key in entries:
        raise document.error(f"the id {key!r} is already taken", "give every entry an id of its own", *steps)
    entries[key] = value
