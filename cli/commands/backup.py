"""`tonghop backup`, `restore` and `copy`: back a warehouse up, restore it, copy it to another engine."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from cli.output.terminal import Terminal, TextTerminal, open_text_terminal
from flows.support.settings import Settings

if TYPE_CHECKING:
    from flows.actions.backup import BackupManifest
    from flows.actions.backup_contents import OnProgress

DONE = 0
SOME_LOST = 1


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Archive to write, e.g. tonghop-2025-06-15.tar.gz.")],
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace the archive if it is there.")] = False,
) -> None:
    """Keep warehouse, files received, closed periods' bundles and catalogue in one archive; safe during a nightly run.

    What is published is left out: it can be made again from these. What is damaged is named, everything else kept; then
    it ends with 1.

    Example: tonghop backup tonghop-2025-06-15.tar.gz
    """
    from datetime import UTC, datetime

    from domain.errors import UsageError
    from flows.actions.backup import make_backup
    from flows.support.catalog import open_catalog
    from flows.support.stores.opening import open_landing
    from flows.support.warehouse import open_database

    settings: Settings = context.obj
    if file.exists() and not force:
        raise UsageError(f"{file} is there already: name another file, or replace it with --force")
    catalog = open_catalog(settings)
    terminal = Terminal(catalog, settings.lang)
    with _counting(terminal) as watch:
        engine = open_database(settings.database)
        landing = open_landing(settings)
        target = file.absolute()
        made = make_backup(engine, landing, catalog, settings.home, target, at=datetime.now(UTC), watch=watch)
    terminal.say("backup_made", files=made.landed, submissions=made.rows.get("submission", 0))
    is_whole = _show_losses(terminal, made)
    terminal.print_path(file.absolute())
    raise typer.Exit(DONE if is_whole else SOME_LOST)


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Archive that `tonghop backup` made.")],
) -> None:
    """Bring a backup back into an empty home (TONGHOP_HOME) and an empty warehouse, and see that nothing differs.

    Example: tonghop restore tonghop-2025-06-15.tar.gz
    """
    from flows.actions.backup import restore_backup
    from flows.support.stores.opening import open_landing
    from flows.support.warehouse import open_database

    settings: Settings = context.obj
    terminal = open_text_terminal(settings)
    with _counting(terminal) as watch:
        engine = open_database(settings.database)
        landing = open_landing(settings)
        restored = restore_backup(file, engine, landing, settings.home, watch, limits=settings.unpack_limits)
    manifest = restored.manifest
    submissions = manifest.rows.get("submission", 0)
    terminal.say("backup_restored", files=manifest.landed, submissions=submissions, made_at=manifest.made_at)
    if restored.catalog is not None:
        terminal.say("backup_catalog", path=restored.catalog)
    raise typer.Exit(DONE if _show_losses(terminal, manifest) else SOME_LOST)


def copy(
    context: typer.Context,
    *,
    target: Annotated[str, typer.Option("--to", help="URL of an empty database: postgresql://user@host/name.")],
) -> None:
    """Copy the warehouse to another, empty database, on the day one file is too small, and see that nothing differs.

    The original is only read. Files received stay where they are.

    Example: tonghop copy --to postgresql://tonghop@localhost/tonghop
    """
    from flows.support.warehouse import open_database
    from warehouse.store.copying import copy_warehouse

    settings: Settings = context.obj
    terminal = open_text_terminal(settings)
    with _counting(terminal) as watch:
        engines = open_database(settings.database), open_database(target)
        contents = copy_warehouse(*engines, lambda _table, rows: watch("rows", rows))
    terminal.say("copy_made", rows=sum(content.rows for content in contents.values()), tables=len(contents))
    terminal.say("copy_next", "dim")


def _show_losses(terminal: TextTerminal, manifest: "BackupManifest") -> bool:
    """Name what is not in a backup, and return whether that is nothing."""
    from flows.actions.backup_contents import WAREHOUSE

    for path in manifest.lost:
        terminal.say("bundle_lost", "yellow", path=path)
    for name, what in manifest.damaged.items():
        if name != WAREHOUSE:
            terminal.say("backup_file_damaged", "yellow", name=name, path=what or "?")
        elif WAREHOUSE in manifest.files:
            terminal.say("backup_warehouse_mended", "yellow", what=what)
        else:
            terminal.say("backup_warehouse_damaged", "bold red", what=what)
    return not (manifest.lost or manifest.damaged)


@contextmanager
def _counting(terminal: TextTerminal) -> "Iterator[OnProgress]":
    """Show how many rows and files are done; the total is not known beforehand."""
    columns = SpinnerColumn(), TextColumn("{task.description}: {task.completed:.0f}"), TimeElapsedColumn()
    with Progress(*columns, console=terminal.console, transient=True) as progress:
        bars = {kind: progress.add_task(terminal.text(f"counting_{kind}"), total=None) for kind in ("rows", "files")}
        yield lambda kind, count: progress.advance(bars[kind], count)
