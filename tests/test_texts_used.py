"""Every text is in use: each key of messages/ is named somewhere in code or in a page's template."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.catalog.texts import Texts
from tests.source_trees import nodes_of

pytestmark = pytest.mark.xdist_group("names")  # the files are parsed once
ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("domain", "connectors", "workbooks", "expectations", "warehouse", "publishing", "flows", "web", "cli")
# In a template, texts beside a "~" are parts of a key: "outcome_" ~ code ~ "_next".
_JOINED = re.compile(r"""["']([a-z0-9_.]*)["'](?:\s*~\s*[a-z_.]+(?:\s*~\s*["']([a-z0-9_]*)["'])?)?""")
_ANYTHING = "[a-z0-9_]+"


def _names(package: str) -> Iterator[str]:
    """Yield patterns of all in a package's code and templates that may be a key, or a key behind the package's name."""
    for path in (ROOT / package).rglob("*.py"):
        for node in nodes_of(path):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield re.escape(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = [part.value if isinstance(part, ast.Constant) else None for part in node.values]
                yield "".join(_ANYTHING if part is None else re.escape(str(part)) for part in parts)
    for path in (ROOT / package).rglob("*.j2"):
        for match in _JOINED.finditer(path.read_text("utf-8")):
            yield re.escape(match[1]) + (_ANYTHING if "~" in match[0] else "") + re.escape(match[2] or "")


def _is_telling(pattern: str) -> bool:
    """Whether a pattern names a key, or a family of keys; "flows.{key}" would name all there are."""
    result = pattern.replace(_ANYTHING, "").replace("\\", "")
    is_family = _ANYTHING not in pattern or result.removesuffix(".") not in PACKAGES
    return is_family and re.fullmatch(r"[a-z0-9_.]*[a-z]{2}[a-z0-9_.]*", result) is not None


def test_every_text_is_shown_somewhere(texts: Texts) -> None:
    """A text that is left over is read, translated and kept right for nothing."""
    names = {package: {pattern for pattern in _names(package) if _is_telling(pattern)} for package in PACKAGES}
    by_room = {package: re.compile("|".join(patterns)) for package, patterns in names.items()}
    left = []
    for key in (*texts.by_key, *texts.issues, *texts.repairs):
        package, _, rest = key.partition(".")
        is_whole = any(known.fullmatch(key) for known in by_room.values())
        # The pages that flows serves say things in publishing's words.
        if not is_whole and not (
            rest and any(by_room[item].fullmatch(rest) for item in (package, "flows", "web", "cli"))
        ):
            left.append(key)
    assert left == []
