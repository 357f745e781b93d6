"""`tonghop contacts`: whom to call about a unit's reports, listed and imported."""

import json
from pathlib import Path

import pytest

from tests.cli.command import Command

LIST = """unit;full_name;position;mail;telephone;valid_from;valid_to
22813;Nguyễn Văn Bình;Văn phòng;binh@xa.example.vn;0259 3822 111;2025-01-01;
22816;Trần Thị Chi;;;0259 3822 222;;
"""


def listed(tmp_path: Path, text: str) -> str:
    """Write a list and return its name."""
    (tmp_path / "contacts.csv").write_text(text, "utf-8")
    return str(tmp_path / "contacts.csv")


def test_a_list_is_imported_once(tonghop: Command, tmp_path: Path) -> None:
    """Tried first, then kept; those who are kept already stay."""
    file = listed(tmp_path, LIST)
    tried = tonghop("contacts", "import", file, "--reason", "list of 3 June", "--dry-run")[1]
    assert "2 valid contacts" in tried
    assert "No contact" in tonghop("contacts", "list", "22813")[1]
    assert "added: 2; known already: 0" in tonghop("contacts", "import", file, "--reason", "list of 3 June")[1]
    assert "added: 0; known already: 2" in tonghop("contacts", "import", file, "--reason", "again")[1]
    assert "0259 3822 111" in tonghop("contacts", "list", "22813")[1]
    (record,) = json.loads(tonghop("contacts", "list", "22813", "--json")[1])
    assert (record["contact"]["mail"], record["reason"]) == ("binh@xa.example.vn", "list of 3 June")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("unit;full_name;mail\n99999;A;a@b.vn\n", "line 2: no unit has the code 99999"),
        ("unit;full_name\n22813;A\n", "line 2: a contact needs an e-mail address or a telephone number"),
        ("full_name\nA\n", "only unit is required"),
    ],
    ids=["unit", "no way to reach", "headings"],
)
def test_a_wrong_list_adds_nothing(tonghop: Command, tmp_path: Path, text: str, problem: str) -> None:
    """Each wrong line is named."""
    code, _, errors = tonghop("contacts", "import", listed(tmp_path, text), "--reason", "x")
    assert (code, problem in " ".join(errors.split())) == (2, True)
