"""Atom feed of the revisions that were published last (RFC 4287)."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from xml.etree import ElementTree as ET

from domain.catalog.catalog import Catalog
from domain.rollups import ChangeKind
from domain.texts import Lang, visible
from warehouse.rollups.newest_figures import RevisionHead

MOST_ENTRIES: Final = 200
_ATOM: Final = "http://www.w3.org/2005/Atom"
_NAMES: Final = uuid.UUID("8d7f3c52-6f3a-5d0b-9a53-3f0f5d1c7e21")
"""The namespace of our entries: the same revision has the same id for ever."""


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """A revision, its folder below the published one, and what it did to the one before."""

    head: RevisionHead
    path: str
    kind: ChangeKind


def write_feed(entries: Sequence[FeedEntry], catalog: Catalog, lang: Lang) -> bytes:
    """Write the feed, with addresses relative to its own; its moment is that of the newest entry."""
    ET.register_namespace("", _ATOM)
    feed = ET.Element(f"{{{_ATOM}}}feed")
    _add(feed, "id", f"urn:uuid:{_NAMES}")
    _add(feed, "title", _text(catalog, lang, "title"))
    _add(feed, "updated", _moment(max((entry.head.published_at for entry in entries), default=_NEVER)))
    _add(_add(feed, "author"), "name", "tổng hợp")
    _add(feed, "link", rel="self", href="revisions.atom")
    for entry in entries:
        head, item = entry.head, _add(feed, "entry")
        _add(item, "id", f"urn:uuid:{uuid.uuid5(_NAMES, '/'.join(map(str, _identity(head))))}")
        _add(item, "title", visible(f"{head.area_name} · {head.period} · {head.number}"))
        _add(item, "updated", _moment(head.published_at))
        _add(item, "category", term=entry.kind, label=_text(catalog, lang, f"kind_{entry.kind}"))
        _add(item, "link", rel="alternate", type="text/html", href=f"../{entry.path}/report.html")
        _add(item, "link", rel="related", type="application/json", href=f"../{entry.path}/changes.json")
        _add(item, "summary", _text(catalog, lang, f"kind_{entry.kind}"))
    ET.indent(feed)
    return bytes(ET.tostring(feed, encoding="utf-8", xml_declaration=True)) + b"\n"


_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _identity(head: RevisionHead) -> tuple[object, ...]:
    return head.area, head.area_valid_from, head.form, head.period, head.boundary, head.number


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    element.text = text
    return element


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _text(catalog: Catalog, lang: Lang, key: str) -> str:
    return catalog.texts.text(f"data.{key}", lang)
