"""Files that report for many units: each unit is judged, answered and judged again by itself."""

import io
import shutil
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest

from domain.authorisations import authorisation
from domain.catalog.catalog import load_catalog
from flows.pipeline.outcome import RunOutcome
from flows.pipeline.stages.reply import MANY_UNITS
from tests.builders import make_workbook, open_workbook
from tests.catalogs import register_catalog
from tests.flows.pipeline.nightly_runs import WRONG, context_of, prepare_home, published_rows, put, rows_of, run_plainly
from tests.workbooks.workbook_edits import open_unit_table, save
from warehouse.store.engine import transaction
from warehouse.submissions.authorisations import authorise
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.withdrawal import Decision
from workbooks.sample.inbox import SampleFile

WHEN = "2025-05"
PROVINCE, OF_TABLE = "56", "2026-05"
AFTER_TABLE = datetime(2026, 6, 2, 18, 0, tzinfo=UTC)
LATER = datetime(2025, 6, 4, 18, 0, tzinfo=UTC)
STATES = "SELECT part, unit_code, state, version FROM submission ORDER BY delivery_id, part"


def together(files: Sequence[SampleFile]) -> bytes:
    """Return one workbook with a sheet a commune, named after it, and the sheets of its villages, as values."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for file in files:
        source = open_workbook(file.data)
        for name in ("Biểu 01-T", "Thôn, khu phố"):
            tab = Path(file.path).parent.name.partition(" ")[2]
            sheet = book.create_sheet(tab if name == "Biểu 01-T" else f"Thôn {tab}")
            for row in source[name].iter_rows():
                for cell in row:
                    if cell.value is not None and not str(cell.value).startswith("="):
                        sheet[cell.coordinate] = cell.value
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def sheets(
    tmp_path_factory: pytest.TempPathFactory, mirrored_warehouse: Path, first_files: tuple[SampleFile, ...]
) -> tuple[Path, RunOutcome]:
    """Return a home, and the outcome of a run over one workbook with the sheets of all communes."""
    home = prepare_home(tmp_path_factory.mktemp("sheets") / "home", mirrored_warehouse)
    put(home / "inbox" / "Ninh Thuận 05-2025.xlsx", together(first_files))
    return home, run_plainly(context_of(home))


def test_each_sheet_is_a_report(sheets: tuple[Path, RunOutcome]) -> None:
    """Eight communes in one workbook make eight submissions; the wrong one alone is refused, and has its cell."""
    home, outcome = sheets
    states = rows_of(home, STATES)
    assert [(part == unit, version) for part, unit, _, version in states] == [(True, 1)] * 8
    assert {unit for _, unit, state, _ in states if state != "accepted"} == {WRONG}
    refused = [{issue.cell for issue in each.faults} for each in outcome.verdicts if not each.accepted]
    assert refused == [{"E49", "E15", "D15"}]
    assert published_rows(home)["hsskdt"]["units_accepted"] == "7"
    cells = rows_of(home, "SELECT DISTINCT sheet FROM observation")
    assert ("Xã Lâm Sơn",) in cells


def test_the_answer_is_one_workbook_that_lists_every_unit(sheets: tuple[Path, RunOutcome]) -> None:
    """The file comes back once, its wrong cell marked, with the outcome of each of the eight communes."""
    folder = sheets[0] / "outbox" / MANY_UNITS / WHEN
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["Ninh Thuận 05-2025.tra-loi.dot-00000001.xlsx", "tra-loi.dot-00000001.txt"]
    book = openpyxl.load_workbook(folder / names[0])
    assert "Phải sửa" in book["Xã Ma Nới"]["E49"].comment.text
    rows = [[cell.value for cell in row[1:4]] for row in book["Kết quả kiểm tra"].iter_rows()]
    outcomes = {row[0]: row[2] for row in rows if row[0] and "(" in str(row[0])}
    assert len(outcomes) == 8
    assert outcomes["Xã Ma Nới (22828)"] == "Không tiếp nhận"
    assert set(outcomes.values()) - {"Không tiếp nhận"} <= {"Đã tiếp nhận", "Đã tiếp nhận, cần xem lại"}


@pytest.mark.long
def test_one_unit_is_judged_again_alone(
    sheets: tuple[Path, RunOutcome], correction: SampleFile, tmp_path: Path
) -> None:
    """A corrected workbook makes new versions; a rerun of one commune judges its sheet, and the others wait."""
    home = shutil.copytree(sheets[0], tmp_path / "home", symlinks=True)
    right = openpyxl.load_workbook(io.BytesIO(together([correction]))).worksheets[0]
    book = openpyxl.load_workbook(home / "inbox" / "Ninh Thuận 05-2025.xlsx")
    for row in right.iter_rows():
        for cell in row:
            book["Xã Ma Nới"][cell.coordinate] = cell.value
    buffer = io.BytesIO()
    book.save(buffer)
    put(home / "inbox" / "Ninh Thuận 05-2025.xlsx", buffer.getvalue(), LATER)
    outcome = run_plainly(context_of(home, LATER), "again", WHEN, [WRONG])
    assert [(each.unit.code if each.unit else "", each.accepted) for each in outcome.verdicts] == [(WRONG, True)]
    assert outcome.waiting == 7
    final = run_plainly(context_of(home, LATER), "night-2")
    assert {(each.accepted, each.issues) for each in final.verdicts if each.unit and each.unit.code == WRONG} == set()
    assert rows_of(home, "SELECT count(*) FROM submission WHERE state = 'accepted'") == [(8,)]


@pytest.fixture(scope="module")
def table_home(tmp_path_factory: pytest.TempPathFactory, mirrored_warehouse: Path) -> tuple[Path, RunOutcome]:
    """Return a home after a run over the tax office's table, with a wrong cell, a wrong row and a wrong total."""
    home = prepare_home(tmp_path_factory.mktemp("table") / "home", mirrored_warehouse)
    book = open_unit_table(load_catalog(register_catalog()), PROVINCE, OF_TABLE)
    for address, value in {"E12": "đang rà soát", "D13": 70, "C14": "Phường Ba Ngoài", "B14": None}.items():
        book.worksheets[0][address] = value
    put(home / "inbox" / "HĐĐT tỉnh.xlsx", save(book), AFTER_TABLE)
    return home, run_plainly(context_of(home, AFTER_TABLE, catalog=register_catalog()))


