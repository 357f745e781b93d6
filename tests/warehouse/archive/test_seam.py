"""Code that names an archived table also asks for its archived rows, or is known to need none."""

import ast
from pathlib import Path

from tests.source_trees import nodes_of

ROOT = Path(__file__).parents[3]
ARCHIVED = {"ObservationRow", "RollupContributionRow", "CONTRIBUTED"}
SEAM = "warehouse.archive.reading"
NEEDS_NONE = {
    "warehouse/archive/tables.py": "names what is archived",
    "warehouse/models/__init__.py": "names all tables",
    "warehouse/models/observations.py": "is the table",
    "warehouse/models/rollups.py": "is the table",
    "warehouse/queries/earlier/excerpt.py": "reads by `contribution_rows_of`, which asks",
    "warehouse/submissions/loading.py": "only writes",
}


def test_readers_of_archived_tables_ask_for_archived_rows() -> None:
    """A module of the warehouse that names such a table imports from the seam, unless it is listed with its reason."""
    without = set()
    for path in (ROOT / "warehouse").rglob("*.py"):
        names = {node.id for node in nodes_of(path) if isinstance(node, ast.Name)}
        names |= {node.name for node in nodes_of(path) if isinstance(node, ast.ClassDef | ast.alias)}
        imported = {node.module for node in nodes_of(path) if isinstance(node, ast.ImportFrom)}
        if names & ARCHIVED and SEAM not in imported:
            without.add(path.relative_to(ROOT).as_posix())
    assert without == NEEDS_NONE.keys()
