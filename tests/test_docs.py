"""The documentation: paths and dotted names in backticks are those of the sources."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = sorted(path.parent.name for path in ROOT.glob("*/py.typed"))
FOLDERS = {*PACKAGES, "benchmarks", "catalog", "deploy", "docs", "tests"}
DOCS = (
    ROOT / "CONTRIBUTING.md",
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs" / "how-to").glob("*.md")),
    *sorted(path for package in PACKAGES for path in (ROOT / package).rglob("README.md")),
)
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_PATH = re.compile(r"`([\w.-]+/[\w./-]*)`")
_DOTTED = re.compile(r"`([a-z_]\w*(?:\.\w+)+)(?:\([^`]*\))?`")
_FILE_NAME = re.compile(r".*\.(csv|env|html|json|md|service|sql|toml|xlsx?|yaml)")


def read(doc: Path) -> str:
    """Return the prose of a document, without its blocks of code."""
    return _FENCED.sub("", doc.read_text("utf-8"))


def package_of(doc: Path) -> str | None:
    """Return the package that a README describes, within which its names may be relative; None for other documents."""
    folder = doc.relative_to(ROOT).parts[0]
    return folder if folder in PACKAGES else None


def missing_paths(doc: Path) -> list[str]:
    """Return the paths that lead nowhere; of other documents than a package's README those into our folders."""
    bases = [ROOT, ROOT / "catalog", doc.parent] if package_of(doc) else [ROOT]
    paths = [path for path in _PATH.findall(read(doc)) if package_of(doc) or path.split("/")[0] in FOLDERS]
    return [path for path in paths if not any((base / path).exists() for base in bases)]


def missing_names(doc: Path) -> list[str]:
    """Return the dotted names that nothing has; of other documents than a package's README those of our packages."""
    package = package_of(doc)
    names = [
        name
        for name in _DOTTED.findall(read(doc))
        if not _FILE_NAME.fullmatch(name) and (package or name.split(".")[0] in PACKAGES)
    ]
    bases = [ROOT, ROOT / package, doc.parent] if package else [ROOT]
    return [name for name in names if not any(resolves(base, name.split(".")) for base in bases)]


def resolves(folder: Path, parts: list[str]) -> bool:
    """Return whether the name is a folder, a module or something that a module defines or imports."""
    head, *rest = parts
    if (folder / head).is_dir():
        return not rest or resolves(folder / head, rest)
    module = folder / f"{head}.py"
    if module.is_file():
        return not rest or ".".join(rest) in names_in(module)
    return ".".join(parts) in names_in(folder / "__init__.py")


@cache
def names_in(module: Path) -> frozenset[str]:
    """Return the names that a module defines or imports, and those of its classes' bodies after a dot."""
    if not module.is_file():
        return frozenset()
    names: set[str] = set()
    for node in ast.parse(module.read_text("utf-8")).body:
        own = _names_of(node)
        names |= own
        if isinstance(node, ast.ClassDef):
            names |= {f"{node.name}.{name}" for inner in node.body for name in _names_of(inner)}
    return frozenset(names)


def _names_of(node: ast.stmt) -> set[str]:
    match node:
        case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
            return {node.name}
        case ast.Assign():
            return {target.id for target in node.targets if isinstance(target, ast.Name)}
        case ast.AnnAssign(target=ast.Name(id=name)):
            return {name}
        case ast.Import() | ast.ImportFrom():
            return {alias.asname or alias.name for alias in node.names}
        case _:
            return set()


@pytest.mark.parametrize("doc", DOCS, ids=lambda doc: doc.relative_to(ROOT).as_posix())
def test_paths_and_names_exist(doc: Path) -> None:
    """A reader finds every path and every name that a document sends them to."""
    assert (missing_paths(doc), missing_names(doc)) == ([], [])


def test_every_decision_is_in_the_index_with_status_and_date() -> None:
    """The index has a row for each decision, in their order, and no number stands for two of them."""
    folder = ROOT / "docs" / "decisions"
    names = sorted(path.name for path in folder.glob("[0-9]*.md"))
    row = re.compile(r"^\| (\d{4}) \| \[.+\]\((.+)\) \| .+ \| \d{4}-\d\d-\d\d \|$", re.MULTILINE)
    rows = row.findall((folder / "README.md").read_text("utf-8"))
    assert [name for _, name in rows] == names
    assert [number for number, _ in rows] == sorted({name[:4] for name in names})
