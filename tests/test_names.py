"""Names in the code: one class name for one thing, the field's terms, and folders that a person can take in."""

import ast
import functools
import io
import re
import tokenize
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.source_trees import nodes_of
from tests.test_house_rules import ROOT, tracked_files

pytestmark = pytest.mark.xdist_group("names")  # the files are parsed once

STRUCK = frozenset(
    re.findall(
        r"\w+",
        """
        asked chance dice doubt doubts evidence filed foretell foretold forgetful found given hit hits house inert
        ledger lookout night nights nobody one ones owed portion portions room rooms said shelf slot slots standings
        storable telling told untold untraced voice watcher
        """,
    )
)
"""Identifiers that said nothing or were figures of speech; docs/glossary.md names the term in the place of each."""

MAY_NAME = re.compile(
    rf"(?<![\w.])(?:(?:class|def|as)\s+_*(?:{'|'.join(STRUCK)})\b"
    rf"|_*(?:{'|'.join(STRUCK)})\b(?!\s+(?!in\b)\w|\s*[.;'\"`?(\[]))",
    re.IGNORECASE,
)
"""What may name a thing by such a word: where another word, or the end of a sentence, follows it, it names none."""

NO_CODE = re.compile(r'"""(?s:.*?)"""|#.*')
"""Docstrings and comments."""

CLASS = re.compile(r"^ *class (\w+)[(:]", re.MULTILINE)

STRUCK_IN_PROSE = re.compile(r"\b(nights?|the house|a house|rooms?|whoever|nobody)\b", re.IGNORECASE)
"""Figures of speech in comments and docstrings: write nightly run, context, package, or name the person."""

PROSE_MAY_SAY = {Path("cli/commands/check.py"), Path(__file__).relative_to(ROOT)}
"""A command's help is a text for users; this module names the struck words."""

MOST_FILES = 25
UNIFORM = {"cli/commands", "expectations/kinds", "warehouse/migrations/versions"}
"""Folders whose files are all of one kind, so that their number tells nothing."""


@functools.cache
def sources() -> dict[Path, str]:
    """Return the text of all Python files but migrations, which are kept as they were released."""
    files = [path for path in tracked_files("*.py") if "versions" not in path.parts]
    return {path.relative_to(ROOT): path.read_text(encoding="utf-8") for path in files}


def identifiers(nodes_of_module: Sequence[ast.AST]) -> Iterator[tuple[int, str]]:
    """Yield line and name of everything that a module names itself; fields of classes are data and left out.

    A parameter `found` beside `expected` is the pair that an issue consists of.
    """
    fields = {
        id(target)
        for node in nodes_of_module
        if isinstance(node, ast.ClassDef)
        for statement in node.body
        if isinstance(statement, ast.AnnAssign | ast.Assign)
        for target in ast.walk(statement)
    }
    for node in nodes_of_module:
        match node:
            case ast.Name(id=name, ctx=ast.Store()) if id(node) not in fields:
                yield node.lineno, name
            case ast.FunctionDef(name=name, args=arguments) | ast.AsyncFunctionDef(name=name, args=arguments):
                yield node.lineno, name
                parameters = [each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
                pair = {"found"} if "expected" in parameters else set()
                yield from ((node.lineno, each) for each in parameters if each not in pair)
            case ast.Lambda(args=arguments):
                yield from ((node.lineno, each.arg) for each in arguments.args)
            case ast.ClassDef(name=name):
                yield node.lineno, name
            case ast.alias(asname=str(name)):
                yield node.lineno, name


def prose(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and text of every comment and docstring of a module in which one of the struck words stands."""
    source = sources()[path]
    if not STRUCK_IN_PROSE.search(source):
        return  # taking a module apart is what costs time
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    for node in nodes_of(ROOT / path):
        match node:
            case ast.Expr(value=ast.Constant(value=str(text))):
                yield node.lineno, text


def test_no_class_name_stands_for_two_things() -> None:
    """A class name means one thing wherever it is read."""
    places: dict[str, set[str]] = defaultdict(set)
    for path, source in sources().items():
        for name in CLASS.findall(source):
            places[name].add(path.as_posix())
    assert {name: sorted(paths) for name, paths in places.items() if len(paths) > 1} == {}


def test_struck_identifiers_stay_out() -> None:
    """Nothing is named by a word that the glossary replaces by the field's term."""
    named = [
        f"{path}:{line} {name}"
        for path, source in sources().items()
        if MAY_NAME.search(NO_CODE.sub("", source))
        for line, name in identifiers(nodes_of(ROOT / path))
        if name.strip("_").lower() in STRUCK
    ]
    named += [path.as_posix() for path in sources() if path.stem in STRUCK]
    assert named == []


def test_comments_and_docstrings_are_plain() -> None:
    """Comments and docstrings use the field's terms, not the figures of speech that they replaced."""
    riddles = [
        f"{path}:{line} {match.group()}"
        for path in sources()
        if path not in PROSE_MAY_SAY
        for line, text in prose(path)
        for match in STRUCK_IN_PROSE.finditer(re.sub(r"`[^`]*`", "", text))
    ]
    assert riddles == []


def test_documents_are_plain() -> None:
    """Documents, but for the list of struck words, name the person, process or program that they speak of."""
    documents = {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for path in tracked_files("*.md")
        if path.name != "glossary.md"
    }
    vague = re.compile(r"\b(?:whoever|nobody)\b", re.IGNORECASE)
    assert {name: vague.findall(text) for name, text in documents.items() if vague.search(text)} == {}


def test_folders_can_be_taken_in() -> None:
    """No folder holds more source files of its own than a person can take in."""
    files = Counter(path.parent.as_posix() for path in sources())
    assert {folder: number for folder, number in files.items() if number > MOST_FILES and folder not in UNIFORM} == {}


def test_every_sub_package_states_its_responsibility() -> None:
    """The `__init__.py` of every package and sub-package states its responsibility in a sentence."""
    packages = [
        path for path in sources() if path.name == "__init__.py" and path.parts[0] not in {"tests", "benchmarks"}
    ]
    assert [
        path.as_posix() for path in packages if len((ast.get_docstring(nodes_of(ROOT / path)[0]) or "").split()) < 4
    ] == []


def test_every_package_has_a_readme() -> None:
    """Each package describes in half a page its responsibility, its entry points and the data flow through it."""
    packages = {path.parts[0] for path in sources() if len(path.parts) > 1} - {"tests", "benchmarks"}
    assert [package for package in sorted(packages) if not (ROOT / package / "README.md").is_file()] == []
