"""Templates are compiled once and kept beside the compiled modules, where Python may write there."""

import sys
from decimal import Decimal
from pathlib import Path

import pytest
from markupsafe import Markup, escape

from domain.texts import visible_value
from publishing.page import rollup_page
from publishing.page.page_code import printed
from publishing.page.rollup_page import page_environment


class Lines(str):
    """A text of a class of its own, which is a text like any other."""

    __slots__ = ()


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


@pytest.mark.parametrize(
    "value", ["xã", "<b>'&'\"", "\u202eđảo\r\n", Markup("<b>"), Decimal("1.50"), 7, None, Lines("<i>")], ids=repr
)
def test_values_are_printed_as_jinja_escapes_them(value: object) -> None:
    """The page's own code prints what Jinja's would: what acts is visible, and markup stays as it is."""
    assert printed(value) == str(escape(visible_value(value)))
    assert type(printed(value)) in {str, Markup}


def test_texts_and_formatters_are_called_as_others_are(templates: Path) -> None:
    """Functions that are called directly get their arguments, and their results are escaped."""
    (templates / "page.j2").write_text("{{ t('a', one=1) }}{% macro bold(x) %}{{ t(x) }}{% endmacro %}{{ bold('<') }}")
    page = page_environment(templates).get_template("page.j2")
    assert page.render(t=lambda key, **facts: f"<{key}{facts}>") == "&lt;a{&#39;one&#39;: 1}&gt;&lt;&lt;{}&gt;"


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
