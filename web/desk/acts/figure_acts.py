"""Acts about an area's figures for a period: close and reopen them."""

from collections.abc import Sequence

from flows.actions.close_period import close_period, reopen_period, what_closes
from flows.pipeline.scope import RunScope
from warehouse.store.engine import reading
from web.desk.acts.act import Act, ActField, ActResult, ActWork, FieldKind, SubjectKind


def _foresee_closing(work: ActWork) -> Sequence[str]:
    key, page = work.figures.key, work.page
    with reading(work.context.engine) as session:
        kept = what_closes(session, work.context, key, partial=_is_partial(work))
    absent = [page.text("closes_without", unit=f"{each.code} {each.name}", period=each.period) for each in kept.absent]
    return [page.text("closes_at", revision=kept.number + 1), *absent]


def _close(work: ActWork) -> ActResult:
    key = work.figures.key
    run = work.run(RunScope(period=key.period))
    closed = close_period(run, key, work.decision, work.desk.settings, partial=_is_partial(work))
    return ActResult([*closed.proof.differing, *closed.proof.judged_otherwise])


def _reopen(work: ActWork) -> ActResult:
    key = work.figures.key
    closing, _ = reopen_period(work.run(RunScope(period=key.period)), key, work.decision)
    facts = {"by": closing.closed_by, "time": work.page.formatter.time(closing.closed_at)}
    return ActResult([work.page.text("was_closed", revision=closing.revision, **facts)])


def _is_partial(work: ActWork) -> bool:
    return bool(work.values["partial"])


FIGURE_ACTS = (
    Act("close", SubjectKind.FIGURES, _close, (ActField("partial", FieldKind.CHECK),), _foresee_closing),
    Act("reopen", SubjectKind.FIGURES, _reopen),
)
