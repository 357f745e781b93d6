"""`tonghop explain --open`: extract the files of a figure from the landing as delivered."""

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

pytestmark = pytest.mark.long

OPEN_FILES = ("explain", "--area", AREA, "--period", "2025-05", "--indicator", "hsskdt", "--open")


def refs(landing: Landing, *files: tuple[str, bytes]) -> list[FileRef]:
    """Land files and return references to them."""
    return [FileRef(number, landing.land(data), name, 1) for number, (name, data) in enumerate(files, 1)]


def test_files_are_extracted_under_their_names(tmp_path: Path) -> None:
    """A file of two contributions is extracted once, byte for byte."""
    landing = Landing(tmp_path / "landing")
    (ref,) = refs(landing, ("Báo cáo.xlsx", b"one"))
    (original,) = extract(landing, [ref, ref], tmp_path / "out")
    assert original.path == tmp_path / "out" / "Báo cáo.xlsx"
    assert original.path.read_bytes() == b"one"
    assert original.sha256 == sha256(b"one").hexdigest()


def test_files_of_one_name_get_a_part_of_the_hash(tmp_path: Path) -> None:
    """Files of the same name are both extracted, with a part of the hash in the name."""
    landing = Landing(tmp_path / "landing")
    originals = extract(landing, refs(landing, ("bc.xlsx", b"one"), ("bc.xlsx", b"two")), tmp_path / "out")
    assert {original.path.name for original in originals} == {
        f"bc-{original.sha256[:12]}.xlsx" for original in originals
    }
    assert sorted(original.path.read_bytes() for original in originals) == [b"one", b"two"]


def test_a_file_name_never_leads_out_of_the_folder(tmp_path: Path) -> None:
    """Whatever its name, a file is extracted into the given folder."""
    landing = Landing(tmp_path / "landing")
    (original,) = extract(landing, refs(landing, ("../../etc/passwd", b"one")), tmp_path / "out")
    assert original.path.parent == tmp_path / "out"


def test_another_file_of_that_name_is_kept(tmp_path: Path) -> None:
    """Extracting twice changes nothing; a different existing file is kept, and then nothing is written."""
    landing = Landing(tmp_path / "landing")
    files = refs(landing, ("a.xlsx", b"one"), ("b.xlsx", b"two"))
    extract(landing, files[:1], tmp_path / "out")
    extract(landing, files[:1], tmp_path / "out")
    (tmp_path / "out" / "a.xlsx").write_bytes(b"filled in since")
    with pytest.raises(UsageError, match="--output"):
        extract(landing, files, tmp_path / "out")
    assert not (tmp_path / "out" / "b.xlsx").exists()


def test_missing_bytes_are_reported(tmp_path: Path) -> None:
    """The error names the missing file, and no folder is created."""
    with pytest.raises(NotLandedError):
        extract(Landing(tmp_path / "landing"), [FileRef(1, "0" * 64, "a.xlsx", 1)], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def run_command(home: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run a command in English and return its exit code."""
    live_in(home, monkeypatch, TONGHOP_LANG="en")
    return tonghop(monkeypatch, *arguments)


def test_all_files_of_a_figure_are_extracted(
    after_night: Path,
    first_files: tuple[SampleFile, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The delivered file of every contributing commune is extracted, byte for byte."""
    assert run_command(after_night, monkeypatch, *OPEN_FILES, "-o", str(tmp_path / "out"), "--json") == 0
    listed = {entry["sha256"] for entry in json.loads(capsys.readouterr().out)["originals"]}
    extracted = {sha256(path.read_bytes()).hexdigest() for path in (tmp_path / "out").iterdir()}
    delivered = {sha256(file.data).hexdigest() for file in first_files if WRONG not in file.path.name}
    assert listed == extracted == delivered


def test_the_file_of_one_commune_is_extracted(
    after_night: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Path and hash of the file are shown; a commune without contribution has none."""
    folder = str(tmp_path / "out")
    assert run_command(after_night, monkeypatch, *OPEN_FILES, "--unit", "22813", "-o", folder) == 0
    printed = capsys.readouterr().out
    (path,) = (tmp_path / "out").iterdir()
    assert str(path) in printed
    assert sha256(path.read_bytes()).hexdigest() in printed
    assert run_command(after_night, monkeypatch, *OPEN_FILES, "--unit", WRONG, "-o", folder) == 2
