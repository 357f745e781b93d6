"""The how-to pages: followed literally in a copy of the sources, each does what it states and costs what it counts."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from tests.catalogs import copy_small
from tests.restored_folder import RestoredFolder

ROOT = Path(__file__).parent.parent
PAGES = sorted(path.name for path in (ROOT / "docs" / "how-to").glob("*.md") if path.name != "README.md")
_PACKAGES = (
    "catalog",
    "cli",
    "connectors",
    "domain",
    "expectations",
    "flows",
    "publishing",
    "warehouse",
    "web",
    "workbooks",
)
_BLOCK = re.compile(r"^```(?P<kind>\w+)(?: title=(?P<file>\S+))?\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_COUNT = re.compile(r"^Files changed: (?P<changed>\d+), of which (?P<new>\d+) new\.$")


@dataclass(frozen=True)
class PageBlock:
    """A fenced block: a new file, lines to change in a file (`diff`), commands (`sh`), or their output (`text`)."""

    kind: str
    file: str | None
    text: str


def blocks(page: str) -> list[PageBlock]:
    """Return the blocks of a page, in order."""
    return [PageBlock(match["kind"], match["file"], match["text"]) for match in _BLOCK.finditer(read(page))]


def read(page: str) -> str:
    """Return the text of a page."""
    return (ROOT / "docs" / "how-to" / page).read_text("utf-8")


def apply_diff(target: Path, diff: str) -> None:
    """Replace the block's old lines, which have to stand in the file exactly once, by its new ones."""
    lines = diff.splitlines(keepends=True)
    old = "".join(line[1:] for line in lines if line[0] != "+")
    new = "".join(line[1:] for line in lines if line[0] != "-")
    content = target.read_text("utf-8")
    assert content.count(old) == 1, f"{target.name} has {content.count(old)} times:\n{old}"
    target.write_text(content.replace(old, new), "utf-8")


def run(script: str, root: Path) -> str:
    """Run commands in the copy and return what they print."""
    environment = {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "PYTHONPATH": str(root),
        "TONGHOP_HOME": str(root / "var"),
        "HOME": str(root),
        "COLUMNS": "120",
    }
    done = subprocess.run(
        ["bash", "-euc", script], cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def follow(page: str, root: Path) -> None:
    """Do what the blocks of a page say, in order; each `text` block is in the output of the commands before it."""
    output = ""
    for block in blocks(page):
        if block.kind == "sh":
            output = run(block.text, root)
        elif block.kind == "text":
            for line in block.text.splitlines():
                assert line.strip() in output, f"{page}: {line!r} is not in\n{output}"
        elif block.file is None:
            pytest.fail(f"{page} does not name the file of a {block.kind} block")
        elif block.kind == "diff":
            apply_diff(root / block.file, block.text)
        else:
            assert not (root / block.file).exists(), f"{page} writes over {block.file}"
            (root / block.file).write_text(block.text, "utf-8")


def sources(root: Path) -> dict[Path, bytes]:
    """Return the files of the packages in a copy, compiled ones apart."""
    files = [path for package in _PACKAGES for path in (root / package).rglob("*") if path.is_file()]
    return {path.relative_to(root): path.read_bytes() for path in files if "__pycache__" not in path.parts}


def changes(before: Mapping[Path, bytes], after: Mapping[Path, bytes]) -> list[Literal["changed", "new"]]:
    """Return how each source file that differs from what it was came to."""
    return ["changed" if file in before else "new" for file, data in after.items() if before.get(file) != data]


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> RestoredFolder:
    """A copy of our packages, with a small catalogue, as each command loads it."""
    root = tmp_path_factory.mktemp("sources")
    for package in _PACKAGES:
        shutil.copytree(ROOT / package, root / package)
    copy_small(root / "catalog")
    return RestoredFolder(root)


@pytest.fixture
def copy(packages: RestoredFolder) -> Iterator[Path]:
    """The copy, with our tests beside it; restored afterwards."""
    (packages.path / "tests").symlink_to(ROOT / "tests")
    yield packages.path
    packages.restore()


@pytest.mark.parametrize("page", PAGES)
def test_the_page_can_be_followed(page: str, copy: Path) -> None:
    """Its blocks apply, its commands print what it shows, and its last line counts the files that it changes."""
    before = sources(copy)
    follow(page, copy)
    stated = _COUNT.match(read(page).splitlines()[-1])
    assert stated, f"the last line of {page} states no count of files"
    made = changes(before, sources(copy))
    assert (len(made), made.count("new")) == (int(stated["changed"]), int(stated["new"]))


def test_every_page_shows_a_result() -> None:
    """A page without output to compare would prove nothing; the index and CONTRIBUTING.md name every page."""
    index = read("README.md")
    for page in PAGES:
        assert any(block.kind == "text" for block in blocks(page)), page
        assert f"({page})" in index, page
    assert "docs/how-to/" in (ROOT / "CONTRIBUTING.md").read_text("utf-8")
