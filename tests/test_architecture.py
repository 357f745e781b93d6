"""The picture of the packages in docs/architecture.md is what the code and the contracts of import-linter say."""

import re
import tomllib
from functools import cache
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[1]
DOCUMENT = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PACKAGES = ("cli", "web", "flows", "publishing", "connectors", "workbooks", "expectations", "warehouse", "domain")
ARROW = re.compile(r"(\w+)(?:\[\"[^\"]*\"\])? --> (\w+)")
BOX = re.compile(r"(\w+)\[\"(\w+): ([^\"]*)\"\]")


@cache
def drawn() -> set[tuple[str, str]]:
    """Return the arrows of the picture."""
    return {(above, below) for above, below in ARROW.findall(DOCUMENT) if {above, below} <= set(PACKAGES)}


@cache
def imported() -> set[tuple[str, str]]:
    """Return the packages that import another, and which."""
    graph = grimp.build_graph(*PACKAGES)
    pairs = {
        (module.split(".")[0], target.split(".")[0])
        for module in graph.modules
        for target in graph.find_modules_directly_imported_by(module)
    }
    return {(above, below) for above, below in pairs if above != below}


def reachable(package: str) -> set[str]:
    """Return the packages that the arrows of one lead to."""
    below = {target for source, target in drawn() if source == package}
    return below.union(*map(reachable, below))


def test_every_arrow_is_an_import() -> None:
    """No arrow is drawn that no module needs."""
    assert len(drawn()) > len(PACKAGES)
    assert drawn() - imported() == set()


def test_every_import_follows_the_arrows() -> None:
    """A package imports only what its arrows lead to."""
    assert {(above, below) for above, below in imported() if below not in reachable(above)} == set()


def test_boxes_list_the_layers() -> None:
    """A box has the sub-packages of its package's contract, in its order."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = {
        contract["containers"][0]: ", ".join(contract["layers"]) for contract in contracts if contract.get("containers")
    }
    boxes = {package: text for _, package, text in BOX.findall(DOCUMENT)}
    assert len(layers) >= 4
    assert {package: boxes[package] for package in layers} == layers
