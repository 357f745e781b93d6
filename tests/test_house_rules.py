"""Rules about the code itself: what a newcomer may rely on without reading everything."""

import ast
import importlib.util
import re
import subprocess
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

from domain.indicators import Indicator
from flows.service.files import AUTOMATIONS, DEPLOYMENTS
from tests.source_trees import nodes_of

ROOT = Path(__file__).parent.parent
PACKAGES = ("cli", "web", "flows", "publishing", "connectors", "workbooks", "expectations", "warehouse", "domain")


def tracked_files(*patterns: str) -> list[Path]:
    """Files under version control (or about to be) that match."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def product_modules() -> list[Path]:
    """Return all Python files of the packages, migrations left out."""
    return [
        path for path in tracked_files(*(f"{package}/*.py" for package in PACKAGES)) if "versions" not in path.parts
    ]


def string_constants(path: Path) -> Iterator[str]:
    """All string literals of a module, docstrings included."""
    for node in nodes_of(path):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_all_packages_come_from_this_checkout() -> None:
    """Every package is imported from one place, so no other distribution shadows one of the generic names."""
    origins = {Path(str(importlib.util.find_spec(package).origin)).parent.parent for package in PACKAGES}  # type: ignore[union-attr] # a package that cannot be found fails the test as it should
    assert origins == {ROOT}


def test_no_indicator_code_in_code(indicators: Mapping[str, Indicator]) -> None:
    """No package names an indicator: they live in the catalogue."""
    named = re.compile(rf"\b(?:{'|'.join(map(re.escape, indicators))})\b")
    results = {
        (path.relative_to(ROOT), text)
        for path in product_modules()
        for text in string_constants(path)
        if named.search(text)
    }
    assert results == set()


def test_source_files_stay_small() -> None:
    """No source file passes 400 lines: by then it does two jobs."""
    assert [path for path in product_modules() if len(path.read_text(encoding="utf-8").splitlines()) > 400] == []


def test_commands_and_sites_open_nothing_themselves() -> None:
    """Engine and catalogue are opened in flows.support only: no file of cli or web imports what opens them."""
    openers = {"create_engine", "load_catalog", "migrate", "open_engine"}
    results = {
        (path.relative_to(ROOT).as_posix(), alias.name)
        for path in tracked_files("cli/*.py", "web/*.py")
        for node in nodes_of(path)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name in openers
    }
    assert results == set()


def test_every_file_is_nfc() -> None:
    """Vietnamese in code, catalogue and documents is NFC, so that texts compare equal."""
    texts = tracked_files("*.py", "*.yaml", "*.csv", "*.md", "*.j2")
    assert [path for path in texts if not unicodedata.is_normalized("NFC", path.read_text(encoding="utf-8"))] == []


def test_nothing_names_a_package_index_or_a_home() -> None:
    """No tracked file holds the address of a package index or a path of somebody's machine."""
    forbidden = re.compile(r"/[s]imple/|index[-]url|files\.pythonhosted|/(?:root|home)/\w|/[w]ork/")
    here = Path(__file__)
    results = [
        path
        for path in tracked_files("*")
        if path != here and forbidden.search(path.read_text(encoding="utf-8", errors="ignore"))
    ]
    assert results == []


def test_every_make_target_is_explained() -> None:
    """CONTRIBUTING.md names each make target that `make help` lists."""
    targets = re.findall(r"^([a-z.-]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert len(targets) > 10
    missing = [name for name in targets if not re.search(rf"(^|`)make {re.escape(name)}[ `]", page, re.MULTILINE)]
    assert missing == []


def test_constraints_hold_no_addresses() -> None:
    """The constraints are names and versions only, one a line."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9_.\-]+==[A-Za-z0-9_.!+\-]+", line)] == []


def test_definitions_for_prefect_lie_at_the_top() -> None:
    """`prefect.yaml` and the automations beside it are what a package ships and `tonghop up` applies."""
    for name, shipped in (("prefect.yaml", DEPLOYMENTS), ("automations.yaml", AUTOMATIONS)):
        assert shipped.resolve() == ROOT / name
