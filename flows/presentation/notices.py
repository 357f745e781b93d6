"""Notices: mails about a failed run, or about refused reports, with the next step to take."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from enum import StrEnum

from domain.errors import UsageError
from domain.issues import Issue, Severity
from domain.texts import cut, one_line
from flows.pipeline.interrupted import InterruptedRun
from flows.presentation.message_formatter import MessageFormatter
from flows.support.service_settings import ServiceSettings
from warehouse.queries.read_models import SubmissionRecord

MOST_NAMED = 50
"""Most refused reports that a run's notice names; the rest are counted."""
MOST_IN_SUBJECT = 3
LONGEST_SUBJECT = 200
LONGEST_LINE = 2_000
"""Most letters of a notice's subject, and of a line of its text."""


class NoticeEvent(StrEnum):
    """Subject of a notice."""

    RUN_FAILED = "run_failed"
    SUBMISSIONS_QUARANTINED = "submissions_quarantined"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice: one line, and the text below it."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class FailedRun:
    """A run that failed or crashed: its name, state and message, and its address.

    `interrupted` is what a crashed run did and left; `restart` names the text about who goes on with it.
    """

    name: str
    state: str
    message: str
    address: str
    interrupted: InterruptedRun | None = None
    restart: str = "notice_crashed_next_run"


@dataclass(frozen=True, slots=True)
class RefusedReport:
    """A refused report and its issues."""

    record: SubmissionRecord
    issues: tuple[Issue, ...]

    @property
    def who(self) -> str:
        """The unit's code and name; the file where the unit is unknown."""
        record = self.record
        return f"{record.unit} {record.unit_name}" if record.unit else record.file.file_name


def of_run(messages: MessageFormatter, ended: FailedRun, refused: Sequence[RefusedReport]) -> Notice:
    """Return the notice of a run that failed or crashed, with the reports it refused; one mail tells all of it."""
    if ended.interrupted is not None:
        subject = messages.text("notice_crashed_subject", run=ended.name)
        counts = asdict(ended.interrupted)
        lines = [messages.text("notice_crashed", run=ended.name), ""]
        lines += [messages.text(name, **counts) for name in ("notice_crashed_done", "notice_crashed_left")]
        lines += ["", messages.text(ended.restart)]
    else:
        subject = messages.text("notice_run_subject", run=ended.name, state=ended.state)
        lines = [messages.text("notice_run", run=ended.name, state=ended.state), "", ended.message]
    if refused:
        lines += ["", messages.text("notice_refused"), "", *_faults(messages, refused)]
    lines += ["", ended.address]
    return signed_notice(messages, subject, lines)


def of_refused(messages: MessageFormatter, run: str, refused: Sequence[RefusedReport], address: str) -> Notice:
    """Return the notice of reports that a run refused: the first issues of each, cell by cell."""
    lines = [*_faults(messages, refused), messages.text("notice_refused_advice"), address]
    names = ", ".join(refused_report.who for refused_report in refused[:MOST_IN_SUBJECT])
    more = f" +{len(refused) - MOST_IN_SUBJECT}" if len(refused) > MOST_IN_SUBJECT else ""
    return signed_notice(messages, messages.text("notice_refused_subject", who=f"{names}{more}", run=run), lines)


def _faults(messages: MessageFormatter, refused: Sequence[RefusedReport]) -> list[str]:
    """Return the lines that name each refused report and its first issues, and count those beyond the most named."""
    lines: list[str] = []
    for refused_report in refused[:MOST_NAMED]:
        period = refused_report.record.period.id if refused_report.record.period else "?"
        lines.append(
            messages.text(
                "notice_submission",
                who=refused_report.who,
                period=period,
                file=refused_report.record.file.file_name,
            )
        )
        faults = [issue for issue in refused_report.issues if issue.severity is Severity.CRITICAL]
        lines += [*(f"  {line}" for line in messages.first_faults(faults)), ""]
    more = len(refused) - MOST_NAMED
    return [*lines, messages.text("and_more", count=more)] if more > 0 else lines


def of_test(messages: MessageFormatter) -> Notice:
    """Return a notice that shows that notices arrive."""
    return signed_notice(messages, messages.text("notice_test_subject"), [messages.text("notice_test")])


def of_no_night(messages: MessageFormatter, clock: str, problem: str) -> Notice:
    """Return a notice that no nightly run has ended by a time of day, and the reason."""
    lines = [messages.text("notice_no_night", clock=clock), "", messages.error(problem)]
    return signed_notice(messages, messages.text("notice_no_night_subject"), lines)


def signed_notice(messages: MessageFormatter, subject: str, lines: Sequence[str]) -> Notice:
    """Return a signed notice in which file names and cells can forge no line or header, nor swamp the reader."""
    signed = [*lines, "", "-- ", messages.text("notice_signature"), ""]
    body = "\n".join(cut(one_line(line), LONGEST_LINE) for line in signed)
    return Notice(cut(" ".join(one_line(subject).split()), LONGEST_SUBJECT), body)


def send(
    settings: ServiceSettings, notice: Notice, addresses: Sequence[str] = (), message_id: str | None = None
) -> None:
    """Send a notice to some addresses, or to the recipients of notices; without a `message_id` it gets a new one.

    Raises:
        MailNotSentError: it may work later.
        MailRefusedError: the settings or the recipients have to be corrected first.
        UsageError: no mail server is set.
    """
    account = settings.mail_account
    if account is None:
        raise UsageError("there is no mail server: set TONGHOP_MAIL_HOST")
    message = EmailMessage()
    message["Subject"] = notice.subject
    message["From"] = account.address
    message["To"] = ", ".join(addresses or settings.mail_to)
    message["Date"] = formatdate(localtime=False)
    message["Message-ID"] = message_id or make_msgid(domain="tonghop")
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office reply
    message.set_content(notice.body)
    account.server.send(message)
