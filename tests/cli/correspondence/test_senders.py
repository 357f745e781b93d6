"""`tonghop senders`: the list of authorised ways, changed by hand or from a file."""

import json
from pathlib import Path

import pytest

from cli.commands.up import show_ready
from cli.output.terminal import open_text_terminal
from flows.support.processes import Process
from flows.support.service_record import READY, Record
from flows.support.settings import load_settings
from tests.cli.command import Command

NOTHING = "No senders are authorised"
WHY = ("--reason", "list of the district", "--by", "an")
GOOD = "\ufefffolder;units;valid_from\nxã/22813;22813;2025-06-01\nhuyện;585;2025-06-01\n"


def test_status_and_up_say_that_nothing_is_authorised(tonghop: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """Both do until the first way is authorised, and no longer."""
    settings = load_settings()
    record = Record("s", Process(1, 0), "2025-06-03T00:00:00+00:00", READY, {"server": "http://127.0.0.1:4200"})

    def printed() -> list[bool]:
        show_ready(open_text_terminal(settings), record, "tonghop down", settings)
        up = " ".join(capsys.readouterr().out.split())
        return [NOTHING in up, NOTHING in tonghop("status", "--area", "585", "--period", "2025-05")[1]]

    assert printed() == [True, True]
    tonghop("senders", "add", "--units", "585", *WHY)
    assert printed() == [False, False]


def test_ways_are_added_listed_and_removed(tonghop: Command) -> None:
    """The list says when nothing is authorised; each change has name and reason, which a removal leaves in the JSON."""
    assert NOTHING in tonghop("senders", "list")[1]
    code, out, _ = tonghop("senders", "add", "--units", "22828", "--folder", "22828", "--from", "2025-06-30", *WHY)
    assert code == 0
    assert "inbox/22828 → 22828 Xã Ma Nới, from 30 Jun 2025" in out
    assert "From now on" in out
    assert "“list of the district” (an" in tonghop("senders", "list")[1]
    assert tonghop("senders", "remove", "1", "--reason", "moved", "--by", "bình")[0] == 0
    (record,) = json.loads(tonghop("senders", "list", "--json")[1])
    assert (record["authorisation"]["unit_valid_from"], record["removed"]["by"]) == ("2000-01-01", "bình")


def test_a_way_for_one_form_is_listed_as_such(tonghop: Command) -> None:
    """The list names the form's number; an unknown form is wrong usage."""
    code, out, _ = tonghop("senders", "add", "--units", "56", "--form", "hddt_t", "--from", "2026-05-01", *WHY)
    assert (code, "56 Tỉnh Khánh Hòa, form 02-T/HĐĐT-T only, from" in out) == (0, True)
    (record,) = json.loads(tonghop("senders", "list", "--json")[1])
    assert record["authorisation"]["form"] == "hddt_t"
    assert tonghop("senders", "add", "--units", "56", "--form", "hddt", *WHY)[0] == 2


def test_a_list_is_imported(tonghop: Command, tmp_path: Path) -> None:
    """A trial run keeps nothing; the list as Excel saves it is added, and a second time it changes nothing."""
    file = tmp_path / "list.csv"
    file.write_text(GOOD, "utf-8")
    assert "2 valid lines" in tonghop("senders", "import", str(file), "--dry-run", *WHY)[1]
    assert json.loads(tonghop("senders", "list", "--json")[1]) == []
    assert "Authorised: 2; known already: 0" in tonghop("senders", "import", str(file), *WHY)[1]
    assert "Authorised: 0; known already: 2" in tonghop("senders", "import", str(file), *WHY)[1]


def test_wrong_lines_add_nothing(tonghop: Command, tmp_path: Path) -> None:
    """Every wrong line is named with what to write."""
    file = tmp_path / "list.csv"
    file.write_text(
        "source,folder,units,valid_from\n,a,22813,2025-06-01\nftp,a,22813,\n,a,99999,\n,a,,\n,a,22813,1/6/2025\n,a,585,,x\n"
    )
    code, _, err = tonghop("senders", "import", str(file), *WHY)
    assert code == 2
    for problem in (
        "line 3: no source is named ftp: name one of inbox",
        "line 4: no commune, district or province has code 99999",
        "line 5: no units are named: give",
        "line 6: the first day 1/6/2025 is none: write it as 2025-12-31",
        "line 7: it has more values than headings",
    ):
        assert problem in err
    assert json.loads(tonghop("senders", "list", "--json")[1]) == []


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"a,b\n1,2\n", "line 1: write the headings"),
        ("folder,units\nxã,1\n".encode("utf-16"), "save it from Excel"),
        (b"units\n", "lists nothing"),
    ],
)
def test_files_that_are_no_list(tonghop: Command, tmp_path: Path, data: bytes, problem: str) -> None:
    """Wrong headings, another encoding and an empty list are wrong usage, with the remedy."""
    file = tmp_path / "list.csv"
    file.write_bytes(data)
    code, _, err = tonghop("senders", "import", str(file), *WHY)
    assert (code, problem in err) == (2, True)
