"""Carry out a person's decision about a report, and publish at once what it moves."""

from collections.abc import Callable
from dataclasses import dataclass

from domain.errors import UsageError
from flows.alone import alone
from flows.closing import refuse_closed
from flows.outcome import Outcome
from flows.pipeline import Run, begin, end, give_out
from warehouse.engine import Session, transaction
from warehouse.lifecycle import Said
from warehouse.places import Place
from warehouse.withdrawal import Changed, Decision, restore, withdraw

_KINDS: dict[str, Callable[[Session, Place, Decision, int | None], Changed]] = {
    "withdraw": withdraw,
    "restore": restore,
}


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision did to the versions of a report, and what was published because of it."""

    changed: Changed
    outcome: Outcome


def decide(run: Run, kind: str, place: Place, said: Said, version: int | None = None) -> Decided:
    """Withdraw or restore (`kind`) a report; then roll up and publish as any run does.

    The decision stands once it is made: when rolling up or publishing fails, the next run makes it good.

    Raises:
        UsageError: the report cannot be withdrawn or restored, or its period is closed; nothing was done.
        RunInProgressError: another run did not end in time; nothing was done.
    """
    with alone(run.house, run.id, kind, run.watcher):
        refuse_closed(run.house, place.period, [place.unit.code], place.form)
        begin(run, kind, said.note)
        try:
            with transaction(run.house.engine) as session:
                changed = _KINDS[kind](session, place, Decision(said, run.house.clock(), run.id), version)
        except UsageError:
            end(run, Outcome(run.id))
            raise
        return Decided(changed, end(run, Outcome(run.id, given=give_out(run))))
