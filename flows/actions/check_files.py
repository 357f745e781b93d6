"""Check files before they are sent: read and judge them as the nightly run would, without storing anything."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from domain.batches import batched
from domain.issues import Issue, without_shadow
from domain.rules import Rule
from domain.submissions import Judgement, ParsedReport, SubmissionState, judgement_of
from flows.pipeline.progress import ProgressListener
from flows.pipeline.revalidate import rules_beyond
from flows.pipeline.stages.judge import find_issues, hold_issues, stage_all
from flows.pipeline.stages.read import ReadSubmission, judgeable
from flows.support.context import AppContext, build_context
from flows.support.dry_run import own_staging
from flows.support.named_files import NamedFile
from flows.support.settings import Settings
from warehouse.store.engine import Engine, transaction, trial
from warehouse.store.reference import mirror_catalog
from warehouse.submissions.submissions import Arrival, Pending, receive, record_parsed
from workbooks.pool.landed_file import LandedFile, Reader

NOT_TAKEN: Final = "not_taken"
"""Outcome of what is named and is no report: a lock file, a missing or unreadable file, a folder without workbooks."""
_RUN: Final = "check"
_STATES: Final = {
    Judgement.ACCEPTED: SubmissionState.ACCEPTED,
    Judgement.ACCEPTED_WITH_WARNINGS: SubmissionState.ACCEPTED,
    Judgement.HELD: SubmissionState.HELD,
    Judgement.QUARANTINED: SubmissionState.QUARANTINED,
}


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """Result of checking a file: its report, all its issues, and the rules that were not evaluated.

    `issues` holds those of reading, eligibility and rules; `not_checked` the ids of the rules not evaluated: those that
    compare other reports where there is no warehouse, all of them where the file cannot be judged at all.
    """

    file: NamedFile
    report: ParsedReport
    issues: tuple[Issue, ...]
    not_checked: tuple[str, ...]

    @property
    def path(self) -> Path:
        """The path as it was named on the command line."""
        return self.file.path

    @property
    def accepted(self) -> bool:
        """Return whether no issue found prevents its acceptance."""
        return self.outcome == SubmissionState.ACCEPTED

    @property
    def is_taken(self) -> bool:
        """Whether a nightly run would take the file at all."""
        return self.file.fault is None

    @property
    def outcome(self) -> str:
        """The state that a submission of the file would get; `not_taken` where no run would make one of it."""
        if not self.is_taken:
            return NOT_TAKEN
        return _STATES[judgement_of(issue.severity for issue in self.issues)]


@dataclass(frozen=True, slots=True)
class Checker:
    """What files are read and judged with: `context` stages apart from the warehouse; `rules` can be evaluated there.

    `warehouse` holds earlier reports and those of other communes; None: there is none.
    """

    context: AppContext
    reader: Reader
    rules: tuple[Rule, ...]
    warehouse: Engine | None

    def check(self, files: Sequence[NamedFile], listener: ProgressListener) -> tuple[CheckedFile, ...]:
        """Check files; see `check_files`."""
        readable = [file for file in files if file.fault is None]
        reports, read = _read(self, readable, listener)
        issues: dict[int, tuple[Issue, ...]] = {}
        judged = [part for parts in read for part in parts if part.may_be_judged]
        listener.begin("judge", len(judged))
        for group in _of_different_units(judged):
            for batch in batched(group, self.context.batch_size):
                issues.update(_judge(self, batch))
                listener.advance("judge", len(batch))
        put = {rule.id for rule in self.rules}
        beyond = tuple(rule for rule in self.context.catalog.rules if rule not in put)
        everything = tuple(self.context.catalog.rules)
        checked = {
            file.path: CheckedFile(
                file=file,
                report=report,
                issues=without_shadow(
                    issue for part in parts for issue in issues.get(part.submission.id, part.report.issues)
                ),
                not_checked=beyond if any(part.may_be_judged for part in parts) else everything,
            )
            for file, report, parts in zip(readable, reports, read, strict=True)
        }
        return tuple(checked.get(file.path) or _not_taken(file, everything) for file in files)


def check_files(
    settings: Settings,
    files: Sequence[NamedFile],
    listener: ProgressListener,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> tuple[CheckedFile, ...]:
    """Read every file under the limits of a nightly run and evaluate all applicable rules; results in the files' order.

    Where a warehouse is configured or lies in the home, rules that compare other reports are evaluated too,
    against what is accepted there; it is not written to. Each file is judged by itself, even of two of one unit.

    Raises:
        TransientError: the warehouse does not answer.
        RuleBrokenError: a rule is wrong; no file is blamed for it.
    """
    with open_checker(settings, clock) as checker:
        return checker.check(files, listener)


@contextmanager
def open_checker(settings: Settings, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Iterator[Checker]:
    """Open what files are checked with; it can be used for any number of checks, one at a time.

    Raises:
        TransientError: the warehouse does not answer.
    """
    with (
        TemporaryDirectory(prefix="tonghop-") as name,
        own_staging(Path(name)) as (staging, url),
        _context_and_rules(settings, Path(name), clock) as (context, rules),
        context.open_reader() as reader,
    ):
        warehouse = context.engine if settings.has_warehouse and isinstance(context.engine, Engine) else None
        yield Checker(replace(context, staging=staging, staging_url=url), reader, rules, warehouse)


def _not_taken(file: NamedFile, rules: tuple[str, ...]) -> CheckedFile:
    nothing = ParsedReport(unit=None, period=None, form=None, layout_version=None)
    return CheckedFile(file, nothing, (file.fault,) if file.fault else (), rules)


def _of_different_units(read: Iterable[ReadSubmission]) -> list[list[ReadSubmission]]:
    """Return groups in which no unit has two files, for what is judged together is compared with one another."""
    groups: list[list[ReadSubmission]] = []
    used: dict[str, int] = defaultdict(int)
    for read_submission in read:
        unit = read_submission.report.unit.code if read_submission.report.unit else ""
        if used[unit] == len(groups):
            groups.append([])
        groups[used[unit]].append(read_submission)
        used[unit] += 1
    return groups


@contextmanager
def _context_and_rules(
    settings: Settings, folder: Path, clock: Callable[[], datetime]
) -> Iterator[tuple[AppContext, tuple[Rule, ...]]]:
    if settings.has_warehouse:
        context = build_context(settings, clock)
        rules = tuple(context.catalog.rules.values())
    else:
        # An empty warehouse: no unit's history is passed to the rules.
        context = build_context(settings.model_copy(update={"home": folder, "warehouse_url": "", "store": ""}), clock)
        beyond = rules_beyond(context.catalog)
        rules = tuple(rule for rule in context.catalog.rules.values() if rule.id not in beyond)
    try:
        yield context, rules
    finally:
        context.engine.engine.dispose()


def _read(
    checker: Checker, files: Sequence[NamedFile], listener: ProgressListener
) -> tuple[list[ParsedReport], list[list[ReadSubmission]]]:
    """Return the report of each file, and of each the submissions that would be made of it: one of each unit."""
    reports: list[ParsedReport] = []
    read: list[list[ReadSubmission]] = []
    context, number = checker.context, count(1)
    listener.begin("read", len(files))
    for batch in batched(files, context.batch_size):
        of_batch = checker.reader.read(LandedFile(file.path, file.hints) for file in batch)
        for file, report in zip(batch, of_batch, strict=True):
            waiting = ((_pending(context, next(number), file), part) for part in report.whole)
            read.append([judgeable(each, part, context.catalog, context.today) for each, part in waiting])
        reports += of_batch
        listener.advance("read", len(batch))
    return reports, read


def _pending(context: AppContext, number: int, file: NamedFile) -> Pending:
    """Return the file as a new arrival; its bytes may be in the warehouse already, so it gets a hash of its own."""
    hints = file.hints
    return Pending(
        id=number,
        sha256=sha256(f"{_RUN} {number}".encode()).hexdigest(),
        path="/".join((*hints.folders, hints.file_name)),
        file_name=hints.file_name,
        folders=hints.folders,
        delivered_at=context.clock(),
        state=SubmissionState.RECEIVED,
    )


def _judge(checker: Checker, batch: Sequence[ReadSubmission]) -> Mapping[int, tuple[Issue, ...]]:
    """Return all issues of each file, by its number."""
    context, there = checker.context, batch
    holds: dict[int, tuple[Issue, ...]] = {}
    if checker.warehouse is None:
        stage_all(context, _RUN, batch)
    else:
        # Held only until the past is staged, for it blocks nightly runs; evaluating the rules takes longer.
        with trial(checker.warehouse) as tried:
            there = [_received(replace(context, engine=tried), read_submission) for read_submission in batch]
            stage_all(replace(context, engine=tried), _RUN, there)
            holds = hold_issues(replace(context, engine=tried), there)
    judged = find_issues(context, _RUN, there, checker.rules)
    return {
        read_submission.submission.id: (*result.issues, *holds.get(result.submission_id, ()))
        for read_submission, result in zip(batch, judged, strict=True)
    }


def _received(context: AppContext, read_submission: ReadSubmission) -> ReadSubmission:
    """Return the file as a submission of the warehouse, so that its past and its neighbours are found there."""
    file, at = read_submission.submission, context.clock()
    arrival = Arrival(
        connector=_RUN,
        path=file.path,
        fingerprint=file.sha256,
        file_name=file.file_name,
        sha256=file.sha256,
        size=0,
        delivered_at=at,
        landed_at=at,
    )
    with transaction(context.engine) as session:
        mirror_catalog(session, context.catalog)
        key = receive(session, arrival)
        record_parsed(session, {key: read_submission.report}, at)
    return replace(read_submission, submission=replace(file, id=key))
