"""Check what mails with the subject “kiểm tra” bring, and reply at once; nothing of it is landed or loaded."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from connectors.base import Connector, RemoteFile, SourceMissingError, SourceRefusedError
from domain.authorisations import Authorisation, Authorisations, Route
from domain.catalog.sources import After, ReplyWay
from domain.errors import TransientError
from domain.mail.threads import MailThread, message_id_of
from domain.texts import cut, one_line
from flows.actions.check_files import CheckedFile, check_files
from flows.pipeline.marked_copy import LANG, FileFindings, marked_copy
from flows.pipeline.progress import NoProgress
from flows.pipeline.returned_names import stem_of
from flows.pipeline.stages.collect import cursor_position, unknown_files
from flows.pipeline.stages.deliver import reply_ways
from flows.pipeline.stages.reply import write
from flows.support.context import AppContext
from flows.support.named_files import NamedFile
from flows.support.settings import Settings
from warehouse.store.engine import reading, transaction
from warehouse.submissions.authorisations import are_senders_checked, authorised_senders
from warehouse.submissions.outgoing import NewMail, ReplyFiles, keep_handled, queue_mail
from workbooks.identify.hints import Hints
from workbooks.pool.landed_file import LandedFile

FOLDER = "kiem-tra"
"""Folder of the outbox for what was checked by mail."""
_LONGEST_LINE = 600
_MOST_ISSUES = 5
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _CheckMail:
    """A mail to be checked: its files, its thread, and its sender, None where it gets no reply."""

    files: tuple[RemoteFile, ...]
    thread: MailThread
    sender: str | None


def reply_to_checks(settings: Settings, context: AppContext) -> int:
    """Check what mails bring whose subject asks for it, queue the replies, and return how many mails those were.

    Only proved senders get a reply, and where senders are registered only those: what is found may tell figures of
    earlier reports. Each mail is checked once; one whose check was interrupted, again. A mailbox that cannot be read,
    and a virus scanner that does not answer, are left to the run, which names them.
    """
    count = 0
    ways = reply_ways(context)
    for connector in context.connectors:
        if ways.by_source.get(connector.name) is ReplyWay.MAIL:
            try:
                for mail in _check_mails(context, connector, ways.own_addresses):
                    _MailCheck(settings, context, connector, mail).carry_out()
                    count += 1
            except (SourceMissingError, SourceRefusedError, TransientError) as error:
                _LOG.warning("no checks by way of %s: %s", connector.name, type(error).__name__)
    return count


def _check_mails(context: AppContext, connector: Connector, own_addresses: frozenset[str]) -> Sequence[_CheckMail]:
    """Return the mails that ask for a check and were not handled."""
    listed = [file for file in connector.list(cursor_position(context, connector)) if file.is_check]
    new = sorted(unknown_files(context, connector, listed), key=_mail_of)
    mails: list[_CheckMail] = []
    for _, group in groupby(new, key=_mail_of):
        files = tuple(group)
        first = files[0]
        has_reply = first.sender is not None and not first.automatic and first.sender not in own_addresses
        if first.mail is not None:
            mails.append(_CheckMail(files, first.mail, first.sender if has_reply else None))
    return mails


def _mail_of(file: RemoteFile) -> str:
    return file.path.partition("/")[0]


class _MailCheck:
    """The check of one mail."""

    def __init__(self, settings: Settings, context: AppContext, connector: Connector, mail: _CheckMail) -> None:
        """Check this mail of this source."""
        self._settings, self._context, self._connector, self._mail = settings, context, connector, mail

    def carry_out(self) -> None:
        """Check, write the marked copies into the outbox, and record the mail and its reply together."""
        context, mail = self._context, self._mail
        folder = f"{FOLDER}/{_mail_of(mail.files[0])}"
        copies, text = self._checked() if mail.sender is not None else ({}, "")
        write(context.outbox, {f"{folder}/{name}": data for name, data in copies.items()})
        with transaction(context.engine) as session:
            number = keep_handled(session, self._connector.name, [f.fingerprint for f in mail.files], context.clock())
            if mail.sender is not None:
                message_id = message_id_of("check", number, f"{self._connector.name}\0{folder}")
                new = NewMail(self._connector.name, mail.sender, message_id, mail.thread)
                queue_mail(session, new, ReplyFiles(folder, tuple(copies), text), context.clock())
        if self._connector.source.after is not After.LEFT and context.settles_sources:
            for file in mail.files:
                self._connector.settle(file)

    def _checked(self) -> tuple[dict[str, bytes], str]:
        """Return the marked copies by name, and the text of the reply."""
        admitting = self._admitting()
        if admitting == ():
            return {}, self._text("reply_check_unregistered")
        copies: dict[str, bytes] = {}
        lines: list[str] = []
        with TemporaryDirectory(prefix="tonghop-") as name:
            checked = check_files(self._settings, self._fetched(Path(name)), NoProgress())
            for number, each in enumerate(checked, start=1):
                if not self._may_see(each, admitting):
                    lines.append(f"{each.path.name}: {self._text('reply_check_other_unit')}")
                    continue
                file = LandedFile(each.path, each.file.hints)
                findings = FileFindings(each.issues, each.report.repairs)
                copy = marked_copy(file, findings, self._context.catalog, self._settings.reading_limits)
                suffix = PurePosixPath(copy.file_name).suffix
                copies[f"{stem_of(each.path.name)}.da-kiem-tra.so-{number:08d}{suffix}"] = copy.data
                lines += [f"{each.path.name}: {self._text(f'check_{each.outcome}')}"]
                lines += self._findings(each)
        lines = [cut(one_line(line), _LONGEST_LINE) for line in lines]
        return copies, "\n".join((*lines, "", self._text("reply_check_only")))

    def _findings(self, checked: CheckedFile) -> list[str]:
        """Return a line on each of the first issues; the marked copy has all of them."""
        catalog = self._context.catalog
        return [f"  - {catalog.issue_message(issue, LANG)}" for issue in checked.issues[:_MOST_ISSUES]]

    def _text(self, name: str) -> str:
        return self._context.catalog.texts.text(f"flows.{name}", LANG)

    def _fetched(self, folder: Path) -> list[NamedFile]:
        """Write the files of the mail into folders of their own, for two may have one name."""
        named: list[NamedFile] = []
        for number, file in enumerate(self._mail.files):
            path = folder / str(number) / PurePosixPath(file.path).name
            path.parent.mkdir()
            path.write_bytes(b"".join(self._connector.fetch(file)))
            named.append(NamedFile(path, Hints(path.name, ())))
        return named

    def _admitting(self) -> tuple[Authorisation, ...] | None:
        """Return the authorisations of the mail's way; None: senders are not registered here."""
        context, mail = self._context, self._mail
        with reading(context.engine) as session:
            if not are_senders_checked(session):
                return None
            authorisations = Authorisations(authorised_senders(session))
        return authorisations.admitting(Route(self._connector.name, mail.files[0].path, mail.sender, context.today))

    def _may_see(self, checked: CheckedFile, admitting: tuple[Authorisation, ...] | None) -> bool:
        """Return whether the sender may report for all units, whose earlier figures the findings may tell."""
        catalog = self._context.catalog
        if admitting is None:
            return True
        reports = ((report.unit, report.form) for report in checked.report.whole if report.unit is not None)
        return all(
            any(each.admits(form) and each.covers(catalog, unit, unit.valid_from) for each in admitting)
            for unit, form in reports
        )
