"""What a revision changed, as JSON for programs: `changes.json` of its folder."""

import json

from domain.rollups import kind_of_changes
from domain.texts import visible
from warehouse.queries import Revision


def write_changes(revision: Revision) -> bytes:
    """Write which columns the revision changed, and of what kind that is: figures moved, were added, or only words."""
    content = {
        "area": revision.area,
        "area_name": visible(revision.area_name),
        "form": revision.form,
        "period": revision.period.id,
        "boundary": revision.boundary,
        "revision": revision.number,
        "published_at": revision.published_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "kind": kind_of_changes(revision.number, revision.changes),
        "changes": [
            {
                "indicator": change.indicator,
                "column": change.column,
                "before": visible(change.before),
                "after": visible(change.after),
                "file_name": visible(revision.file_names[change.sha256]) if change.sha256 else None,
                "file_sha256": change.sha256,
            }
            for change in revision.changes
        ],
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()
