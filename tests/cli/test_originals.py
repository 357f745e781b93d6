"""`tonghop explain --open`: the files under a figure come out of the landing as they were delivered."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from connectors.landing import Landing, NotLandedError
from domain.errors import UsageError
from flows.actions.originals import extract
from tests.cli.command import live_in, tonghop
from tests.flows.pipeline.nightly_runs import AREA, WRONG
from warehouse.queries import FileRef
from workbooks.sample.inbox import SampleFile

ASKED = ("explain", "--area", AREA, "--period", "2025-05", "--indicator", "hsskdt", "--open")


def refs(landing: Landing, *files: tuple[str, bytes]) -> list[FileRef]:
    """Files that were landed, by name."""
    return [FileRef(number, landing.land(data), name, 1) for number, (name, data) in enumerate(files, 1)]


def test_files_come_out_under_their_own_names(tmp_path: Path) -> None:
    """A file that two contributions name is taken out once, byte for byte."""
    landing = Landing(tmp_path / "landing")
    (result,) = refs(landing, ("Báo cáo.xlsx", b"one"))
    (original,) = extract(landing, [result, result], tmp_path / "out")
    assert original.path == tmp_path / "out" / "Báo cáo.xlsx"
    assert original.path.read_bytes() == b"one"
    assert original.sha256 == sha256(b"one").hexdigest()


def test_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    """Two communes that call their workbook alike get both, with a part of the hash behind the name."""
    landing = Landing(tmp_path / "landing")
    originals = extract(landing, refs(landing, ("bc.xlsx", b"one"), ("bc.xlsx", b"two")), tmp_path / "out")
    assert {original.path.name for original in originals} == {
        f"bc-{other_original.sha256[:12]}.xlsx" for other_original in originals
    }
    assert sorted(original.path.read_bytes() for original in originals) == [b"one", b"two"]


def test_a_name_never_leads_out_of_the_folder(tmp_path: Path) -> None:
    """Whatever a file was called, it lands in the folder that was named."""
    landing = Landing(tmp_path / "landing")
    (original,) = extract(landing, refs(landing, ("../../etc/passwd", b"one")), tmp_path / "out")
    assert original.path.parent == tmp_path / "out"


def test_another_file_of_that_name_is_spared(tmp_path: Path) -> None:
    """Taking out twice changes nothing; a different file is never written over, and nothing else is written."""
    landing = Landing(tmp_path / "landing")
    files = refs(landing, ("a.xlsx", b"one"), ("b.xlsx", b"two"))
    extract(landing, files[:1], tmp_path / "out")
    extract(landing, files[:1], tmp_path / "out")
    (tmp_path / "out" / "a.xlsx").write_bytes(b"filled in since")
    with pytest.raises(UsageError, match="--output"):
        extract(landing, files, tmp_path / "out")
    assert not (tmp_path / "out" / "b.xlsx").exists()


def test_bytes_that_are_gone_are_told(tmp_path: Path) -> None:
    """A landing that lost a file says which, and no folder is made."""
    with pytest.raises(NotLandedError):
        extract(Landing(tmp_path / "landing"), [FileRef(1, "0" * 64, "a.xlsx", 1)], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def run_command(home: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """The exit code of a command, spoken in English."""
    live_in(home, monkeypatch, TONGHOP_LANG="en")
    return tonghop(monkeypatch, *words)


def test_all_files_under_a_figure_come_out(
    after_night: Path,
    first_files: tuple[SampleFile, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Every commune whose figure entered gave a file, and it is the very file that was delivered."""
    assert run_command(after_night, monkeypatch, *ASKED, "-o", str(tmp_path / "out"), "--json") == 0
    results = {entry["sha256"] for entry in json.loads(capsys.readouterr().out)["originals"]}
    taken = {sha256(path.read_bytes()).hexdigest() for path in (tmp_path / "out").iterdir()}
    delivered = {sha256(file.data).hexdigest() for file in first_files if WRONG not in file.path.name}
    assert results == taken == delivered


def test_one_communes_file_comes_out(
    after_night: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Path and hash of the one file are shown; a commune that gave nothing has none."""
    folder = str(tmp_path / "out")
    assert run_command(after_night, monkeypatch, *ASKED, "--unit", "22813", "-o", folder) == 0
    result = capsys.readouterr().out
    (path,) = (tmp_path / "out").iterdir()
    assert str(path) in result
    assert sha256(path.read_bytes()).hexdigest() in result
    assert run_command(after_night, monkeypatch, *ASKED, "--unit", WRONG, "-o", folder) == 2
