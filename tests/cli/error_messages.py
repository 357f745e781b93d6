"""Collects the messages of errors that stand in the program's source."""

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tests.source_trees import nodes_of

ROOT = Path(__file__).resolve().parents[2]

PACKAGES = ("cli", "connectors", "domain", "expectations", "flows", "publishing", "warehouse", "web", "workbooks")
MAKES_ERRORS = re.compile(r"Error\(|\berror\(|\bfault\(")
NOT_SHOWN = frozenset({"CannotAnnotateError", "RefusedError"})
"""Errors that are caught: why a file carries no marks, and a refusal, which is an issue."""


def messages_in_source() -> dict[tuple[str, ...], str]:
    """Return the messages by their texts around what differs between them, each with its place."""
    modules = {path: nodes_of(path) for path in _sources()}
    errors = _error_classes(modules.values())
    return {
        tuple(template): f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, nodes in modules.items()
        for node in nodes
        for value in _messages(node, errors)
        for template in _templates(value)
        if any(" " in text.strip() for text in template)
    }


def _sources() -> Iterator[Path]:
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            if "versions" not in path.parts and MAKES_ERRORS.search(path.read_text("utf-8")):
                yield path


def _error_classes(modules: Iterable[Sequence[ast.AST]]) -> set[str]:
    bases = {
        node.name: {name for base in node.bases for name in [_name(base)]}
        for nodes in modules
        for node in nodes
        if isinstance(node, ast.ClassDef)
    }
    errors, before = {"TonghopError"}, set[str]()
    while errors != before:
        before, errors = errors, errors | {name for name, above in bases.items() if above & errors}
    return errors - NOT_SHOWN


def _messages(node: ast.AST, errors: set[str]) -> Sequence[ast.expr]:
    """Return the expressions of a node that are messages: of an error that is made, of one that a class words."""
    if isinstance(node, ast.ClassDef) and node.name in errors:
        return [argument for each in ast.walk(node) if _is_super(each) for argument in each.args]  # type: ignore[attr-defined]
    if isinstance(node, ast.Call) and _name(node.func) in errors | {"error", "fault"} and not _is_log(node.func):
        return node.args
    if isinstance(node, ast.Assign) and _name(node.targets[0]) in {"problem", "remedy"}:
        return [node.value]
    return []


def _is_super(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Call)
        and _name(node.func.value.func) == "super"
    )


def _is_log(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and _name(node.value) == "_LOG"


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _templates(node: ast.expr) -> list[list[str]]:
    """Return each text that an expression may be, cut where something is filled in; none if it is no text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [[node.value]]
    if isinstance(node, ast.IfExp):
        return [*_templates(node.body), *_templates(node.orelse)]
    if isinstance(node, ast.JoinedStr):
        texts = [""]
        for part in node.values:
            if isinstance(part, ast.Constant):
                texts[-1] += str(part.value)
            else:
                texts.append("")
        return [texts]
    return []
