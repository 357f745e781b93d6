"""What a revision changed: `changes.json` of its folder, and the feed of revisions."""

import json
from xml.etree import ElementTree as ET

import pytest

from domain.catalog.catalog import Catalog
from domain.rollups import ChangeKind, RollupChange, kind_of_changes
from publishing.data.changes_file import write_changes
from publishing.data.revisions_feed import FeedEntry, write_feed
from tests.publishing.revisions import build_revision, correction
from warehouse.queries import Revision
from warehouse.rollups.newest_figures import RevisionHead

ATOM = {"a": "http://www.w3.org/2005/Atom"}


def head_of(revision: Revision, **changes: object) -> RevisionHead:
    """Return the head of a revision."""
    facts = {name: getattr(revision, name, None) for name in RevisionHead._fields}
    return RevisionHead(**{**facts, "key": revision.number, "period": revision.period.id, **changes})


def entries_of(feed: bytes) -> list[ET.Element]:
    """Return the entries of a feed."""
    return ET.fromstring(feed).findall("a:entry", ATOM)  # noqa: S314 # made by ourselves


@pytest.mark.parametrize(
    ("number", "changes", "kind"),
    [
        (1, [], ChangeKind.FIRST),
        (2, [("value", "94.2", "94.3"), ("notes", "a", "b")], ChangeKind.FIGURES_MOVED),
        (2, [("value", "94.2", "")], ChangeKind.FIGURES_MOVED),
        (2, [("numerator", "", "12"), ("units_missing", "1", "0")], ChangeKind.FIGURES_ADDED),
        (2, [("notes", "a", "b"), ("units_late", "0", "1")], ChangeKind.WORDS_ONLY),
    ],
)
def test_kind_says_whether_figures_moved(number: int, changes: list[tuple[str, str, str]], kind: ChangeKind) -> None:
    """A figure that was there and is another moved; one that was not there was added; the rest are words."""
    assert kind_of_changes(number, [RollupChange("dd_kichhoat", *change, None) for change in changes]) is kind


def test_changes_file_names_columns_and_files(catalog: Catalog) -> None:
    """Every change with the name of the file behind it; the first revision has none."""
    revision = correction(catalog)
    content = json.loads(write_changes(revision))
    assert (content["revision"], content["kind"]) == (2, "figures_moved")
    assert len(content["changes"]) == len(revision.changes)
    assert {change["file_name"] for change in content["changes"]} == {"Ma Nới 01-T.xlsx"}
    assert json.loads(write_changes(build_revision(catalog)))["changes"] == []


def test_feed_is_the_same_for_the_same_revisions(catalog: Catalog) -> None:
    """Ids stay when other entries come; links lead to the folder; the feed's moment is the newest entry's."""
    old, new = build_revision(catalog), correction(catalog)
    entries = [
        FeedEntry(head_of(new), "2025-05/585", ChangeKind.FIGURES_MOVED),
        FeedEntry(head_of(old), "2025-04/585", ChangeKind.FIRST),
    ]
    feed = write_feed(entries, catalog, "vi")
    assert feed == write_feed(entries, catalog, "vi")
    (alone,) = entries_of(write_feed(entries[1:], catalog, "vi"))
    ids = [entry.findtext("a:id", namespaces=ATOM) for entry in entries_of(feed)]
    assert ids[1] == alone.findtext("a:id", namespaces=ATOM)
    assert len(set(ids)) == 2
    assert [link.get("href") for link in entries_of(feed)[0].findall("a:link", ATOM)] == [
        "../2025-05/585/report.html",
        "../2025-05/585/changes.json",
    ]
    assert b"<updated>2025-05-16T18:30:00Z</updated>" in feed
