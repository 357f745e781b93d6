"""Uploads of communes: drafts to be checked, and the files that were sent and wait to be collected."""

import json
import re
import secrets
import shutil
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import file_digest
from pathlib import Path, PurePosixPath
from threading import Lock
from typing import BinaryIO, Final

from connectors.sources.upload import receipt_of, upload_path
from domain.texts import visible
from flows.support.atomic_files import write_kept
from flows.support.named_files import NamedFile
from flows.support.private_files import private_folder
from warehouse.queries.uploads import UploadedFile, UploadLinkRecord
from workbooks.identify.hints import Hints

KEPT: Final = timedelta(hours=12)
"""How long a draft can be looked at and sent."""
_DRAFTS: Final = ".drafts"
_RECEIPT: Final = re.compile(r"[A-Z]{4}(-[A-Z]{4}){2}")
_LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ"
"""Letters of a receipt's number: no vowels, so no words; no digits, which could be read as a period or a code."""
_LONGEST_STEM: Final = 150
"""Bytes; a name may have 255, and its reply's name is longer."""
_RISKY: Final = re.compile(r'[\x00-\x1f\x7f\ufffd<>:"/\\|?*]')


@dataclass(frozen=True, slots=True)
class UploadDraft:
    """A workbook that was uploaded by a link, at `path`; `sent_at` is None until the commune sends it.

    `receipt` is the number of its receipt. Times are in UTC.
    """

    receipt: str
    link: int
    unit: str
    file_name: str
    path: Path
    made_at: datetime
    sent_at: datetime | None = None
    is_sent: bool = False

    @property
    def target(self) -> PurePosixPath:
        """Its path in the source of uploads."""
        return upload_path(self.unit, self.link, self.receipt, self.file_name)

    @property
    def named_file(self) -> NamedFile:
        """The file as a run will find it."""
        return NamedFile(self.path, Hints(self.file_name, self.target.parts[:-1]))


class Uploads:
    """The folder of uploads: drafts in a hidden folder, which no run collects, and what was sent."""

    def __init__(self, root: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Use this folder, which is created and closed to other accounts; the clock returns the current time in UTC."""
        self._root, self._clock, self._sending = root, clock, Lock()
        (private_folder(root) / _DRAFTS).mkdir(exist_ok=True)

    def keep(self, link: UploadLinkRecord, file_name: str, data: BinaryIO) -> UploadDraft:
        """Keep an uploaded workbook as a draft; drafts whose time has passed are removed."""
        self._remove_old()
        receipt = "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))
        folder = self._root / _DRAFTS / receipt
        folder.mkdir()
        draft = UploadDraft(
            receipt, link.number, link.link.unit, clean_name(file_name), folder / "workbook", self._clock()
        )
        with draft.path.open("wb") as file:
            shutil.copyfileobj(data, file)
        self._note(draft)
        return draft

    def draft(self, link: int, receipt: str) -> UploadDraft | None:
        """Return a draft of a link; None: there is none of this number, or no longer."""
        if not _RECEIPT.fullmatch(receipt):
            return None
        folder = self._root / _DRAFTS / receipt
        try:
            noted = json.loads((folder / "draft.json").read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            return None
        times = {key: datetime.fromisoformat(noted[key]) for key in ("made_at", "sent_at") if noted[key]}
        draft = UploadDraft(**(noted | {"path": folder / "workbook"} | times))
        return draft if draft.link == link else None

    def send(self, draft: UploadDraft) -> UploadDraft:
        """Send a draft: it is on disk, with the folders to it, when this returns, and the next run collects it.

        Its time is noted first, so that sending it again after a crash makes the same delivery.

        Raises:
            NoRoomError: the disk is full; nothing was sent.
        """
        with self._sending:
            known = self.draft(draft.link, draft.receipt) or draft
            if known.is_sent:
                return known
            if known.sent_at is None:
                known = replace(known, sent_at=self._clock().replace(microsecond=0))
                self._note(known)
            write_kept(self._root / known.target, known.path.read_bytes(), known.sent_at or known.made_at, self._root)
            known = replace(known, is_sent=True)
            self._note(known)
            return known

    def sent(self, link: UploadLinkRecord, received: Iterable[UploadedFile]) -> tuple[UploadedFile, ...]:
        """Return what was sent by a link, newest first: files that wait to be collected, and those `received`."""
        known = {receipt_of(each.path): each for each in received}
        folder = self._root / upload_path(link.link.unit, link.number, "-", "-").parent.parent
        waiting = [self._waiting(path) for path in folder.glob("*/[!.]*")]
        files = [*known.values(), *(each for each in waiting if each and receipt_of(each.path) not in known)]
        return tuple(sorted(files, key=lambda each: each.sent_at, reverse=True))

    def _waiting(self, path: Path) -> UploadedFile | None:
        try:
            with path.open("rb") as file:
                digest = file_digest(file, "sha256").hexdigest()
            sent_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        except FileNotFoundError:
            return None  # collected meanwhile
        return UploadedFile(path.relative_to(self._root).as_posix(), path.name, digest, sent_at, ())

    def _note(self, draft: UploadDraft) -> None:
        facts = asdict(draft) | {"path": None, "made_at": draft.made_at.isoformat()}
        facts["sent_at"] = draft.sent_at.isoformat() if draft.sent_at else None
        target = draft.path.with_name("draft.json")
        write_kept(target, json.dumps(facts, ensure_ascii=False).encode(), self._clock(), self._root)

    def _remove_old(self) -> None:
        begun_before = (self._clock() - KEPT).timestamp()
        for folder in (self._root / _DRAFTS).iterdir():
            try:
                is_old = folder.stat().st_mtime < begun_before
            except FileNotFoundError:
                continue  # another upload removed it
            if is_old:
                shutil.rmtree(folder, ignore_errors=True)


def clean_name(file_name: str) -> str:
    """Return the name under which an uploaded file is kept: without folders, and one that any file system takes."""
    name = PurePosixPath(unicodedata.normalize("NFC", file_name).replace("\\", "/")).name
    path = PurePosixPath(_RISKY.sub("_", visible(name)).lstrip(".~$ "))
    stem = path.stem.encode()[:_LONGEST_STEM].decode(errors="ignore").strip(" .")
    return f"{stem or 'bao-cao'}{path.suffix[:10]}"
