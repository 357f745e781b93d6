"""Python sources, each parsed and walked once for all tests that look at them."""

import ast
from functools import cache
from pathlib import Path


@cache
def nodes_of(path: Path) -> tuple[ast.AST, ...]:
    """Return all nodes of a source file, its module first."""
    return tuple(ast.walk(ast.parse(path.read_text("utf-8"))))
