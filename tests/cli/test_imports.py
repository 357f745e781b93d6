"""What commands import: each only what it needs, so that `--help` waits for nothing and few wait for Prefect."""

import json
import subprocess
import sys
from collections.abc import Mapping

import pytest

from domain.catalog.catalog import Catalog
from tests.builders import make_workbook
from tests.flows.deployments.prefect_server import clean_environment
from tests.flows.pipeline.nightly_runs import AREA

pytestmark = pytest.mark.xdist_group("imports")  # asked of one process

WORKBOOK = "b.xlsx"
REPORT = ("--period", "2025-05", "--unit", "22813")
FIGURES = ("--area", AREA, "--period", "2025-05")
COMMANDS = {
    "help": [[*words, "--help"] for words in ([], ["template"], ["status"], ["explain"], ["nightly"])],
    "rules": [["rules", "list"], ["rules", "list", "--json"], ["rules", "show", "jump"]],
    "template": [["template", *REPORT]],
    "status": [["status", *FIGURES], ["explain", *FIGURES, "--indicator", "any"], ["history", *REPORT]],
    "runs": [["runs", "--expect", "06:00", "--mail"]],
    "check": [["check", WORKBOOK, "--json"]],
}
"""Commands by what they have in common, from the lightest to the heaviest; none needs a warehouse."""
HEAVY = {"sqlalchemy", "prefect", "great_expectations", "altair", "boto3", "pandas", "pyarrow", "scipy", "psycopg"}
_SCRIPT = """
import json, sys
from cli.main import main
imported = {}
for name, commands in json.loads(sys.argv[1]).items():
    before = set(sys.modules) if imported else set()
    for arguments in commands:
        sys.argv = ["tonghop", *arguments]
        try:
            main()
        except SystemExit:
            pass
    imported[name] = sorted({module.partition(".")[0] for module in set(sys.modules) - before})
print("\\n" + json.dumps(imported))
"""


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory, catalog: Catalog) -> Mapping[str, set[str]]:
    """Return the top-level packages of which the commands imported something that those before them had not."""
    folder = tmp_path_factory.mktemp("imports")
    (folder / WORKBOOK).write_bytes(make_workbook(catalog, "22816", "2025-05"))
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, json.dumps(COMMANDS)],
        cwd=folder,
        env=clean_environment(TONGHOP_HOME=str(folder / "home")),
        check=True,
        capture_output=True,
        text=True,
    )
    return {name: set(packages) for name, packages in json.loads(done.stdout.splitlines()[-1]).items()}


@pytest.mark.parametrize(
    ("name", "needed"),
    [
        ("help", set()),
        ("rules", set()),
        ("template", set()),
        ("status", {"sqlalchemy"}),
        ("runs", set()),
        ("check", {"great_expectations"}),
    ],
)
def test_commands_import_only_what_they_need(imported: Mapping[str, set[str]], name: str, needed: set[str]) -> None:
    """Help, rules and forms need no warehouse, only a check evaluates rules, none needs Prefect or PostgreSQL."""
    assert imported[name]  # it was carried out
    assert imported[name] & HEAVY == needed
