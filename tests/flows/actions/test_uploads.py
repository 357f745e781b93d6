"""Uploads on disk: what has a receipt outlasts a power cut, and is delivered once whatever was interrupted."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.base import SourceAccess
from connectors.registry import open_source
from connectors.sources.upload import receipt_of, upload_source
from domain.authorisations import UploadLink
from flows.actions.uploads import UploadDraft, Uploads
from tests.connectors.lossy_disk import LossyDisk
from warehouse.queries.authorisations import AuthorisationChange
from warehouse.queries.uploads import UploadLinkRecord

NOW = datetime(2025, 6, 3, 2, 0, 0, 500, tzinfo=UTC)
LATER = datetime(2025, 6, 3, 2, 5, tzinfo=UTC)
_DAYS = (NOW.date(), NOW.date(), NOW.date())
LINK = UploadLinkRecord(12345, UploadLink("22813", *_DAYS), AuthorisationChange("cô Lan", "an", NOW), None)
DATA = b"PK workbook"


def kept(root: Path) -> UploadDraft:
    """Upload a workbook."""
    return Uploads(root, lambda: NOW).keep(LINK, "BC.xlsx", io.BytesIO(DATA))


def delivered(root: Path) -> list[tuple[str, str | None, bytes, str]]:
    """Path, sender, bytes and fingerprint of each file that a run would collect."""
    source = open_source(SourceAccess(upload_source(str(root)), root, str))
    return [(file.path, file.sender, b"".join(source.fetch(file)), file.fingerprint) for file in source.list()]


def test_a_file_with_a_receipt_outlasts_a_power_cut(tmp_path: Path) -> None:
    """Once sending returned, file and folders are on disk; cut at any step before, nothing half-written is there."""
    root = tmp_path / "uploads"
    draft, disk = kept(root), LossyDisk()
    with disk.connected():
        Uploads(root, lambda: NOW).send(draft)
    disk.forget(root)
    assert [data for _, _, data, _ in delivered(root)] == [DATA]
    for cut in range(disk.steps):
        partly = tmp_path / str(cut)
        draft, lossy = kept(partly), LossyDisk(cut)
        with lossy.connected():
            Uploads(partly, lambda: NOW).send(draft)
        assert [data for _, _, data, _ in delivered(partly)] in ([], [DATA])


def test_what_was_interrupted_is_the_same_delivery_when_sent_again(tmp_path: Path) -> None:
    """The file was laid down and collected, its receipt was never shown: sent again later, it has the same identity."""
    draft = kept(tmp_path)
    with LossyDisk(cut := 7).connected():
        Uploads(tmp_path, lambda: NOW).send(draft)
    (first,) = delivered(tmp_path)
    again = Uploads(tmp_path, lambda: LATER).send(draft)
    assert cut
    assert (again.is_sent, delivered(tmp_path)) == (True, [first])
    assert (first[1], receipt_of(first[0])) == ("link:12345", draft.receipt)


def test_a_settled_upload_leaves_no_folder(tmp_path: Path) -> None:
    """Once landed it is moved aside with its receipt's folder, so that a listing costs as much as what is new."""
    uploads = Uploads(tmp_path, lambda: NOW)
    uploads.send(kept(tmp_path))
    source = open_source(SourceAccess(upload_source(str(tmp_path)), tmp_path, str))
    for file in list(source.list()):
        source.settle(file)
    assert list(source.list()) == []
    assert list((tmp_path / "22813" / "link-00012345").iterdir()) == []
    assert [path.read_bytes() for path in (tmp_path / "da-nhan").rglob("*.xlsx")] == [DATA]


@pytest.mark.parametrize("receipt", ["BCDF-GHJK-LMNP", "../../etc", "bcdf-ghjk-lmnp", ""])
def test_only_receipts_name_drafts(tmp_path: Path, receipt: str) -> None:
    """What is no number of a receipt, or of none here, leads to no file."""
    assert Uploads(tmp_path, lambda: NOW).draft(LINK.number, receipt) is None


def test_what_a_person_laid_there_has_no_sender(tmp_path: Path) -> None:
    """A file outside the folders of links is delivered without one, and held for that."""
    (tmp_path / "22813").mkdir()
    (tmp_path / "22813" / "BC.xlsx").write_bytes(DATA)
    assert [sender for _, sender, _, _ in delivered(tmp_path)] == [None]


def test_other_accounts_see_no_draft(tmp_path: Path) -> None:
    """A home whose inbox others may write into lets them pass, and into the folder of uploads it does not."""
    kept(tmp_path / "home" / "uploads")
    assert (tmp_path / "home" / "uploads").stat().st_mode & 0o777 == 0o700
