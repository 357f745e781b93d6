"""Write the next migration, from what models have and migrations lack: `python -m warehouse.migrations.new "…"`."""

import sys
import tempfile
from pathlib import Path
from typing import Literal

from alembic import command
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, create_engine

from warehouse.migrations.apply import configuration, upgrade
from warehouse.migrations.current import newest_migration
from warehouse.models.exact import ExactNumber, RuleNumber, UtcMoment, Words

# A migration must mean the same after the models moved on, so it names plain types instead of ours.
_PLAIN = {
    ExactNumber: 'sa.Numeric(24, 6).with_variant(sa.BigInteger(), "sqlite")',
    RuleNumber: 'sa.Numeric().with_variant(sa.REAL(), "sqlite")',
    UtcMoment: "sa.DateTime(timezone=True)",
    Words: "sa.Text()",
}


def render(kind: str, item: object, _context: AutogenContext) -> str | Literal[False]:
    """Render our column types as plain SQLAlchemy; leave any other object to Alembic."""
    return _PLAIN.get(type(item), False) if kind == "type" else False


def write(connection: Connection, message: str, number: str) -> None:
    """Compare the models with a freshly migrated database and write the difference as the next migration."""
    upgrade(connection)
    config = configuration(connection)
    config.attributes["render_item"] = render
    command.revision(config, message, autogenerate=True, rev_id=number)


def main() -> None:
    """Write the next migration; its number follows the last one's."""
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{Path(folder) / 'empty.db'}")
        with engine.begin() as connection:
            # `upgrade` commits first; a plain engine's driver begins no transaction until something is written.
            connection.exec_driver_sql("BEGIN")
            write(connection, sys.argv[1], f"{int(newest_migration()) + 1:04}")


if __name__ == "__main__":
    main()
