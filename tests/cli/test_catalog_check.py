"""`tonghop catalog check`: a catalogue in order, and a template with a field that does not exist."""

import io
from pathlib import Path

import docx
import pytest

from tests.catalogs import copy_small
from tests.cli.command import live_in, tonghop


def test_template_with_an_unknown_field_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The shipped templates pass; a deployment's that misspells a field ends with 3, the file and what was meant."""
    live_in(tmp_path / "home", monkeypatch)
    draft = copy_small(tmp_path / "draft")
    arguments = ("--lang", "en", "catalog", "check", "--catalog", str(draft))
    assert tonghop(monkeypatch, *arguments) == 0
    assert "documents/report.vi.docx" in capsys.readouterr().out.replace("\n", "")
    document, out = docx.Document(), io.BytesIO()
    document.add_paragraph("{{ peroid }}")
    document.save(out)
    (draft / "documents" / "report.vi.docx").write_bytes(out.getvalue())
    assert tonghop(monkeypatch, *arguments) == 3
    shown = " ".join(capsys.readouterr().err.split())
    assert "report.vi.docx" in shown
    assert "'peroid'" in shown
    assert "did you mean period" in shown
