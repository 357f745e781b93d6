"""Templates are compiled once and kept beside the compiled modules, where Python may write there."""

import sys
from pathlib import Path

import pytest

from publishing.page import rollup_page
from publishing.page.rollup_page import page_environment


@pytest.fixture
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a template, beside which `compiled` is the folder of compiled ones."""
    folder, compiled = tmp_path / "templates", tmp_path / "compiled"
    folder.mkdir()
    compiled.mkdir()
    (folder / "page.j2").write_text("{{ 1 + 1 }}", "utf-8")
    monkeypatch.setattr(rollup_page, "_COMPILED", compiled)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return folder


def rendered(templates: Path) -> str:
    """Render the template in an environment of its own."""
    return page_environment(templates).get_template("page.j2").render()


def test_a_template_is_kept_until_it_changes(templates: Path) -> None:
    """The second environment compiles nothing, and a changed template is compiled again."""
    assert rendered(templates) == "2"
    (kept,) = (templates.parent / "compiled").iterdir()
    first = kept.stat().st_mtime_ns
    assert rendered(templates) == "2"
    assert kept.stat().st_mtime_ns == first
    (templates / "page.j2").write_text("{{ 1 + 2 }}", "utf-8")
    assert rendered(templates) == "3"


def test_nothing_is_kept_where_python_keeps_nothing(templates: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python's own setting counts for templates too."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert rendered(templates) == "2"
    assert list((templates.parent / "compiled").iterdir()) == []


def test_a_missing_folder_keeps_no_page_from_being_made(templates: Path) -> None:
    """An installation that may not be written to, or has no such folder, compiles templates in each process."""
    (templates.parent / "compiled").rmdir()
    assert rendered(templates) == "2"
