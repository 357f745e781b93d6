"""CPU time of each file of the published revisions: every one is rendered again, none is written.

    TONGHOP_HOME=… python -m benchmarks.outputs

Prints a JSON object: file → CPU seconds for the newest revision of every area and period. What several files share,
assembling a revision's figures in a language, counts for the first of them.
"""

import json
import sys
import time
from collections import Counter

from sqlalchemy import select

from flows.support.context import build_context
from flows.support.settings import load_settings
from publishing.editions import EDITION
from publishing.publish import WRITERS, Rendering
from warehouse.models import PublicationRow, RollupRevisionRow
from warehouse.queries import revision_to_publish
from warehouse.queries.revisions import ref_of
from warehouse.store.engine import reading


def main() -> None:
    """Render the published revisions of the settings' home and print the seconds of each file."""
    context = build_context(load_settings())
    seconds: Counter[str] = Counter()
    with reading(context.engine) as session:
        heads = session.scalars(
            select(RollupRevisionRow).where(RollupRevisionRow.id.in_(select(PublicationRow.revision_id)))
        ).all()
        for head in heads:
            began = time.process_time()
            rendering = Rendering(
                revision_to_publish(session, context.catalog, ref_of(head)), context.catalog, context.lang, EDITION
            )
            seconds["read from the warehouse"] += time.process_time() - began  # type: ignore[assignment] # a Counter of seconds
            for name, write in WRITERS[EDITION].items():
                began = time.process_time()
                write(rendering)
                seconds[name] += time.process_time() - began  # type: ignore[assignment]
    json.dump(dict(seconds), sys.stdout)


if __name__ == "__main__":
    main()
