"""The SQL views for Metabase, Superset and Excel: their columns, what these mean, and keeping them up to date."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect

READER_ROLE: Final = "tonghop_reader"
"""The PostgreSQL role that may read the views and nothing else; `deploy/read_only_role.sql` makes it."""

_FOLDER: Final = Path(__file__).parent
_COLUMN = re.compile(r"^\s+(?P<made>.*?)(?:\bAS\s+(?P<name>\w+)|\.(?P<same>\w+)),?\s*-- (?P<means>.+)$", re.MULTILINE)
_EXACT = re.compile(r"\bexact\(([\w.]+)\)")
_HOLDS = re.compile(r"\bholds\(([\w.]+), ([\w.]+)\)")
_COMMENT = re.compile(r"\s*-- .*$", re.MULTILINE)
# SQLite keeps figures in millionths, and as text what no integer holds, see decision 30; and has its own way to look
# into a list.
_SPELLINGS = {
    "postgresql": (r"\1", r"jsonb_exists(CAST(\1 AS jsonb), \2)"),
    "sqlite": (
        r"CASE typeof(\1) WHEN 'text' THEN CAST(substr(\1, 2) AS REAL) ELSE \1 / 1000000.0 END",
        r"EXISTS (SELECT 1 FROM json_each(\1) AS each WHERE each.value = \2)",
    ),
}


@dataclass(frozen=True, slots=True)
class SqlView:
    """A view: what one row of it is, what each column means in order, and the SQL behind it."""

    name: str
    row: str
    columns: Mapping[str, str]
    source: str

    def select_on(self, engine: str) -> str:
        """The view's SELECT as that engine (`sqlite` or `postgresql`) understands it."""
        exact, holds = _SPELLINGS[engine]
        return _HOLDS.sub(holds, _EXACT.sub(exact, _COMMENT.sub("", self.source)))


def views() -> tuple[SqlView, ...]:
    """The views, by name."""
    return tuple(_view(path) for path in sorted(_FOLDER.glob("*.sql")))


def are_current(connection: Connection) -> bool:
    """Whether the database has these very views."""
    if connection.dialect.name == "sqlite":
        result = "SELECT name, sql FROM sqlite_master WHERE type = 'view'"
        wanted = {view.name: _statement(view, "sqlite") for view in views()}
    else:
        result = "SELECT relname, obj_description(oid, 'pg_class') FROM pg_class WHERE relkind = 'v'"
        wanted = {view.name: _comment(view) for view in views()}
    results = dict(connection.exec_driver_sql(result).tuples().all())
    return {name: results.get(name) for name in wanted} == wanted


def drop_views(connection: Connection) -> None:
    """Take the views away: no table can change its shape under them."""
    there = set(inspect(connection).get_view_names())
    for view in views():
        if view.name in there:
            connection.exec_driver_sql(f"DROP VIEW {view.name}")


def make_views(connection: Connection) -> None:
    """Make the views on migrated tables; on PostgreSQL with comments, and readable for the role that may read them."""
    engine = connection.dialect.name
    for view in views():
        connection.exec_driver_sql(_statement(view, engine))
        if engine == "postgresql":
            _explain(connection, view)
    if engine == "postgresql" and _has_reader(connection):
        names = ", ".join(view.name for view in views())
        connection.exec_driver_sql(f"GRANT SELECT ON {names} TO {READER_ROLE}")


def _view(path: Path) -> SqlView:
    source = path.read_text(encoding="utf-8")
    first, _, body = source.partition("\n")
    columns = {match["name"] or match["same"]: match["means"] for match in _COLUMN.finditer(body)}
    return SqlView(path.stem, first.removeprefix("-- "), columns, body)


def _statement(view: SqlView, engine: str) -> str:
    return f"CREATE VIEW {view.name} AS {view.select_on(engine).strip()}"


def _comment(view: SqlView) -> str:
    """What the view is, and what tells it from its other versions."""
    return f"{view.row} [{sha256(view.source.encode()).hexdigest()[:12]}]"


def _explain(connection: Connection, view: SqlView) -> None:
    texts = {f"VIEW {view.name}": _comment(view)}
    texts |= {f"COLUMN {view.name}.{column}": means for column, means in view.columns.items()}
    for what, means in texts.items():
        quoted = means.replace("'", "''")
        connection.exec_driver_sql(f"COMMENT ON {what} IS '{quoted}'")


def _has_reader(connection: Connection) -> bool:
    return connection.exec_driver_sql(f"SELECT 1 FROM pg_roles WHERE rolname = '{READER_ROLE}'").first() is not None  # noqa: S608 # a constant
