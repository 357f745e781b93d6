"""After a nightly run the outbox has the outcome of every report."""

import io
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from flows.pipeline.stages.reply import UNKNOWN_PERIOD, UNKNOWN_UNIT, OutboxError
from tests.builders import open_workbook
from tests.flows.pipeline.nightly_runs import WRONG, context_of, deliver, prepare_home, put, rows_of, run_plainly
from workbooks.sample.inbox import SampleFile

WHEN = "2025-05"
LATER = datetime(2025, 6, 4, 18, 0, tzinfo=UTC)


def names_in(folder: Path) -> list[str]:
    """Names of the files in a folder, without their numbers."""
    return sorted(name for path in folder.iterdir() for name in [path.name.split(".so-")[0] + path.suffix])


def only(folder: Path, pattern: str) -> Path:
    """The one file of a folder that fits."""
    (result,) = folder.glob(pattern)
    return result


def test_an_accepted_report_gives_a_receipt(after_night: Path) -> None:
    """Number, hash, unit, period, times and the figures read are on one page; nothing else is given back."""
    folder = after_night / "outbox" / "22813" / WHEN
    assert names_in(folder) == ["bien-nhan.html"]
    page = only(folder, "*.html").read_text(encoding="utf-8")
    ((number, digest),) = rows_of(after_night, "SELECT id, sha256 FROM submission WHERE unit_code = '22813'")
    for item in ("Giấy biên nhận báo cáo", f"Số {number}", digest, "Lâm Sơn", "Tháng 5/2025", "E15"):
        assert str(item) in page


def test_a_refused_report_comes_back_marked(after_night: Path) -> None:
    """The commune's own file with its wrong cell marked, a note in plain Vietnamese, and a page of proof."""
    folder = after_night / "outbox" / WRONG / WHEN
    assert names_in(folder) == ["BC_22828_2025-05.tra-lai.xlsx", "tra-lai.html", "tra-lai.txt"]
    book = openpyxl.load_workbook(only(folder, "*.xlsx"))
    assert "Kết quả kiểm tra" in book.sheetnames
    assert "Phải sửa" in book["Biểu 01-T"]["E49"].comment.text
    note = only(folder, "*.txt").read_bytes().decode("utf-8-sig")
    assert "\r\n" in note
    for item in ("[Biểu 01-T!E49]", "đang cập nhật", "15/05/2025", only(folder, "*.xlsx").name):
        assert item in note
    assert "Phiếu trả lại báo cáo để sửa" in only(folder, "*.html").read_text(encoding="utf-8")


@pytest.mark.long
def test_the_marked_copy_corrected_is_taken(after_night: Path, correction: SampleFile) -> None:
    """An official mends the marked copy and sends that: it is accepted, and earlier marks are no fault of it."""
    folder = after_night / "outbox" / WRONG / WHEN
    returned = only(folder, "*.xlsx")
    book = openpyxl.load_workbook(returned)
    right = open_workbook(correction.data)["Biểu 01-T"]
    for row in right.iter_rows():
        for cell in row:
            if isinstance(cell.value, int):
                book["Biểu 01-T"][cell.coordinate].value = cell.value
    buffer = io.BytesIO()
    book.save(buffer)
    put(after_night / "inbox" / WHEN / "22828 Xã Ma Nới" / returned.name, buffer.getvalue(), LATER)
    outcome = run_plainly(context_of(after_night, LATER), "second")
    assert [
        (submission_outcome.accepted, [issue.code for issue in submission_outcome.faults])
        for submission_outcome in outcome.verdicts
    ] == [(True, [])]
    assert names_in(folder).count("bien-nhan.html") == 1


def test_a_copy_that_is_still_wrong_comes_back_under_its_own_name(after_night: Path) -> None:
    """The name does not grow with every round, and the file carries one sheet of ours."""
    folder = after_night / "outbox" / WRONG / WHEN
    returned = only(folder, "*.xlsx")
    book = openpyxl.load_workbook(returned)
    book["Biểu 01-T"]["E49"] = "chưa có số"
    buffer = io.BytesIO()
    book.save(buffer)
    put(after_night / "inbox" / WHEN / "22828 Xã Ma Nới" / returned.name, buffer.getvalue(), LATER)
    run_plainly(context_of(after_night, LATER), "second")
    again = max(folder.glob("*.xlsx"))
    assert again != returned
    assert again.name.startswith("BC_22828_2025-05.tra-lai.so-")
    assert again.name.count("tra-lai") == 1
    assert sum(name.startswith("Kết quả") for name in openpyxl.load_workbook(again).sheetnames) == 1


def test_unidentified_files_have_a_folder_of_their_own(home: Path) -> None:
    """A file without unit and period, which is no workbook, gets a workbook of results."""
    put(home / "inbox" / "anh chup.xlsx", b"\x89PNG\r\n\x1a\n")
    run_plainly(context_of(home))
    folder = home / "outbox" / UNKNOWN_UNIT / UNKNOWN_PERIOD
    assert names_in(folder) == ["anh chup.tra-lai.xlsx", "tra-lai.html", "tra-lai.txt"]
    (sheet,) = openpyxl.load_workbook(only(folder, "*.xlsx")).worksheets
    results = {str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value}
    assert "Phải sửa" in results
    assert any("anh chup.xlsx" in text for text in results)


def test_second_run_writes_no_reply_again(after_night: Path) -> None:
    """A reply is written once; one removed by its reader is not written again."""
    for path in (after_night / "outbox").rglob("*.*"):
        path.unlink()
    run_plainly(context_of(after_night), "second")
    assert not [path for path in (after_night / "outbox").rglob("*") if path.is_file()]


@pytest.mark.long
def test_an_outbox_that_cannot_be_written_is_made_good(
    tmp_path: Path, mirrored_warehouse: Path, first_files: tuple[SampleFile, ...]
) -> None:
    """A run that cannot give back says so and ends; everything else is done, and the next run gives back."""
    home = prepare_home(tmp_path / "home", mirrored_warehouse)
    deliver(home, first_files[3:5])
    (home / "outbox").write_text("in the way")
    with pytest.raises(OutboxError):
        run_plainly(context_of(home))
    assert rows_of(home, "SELECT count(*) FROM reply") == [(0,)]
    (home / "outbox").unlink()
    run_plainly(context_of(home), "again")
    assert rows_of(home, "SELECT count(*) FROM reply") == [(2,)]
    assert len(list((home / "outbox").iterdir())) == 2
