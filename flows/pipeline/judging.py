"""Judge the submissions that a run reads: begin while others are read, and decide once all are."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from domain.batches import batched
from flows.pipeline.progress import ProgressListener
from flows.pipeline.stages.identify import count_changed, record_batch, resolve_rivals
from flows.pipeline.stages.judge import by_last_day, check, load, stage, stage_peers, unstage
from flows.pipeline.stages.read import ReadSubmission
from flows.pipeline.steps import Steps, labelled_batches
from flows.support.context import AppContext


@dataclass(frozen=True)
class JudgedSubmissions:
    """Ids of submissions by outcome; one that another run judged meanwhile is in none."""

    accepted: set[int] = field(default_factory=set)
    refused: set[int] = field(default_factory=set)
    held: set[int] = field(default_factory=set)
    replaced: set[int] = field(default_factory=set)


class Judging:
    """The judging of one run's submissions, of which those of the earliest day are staged as they are read.

    What is judged later has a past that depends on them: it is staged when they are loaded.
    """

    def __init__(self, context: AppContext, steps: Steps, listener: ProgressListener, *, releases: bool) -> None:
        """Judge within these steps; `releases`: what would be held for a person's decision counts."""
        self._context, self._steps, self._listener, self._releases = context, steps, listener, releases
        self._judgement = JudgedSubmissions()
        self._day: date | None = None
        self._staged: set[int] = set()
        self.submissions: list[ReadSubmission] = []
        """All of them."""

    def begin(self, submissions: Sequence[ReadSubmission]) -> None:
        """Place submissions, and stage them as far as they can be before all are read."""
        for batch in batched(submissions, self._context.batch_size):
            label = f"{len(self.submissions) + 1}-{len(self.submissions) + len(batch)}"
            placed = partial(record_batch, self._context, self._steps.run_id, batch)
            refused = self._steps.run("place", f"place {label}", placed)
            self._judgement.refused.update(refused)
            self.submissions += batch
            self._stage_ahead(label, [each for each in batch if each.submission.id not in refused])

    def judge(self) -> JudgedSubmissions:
        """Choose among rivals, and judge the others in the order of their periods."""
        context, judgement = self._context, self._judgement
        if self.submissions:
            count_changed(context, self.submissions)
            work = partial(resolve_rivals, context, self._steps.run_id)
            settled = self._steps.run("place", "place: one workbook per unit", work)
            judgement.refused.update(settled.undecided)
            judgement.replaced.update(settled.replaced)
        out = judgement.refused | judgement.replaced
        judgeable = [each for each in self.submissions if each.submission.id not in out]
        if displaced := self._staged & out:
            unstage(context, self._steps.run_id, displaced)
        self._listener.begin("check", len(judgeable))
        done = 0
        for group in by_last_day(context.catalog, judgeable).values():
            self._judge_together(group, done, len(judgeable))
            done += len(group)
        return judgement

    def _stage_ahead(self, label: str, batch: Sequence[ReadSubmission]) -> None:
        days = by_last_day(self._context.catalog, batch)
        first = min(days, default=self._day)
        if first is not None and (self._day is None or first < self._day):
            unstage(self._context, self._steps.run_id)
            self._day = first
            self._staged.clear()
        if self._day in days:
            self._stage(label, days[self._day])
            self._staged.update(each.submission.id for each in days[self._day])

    def _stage(self, label: str, batch: Sequence[ReadSubmission]) -> None:
        self._steps.run("stage", f"stage {label}", partial(stage, self._context, self._steps.run_id, batch))

    def _judge_together(self, group: Sequence[ReadSubmission], done: int, total: int) -> None:
        """Judge submissions of one day's periods, each beside all others: batches only limit what is in memory."""
        context, steps, judgement = self._context, self._steps, self._judgement
        whole = f"{done + 1}-{done + len(group)} of {total}"
        unstaged = [each for each in group if each.submission.id not in self._staged]
        for label, batch in labelled_batches(unstaged, context.batch_size, done, total):
            self._stage(label, batch)
        steps.run("stage", f"stage peers of {whole}", partial(stage_peers, context, steps.run_id, group))
        judged = steps.run("check", f"check {whole}", partial(check, context, steps.run_id, group))
        for label, reports in labelled_batches(judged, context.batch_size, done, total):
            loaded = partial(load, context, steps.run_id, reports, releases=self._releases)
            result = steps.run("load", f"load {label}", loaded)
            judgement.accepted.update(result.accepted)
            judgement.refused.update(result.quarantined)
            judgement.held.update(result.held)
            self._listener.advance("check", len(reports))
        unstage(context, steps.run_id)
        count_changed(context, group)
