"""The audit finds what advisories say of installed packages, and says so where there is no list to compare with."""

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from tests.tools.audit import affected_packages, main, read_advisories


def advisory(*events: dict[str, str], name: str = "Some_Package", **more: object) -> dict[str, Any]:
    """Build a record about versions of a package."""
    package = {"name": name, "ecosystem": "PyPI"}
    return {
        "id": "PYSEC-1",
        "affected": [{"package": package, "ranges": [{"type": "ECOSYSTEM", "events": list(events)}]}],
        **more,
    }


def write(folder: Path, content: object) -> Path:
    """Write a list of advisories."""
    file = folder / "advisories.json"
    file.write_text(json.dumps(content))
    return file


@pytest.mark.parametrize(
    ("events", "affected"),
    [
        ([{"introduced": "0"}, {"fixed": "1.5"}], True),
        ([{"introduced": "0"}, {"fixed": "1.4.2"}], False),
        ([{"introduced": "0"}, {"last_affected": "1.4.2"}], True),
        ([{"introduced": "0"}, {"last_affected": "1.4.1"}], False),
        ([{"introduced": "1.4.2"}], True),
        ([{"introduced": "1.4.3"}], False),
        ([{"fixed": "1.2"}, {"introduced": "1.0"}, {"introduced": "1.4"}, {"fixed": "1.10"}], True),
    ],
)
def test_ranges_are_compared_as_versions(events: list[dict[str, str]], affected: bool) -> None:
    """An installed version is affected from an introduction up to its fix; 1.10 is later than 1.4."""
    assert bool(list(affected_packages([advisory(*events)], {"some-package": "1.4.2"}))) is affected


def test_listed_versions_count_and_other_packages_do_not() -> None:
    """A version may be listed by itself; another package and another ecosystem are nothing to us."""
    listed = advisory()
    listed["affected"][0]["versions"] = ["1.4.2.0", "2004d"]
    (finding,) = affected_packages([listed], {"some-package": "1.4.2"})
    assert (finding.package, finding.version, finding.advisory) == ("some-package", "1.4.2", "PYSEC-1")
    assert not list(affected_packages([listed], {"other": "1.4.2"}))
    listed["affected"][0]["package"]["ecosystem"] = "npm"
    assert not list(affected_packages([listed], {"some-package": "1.4.2"}))


def test_withdrawn_advisories_do_not_count(tmp_path: Path) -> None:
    """Both shapes of a list are read: records, and the answer of the service."""
    records = [advisory(), advisory(withdrawn="2026-01-01T00:00:00Z")]
    assert (
        len(read_advisories(write(tmp_path, records))) == len(read_advisories(write(tmp_path, {"vulns": records}))) == 1
    )


def test_findings_are_named_and_fail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A package of this environment, its version, the advisory and the fix are in the table."""
    record = advisory({"introduced": "0"}, {"fixed": "9999"}, name="rich", summary="a fault\nof\x1b[31m long standing")
    assert main([str(write(tmp_path, [record]))]) == 1
    assert f"rich     {version('rich')}" in capsys.readouterr().out.splitlines()[1]
    assert main([str(write(tmp_path, []))]) == 0


@pytest.mark.parametrize(
    "content", ["no list", [{"no": "id"}], [{"id": "X", "affected": [1]}], [advisory({"introduced": "x"}, name="rich")]]
)
def test_an_unreadable_list_is_no_clean_one(
    content: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It ends with 2 and says what is wrong, as a missing file does."""
    assert main([str(write(tmp_path, content))]) == main([str(tmp_path / "none.json")]) == 2
    assert "none.json cannot be read" in capsys.readouterr().err
