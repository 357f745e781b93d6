"""The log: a line of JSON for each thing that happened, with what it is about, and no secret or person in it."""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.support.logs import bind_run, log_to_file
from flows.support.masking import Masking, mask_handlers, masked
from flows.support.settings import LOGGERS
from tests.flows.pipeline.nightly_runs import NOW, WRONG, context_of, deliver, put, run_plainly
from workbooks.sample.inbox import SampleFile


@pytest.fixture(autouse=True)
def quiet_afterwards() -> Iterator[None]:
    """Whatever a test logs to is let go."""
    before = {package: list(logging.getLogger(package).handlers) for package in LOGGERS}
    yield
    for package, handlers in before.items():
        for handler in set(logging.getLogger(package).handlers) - set(handlers):
            logging.getLogger(package).removeHandler(handler)
            handler.close()


def lines(folder: Path) -> list[dict[str, object]]:
    """What was logged."""
    return [json.loads(line) for path in folder.glob("*.jsonl") for line in path.read_text("utf-8").splitlines()]


def test_log_lines_name_run_and_submission(home: Path, first_files: tuple[SampleFile, ...]) -> None:
    """Run and kind in every line of it; submission, unit, period, state and rules where it is about a submission."""
    deliver(home, (file for file in first_files if WRONG in file.path.name))
    log_to_file(home / "logs", NOW)
    run_plainly(context_of(home))
    result = lines(home / "logs")
    assert {(line["run"], line["kind"]) for line in result} == {("night", "nightly")}
    (refused,) = (line for line in result if line.get("state") == "refused")
    assert (refused["unit"], refused["period"], refused["level"]) == (WRONG, "2025-05", "info")
    assert refused["codes"]
    (received,) = (line for line in result if str(line["event"]).startswith("received"))
    assert received["submissions"].keys() == {str(refused["submission"])}  # type: ignore[attr-defined] # as above
    (ended,) = (line for line in result if "counts" in line)
    assert ended["counts"]["refused"] == 1  # type: ignore[index] # a line of the log holds counts
    assert all(str(line["at"]).endswith("Z") for line in result)


def test_log_has_no_file_names(home: Path) -> None:
    """People name files after themselves: the log names submissions by number."""
    put(home / "inbox" / "Nguyễn Văn An - báo cáo.xlsx", b"no workbook")
    log_to_file(home / "logs", NOW)
    run_plainly(context_of(home))
    assert lines(home / "logs")
    assert "Nguyễn" not in "".join(path.read_text("utf-8") for path in (home / "logs").glob("*"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql+psycopg://tonghop:s3cret@db/th does not answer", "postgresql+psycopg://***@db/th does not answer"),
        ("sftp://user@host/in", "sftp://***@host/in"),
        ("imaps://an%40ninhson.vn:pw@mail", "imaps://***@mail"),
        ("from nguyen.van.a@ninhthuan.gov.vn", "from ***"),
        ("password=s3cret, next", "password=***, next"),
        ("Authorization: Basic", "Authorization: ***"),
        ("Ô E15: tử số 12 lớn hơn mẫu số 10", "Ô E15: tử số 12 lớn hơn mẫu số 10"),
        ("http://127.0.0.1:4200/api", "http://127.0.0.1:4200/api"),
    ],
)
def test_secrets_and_addresses_are_masked(text: str, shown: str) -> None:
    """Credentials in URLs, passwords, tokens and mail addresses are not written; anything else is as it was."""
    assert masked(text) == shown


def test_every_part_of_a_record_is_masked(tmp_path: Path) -> None:
    """Arguments, what goes with the line, and the traceback of an error that names a URL."""
    log_to_file(tmp_path, NOW)
    with bind_run("r", "nightly"):
        try:
            int("postgresql://th:s3cret@db")
        except ValueError:
            logging.getLogger("flows.test").exception("lost %s", "sftp://u:s3cret@h", extra={"unit": "a@b.vn"})
    text = next(tmp_path.glob("*.jsonl")).read_text("utf-8")
    (line,) = lines(tmp_path)
    assert "s3cret" not in text
    assert (line["event"], line["unit"]) == ("lost sftp://***@h", "***")
    assert "ValueError: invalid literal for int() with base 10: 'postgresql://***@db'" in str(line["exception"])


def test_no_folder_is_created_without_log_lines(tmp_path: Path) -> None:
    """A command that only looks leaves no folder behind."""
    log_to_file(tmp_path / "logs", NOW)
    assert not (tmp_path / "logs").exists()


def test_lines_are_written_once_however_often_the_log_is_opened(tmp_path: Path) -> None:
    """Command line and flow both open the log; another day, or home, replaces the one before."""
    for _ in range(2):
        log_to_file(tmp_path / "one", NOW)
    logging.getLogger("flows").info("first")
    log_to_file(tmp_path / "two", NOW + timedelta(days=1))
    logging.getLogger("flows").info("second")
    assert [line["event"] for line in lines(tmp_path / "one")] == ["first"]
    assert [line["event"] for line in lines(tmp_path / "two")] == ["second"]


def test_old_files_go(tmp_path: Path) -> None:
    """After ninety days a day's file is removed, by the first line of a new one; other files are left alone."""
    for name in ("2025-01-01.jsonl", "2025-06-01.jsonl", "notes.txt"):
        (tmp_path / name).write_text("")
    log_to_file(tmp_path, datetime(2025, 6, 3, tzinfo=UTC))
    logging.getLogger("flows").info("a new day")
    assert {path.name for path in tmp_path.iterdir()} == {"2025-06-01.jsonl", "2025-06-03.jsonl", "notes.txt"}


def test_prefects_handlers_are_masked_too() -> None:
    """What goes to Prefect's server is masked like the file, once."""
    logger, handler = logging.getLogger("flows.masked"), logging.NullHandler()
    logger.addHandler(handler)
    mask_handlers("flows.masked")
    mask_handlers("flows.masked")
    assert [type(other_filter) for other_filter in handler.filters] == [Masking]
