"""Evaluate a rule on past batches, each as it was and beside what was accepted then."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Final

from connectors.landing import DamagedBytesError, NotLandedError
from domain.issues import Issue
from domain.rules import Rule
from domain.submissions import ParsedReport
from expectations.check import check
from flows.pipeline.stages.earlier_figures import earlier_figures
from flows.pipeline.stages.judge import rows_of
from flows.support.context import AppContext
from flows.support.dry_run import own_staging
from warehouse.queries.history import figures_of
from warehouse.queries.judged_batches import JudgedBatch, JudgedSubmission
from warehouse.store.engine import Engine, reading, transaction
from warehouse.submissions.peers import peers
from warehouse.submissions.staging import PastMoment, clear
from warehouse.submissions.staging import stage as stage_rows
from workbooks.identify.hints import Hints
from workbooks.pool.landed_file import LandedFile, Reader

_RUN: Final = "backtest"


@dataclass(frozen=True, slots=True)
class BatchFindings:
    """Results of the rule for a batch, by submission, and the submissions that cannot be judged again, with reasons."""

    issues: tuple[tuple[int, Issue], ...]
    left_out: dict[int, str]


@dataclass
class BacktestRunner:
    """Evaluates a rule on past batches, in a staging database of its own."""

    context: AppContext
    staging: Engine
    url: str
    opened: ExitStack
    reader: Reader | None = None

    def judge(self, batch: JudgedBatch, rule: Rule) -> BatchFindings:
        """Return the results of one rule for a batch, beside what was accepted before that batch was judged.

        Raises:
            RuleBrokenError: the rule cannot be evaluated.
        """
        reports, left_out = self._reports(batch.submissions)
        catalog, ids = self.context.catalog, sorted(reports)
        rows = [row for key, report in reports.items() for row in rows_of(catalog, _RUN, key, report)]
        with reading(self.context.engine) as session:
            moment = PastMoment(batch.before, batch.accepted)
            past = list(earlier_figures(session, catalog, _RUN, reports, moment))
            beside = peers(session, _RUN, ids, before=batch.before)
        with transaction(self.staging) as session:
            clear(session, _RUN)
            stage_rows(session, [*rows, *past, *beside])
        # A rule that compares neighbours was never evaluated on submissions that others had refused.
        refused = [submission.id for submission in batch.submissions if submission.id in reports and submission.refused]
        indicators = tuple(catalog.indicators.values())
        result = check(self.url, _RUN, [rule], len(reports), indicators=indicators, refused=refused)
        return BatchFindings(tuple((failure.submission_id, failure.issue) for failure in result), left_out)

    def _reports(self, submissions: Sequence[JudgedSubmission]) -> tuple[dict[int, ParsedReport], dict[int, str]]:
        """Return each submission's report by its number; of one that cannot be judged again, the reason."""
        with reading(self.context.engine) as session:
            kept = figures_of(session, [submission.id for submission in submissions if submission.kept])
        reports: dict[int, ParsedReport] = {}
        left_out: dict[int, str] = {}
        to_read: list[tuple[JudgedSubmission, LandedFile]] = []
        for submission in submissions:
            unit = self.context.catalog.units.find(submission.unit.code, submission.unit.valid_from)
            if unit is None or unit.key != submission.unit:
                left_out[submission.id] = "unknown_unit"
            elif submission.kept:
                reports[submission.id] = ParsedReport(
                    unit,
                    submission.period,
                    submission.form,
                    submission.layout_version,
                    kept.get(submission.id, ()),
                )
            elif (file := _landed(self.context, submission)) is None:
                left_out[submission.id] = "no_bytes"
            else:
                to_read.append((submission, file))
        for (submission, _), whole in zip(to_read, self._read([file for _, file in to_read]), strict=True):
            report = whole.of_part(submission.part)
            if report.unit is not None and (report.unit.key, report.form, report.period) == (
                submission.unit,
                submission.form,
                submission.period,
            ):
                reports[submission.id] = report
            else:
                left_out[submission.id] = "read_otherwise"
        return reports, left_out

    def _read(self, files: Sequence[LandedFile]) -> tuple[ParsedReport, ...]:
        """Read refused workbooks again; the reading pool starts with the first such file."""
        if not files:
            return ()
        if self.reader is None:
            self.reader = self.opened.enter_context(self.context.open_reader())
        return self.reader.read(files)


@contextmanager
def open_backtest_runner(context: AppContext) -> Iterator[BacktestRunner]:
    """Yield a runner with a staging database that is deleted at the end."""
    with (
        TemporaryDirectory(prefix="tonghop-") as folder,
        own_staging(Path(folder)) as (staging, url),
        ExitStack() as opened,
    ):
        yield BacktestRunner(context, staging, url, opened)


def _landed(context: AppContext, judged_submission: JudgedSubmission) -> LandedFile | None:
    hints = Hints(file_name=judged_submission.file_name, folders=PurePosixPath(judged_submission.path).parts[:-1])
    try:
        return LandedFile(context.landing.checked_path(judged_submission.sha256), hints)
    except (NotLandedError, DamagedBytesError):
        return None