def test_each_row_is_a_report(table_home: tuple[Path, RunOutcome]) -> None:
    """A wrong row refuses its commune only, a row of no commune itself only, and each figure leads to its cell."""
    home, outcome = table_home
    states = {str(part): state for part, state in rows_of(home, "SELECT part, state FROM submission")}
    refused = {part for part, state in states.items() if state != "accepted"}
    assert (len(states), refused) == (65, {"", "22390", "22402"})
    faults = {each.unit.code if each.unit else "": [i.cell for i in each.faults] for each in outcome.verdicts}
    assert (faults["22390"], set(faults["22402"]), faults[""]) == (["E12"], {"E13"}, ["C14"])
    row = published_rows(home, OF_TABLE, PROVINCE)["hddt_dn"]
    assert (row["units_accepted"], row["numerator"], row["denominator"]) == ("62", "4650", "6200")
    assert "Số liệu tính theo biểu 02-T/HĐĐT-T." in row["notes"]
    assert not (home / "published" / OF_TABLE / f"{PROVINCE}.hddt_t").exists()
    cells = rows_of(home, "SELECT cell FROM observation WHERE unit_code = '22333' AND indicator = 'hddt_dn'")
    assert cells == [("E10",)]


def test_the_table_comes_back_marked_with_every_unit(table_home: tuple[Path, RunOutcome]) -> None:
    """Wrong cells of the table are marked in it, and its list has all 64 communes and what is of none."""
    folder = table_home[0] / "outbox" / MANY_UNITS / OF_TABLE
    (returned,) = folder.glob("*.xlsx")
    book = openpyxl.load_workbook(returned)
    marked = {cell.coordinate for row in book["Biểu 02-T"].iter_rows() for cell in row if cell.comment}
    assert marked >= {"E12", "E13", "C14"}
    rows = [[cell.value for cell in row[:4]] for row in book["Kết quả kiểm tra"].iter_rows()]
    verdicts = [row[3] for row in rows if row[3] in {"Không tiếp nhận", "Đã tiếp nhận", "Đã tiếp nhận, cần xem lại"}]
    assert (len(verdicts), verdicts.count("Không tiếp nhận")) == (65, 3)


@pytest.mark.long
def test_an_office_reports_its_form_only(after_night: Path) -> None:
    """A way authorised for a table brings rows of all communes, and a commune's own form by that way is held."""
    context = context_of(after_night, AFTER_TABLE)
    way = authorisation(context.catalog, ("inbox", "thue", ""), PROVINCE, date(2025, 1, 1), None, form="hddt_t")
    with transaction(context.engine) as session:
        authorise(session, [way], Decision(DecisionReason("công văn 45", "an"), AFTER_TABLE, ""))
    put(after_night / "inbox" / "thue" / "HĐĐT.xlsx", save(open_unit_table(context.catalog, PROVINCE, OF_TABLE)))
    put(after_night / "inbox" / "thue" / "BC.xlsx", make_workbook(context.catalog, "22333", OF_TABLE))
    run_plainly(context)
    kept = rows_of(after_night, "SELECT form, state, count(*) FROM submission WHERE period = '2026-05' GROUP BY 1, 2")
    assert sorted(kept) == [("cds_x_t", "held", 1), ("hddt_t", "accepted", 65)]
    (facts,) = rows_of(after_night, "SELECT facts FROM issue WHERE code = 'sender_not_authorised'")
    assert '"form": "cds_x_t"' in str(facts[0])


def test_an_office_reports_for_its_units(home: Path) -> None:
    """Rows of units that the office's way is not authorised for are held, and the others are not."""
    context = context_of(home, AFTER_TABLE)
    way = authorisation(context.catalog, ("inbox", "", ""), "22333", date(2026, 1, 1), None)
    with transaction(context.engine) as session:
        authorise(session, [way], Decision(DecisionReason("công văn 45", "an"), AFTER_TABLE, ""))
    book = open_unit_table(context.catalog, "22333", OF_TABLE)
    book.worksheets[0]["B11"], book.worksheets[0]["C11"] = "22366", "Phường Nha Trang"
    for column, figure in zip("DEGH", (90, 60, 80, 70), strict=True):
        book.worksheets[0][f"{column}11"] = figure
    put(home / "inbox" / "HĐĐT.xlsx", save(book), AFTER_TABLE)
    run_plainly(context)
    kept = {str(code): str(state) for code, state in rows_of(home, "SELECT unit_code, state FROM submission")}
    assert kept == {"22333": "accepted", "22366": "held"}
    (answer,) = (home / "outbox").rglob("tra-loi.dot-*.txt")
    assert "Số liệu được giữ để đối chiếu với biểu được tính" in answer.read_text("utf-8-sig")
