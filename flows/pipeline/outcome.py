"""Outcome of a run: submissions with their issues, published revisions, everything left for later."""

from dataclasses import dataclass

from domain.issues import Issue, Severity
from domain.rollups import RollupChange
from domain.submissions import Judgement, judgement_of
from domain.texts import one_line
from domain.units import OrgUnit
from warehouse.queries.silent_units import SilentPeriod

NOT_DONE = "not_done"
"""What a run counts that a person started in vain: what they decided was not possible."""

DAMAGED = "landed_file_damaged"
"""Code of the issue of a file whose landed bytes are missing or damaged."""


@dataclass(frozen=True, slots=True)
class SubmissionOutcome:
    """Outcome of one submission. `unit` and `period` are None where they could not be identified."""

    submission_id: int
    file_name: str
    unit: OrgUnit | None
    period: str | None
    accepted: bool
    issues: tuple[Issue, ...]

    @property
    def label(self) -> str:
        """The unit as operators know it: `22828 Ma Nới`; the file's name where the unit is unknown."""
        return self.name if self.unit is None else f"{self.unit.code} {self.name}"

    @property
    def name(self) -> str:
        """The unit's name without its code: `Ma Nới`; the file's name where the unit is unknown."""
        if self.unit is None:
            return one_line(self.file_name)
        # The name of a numbered ward needs its kind: Phường 11.
        return self.unit.name if self.unit.bare_name.isdecimal() else self.unit.bare_name

    @property
    def judgement(self) -> Judgement:
        """The result of judging it."""
        if self.is_held:
            return Judgement.HELD
        if not self.accepted:
            return Judgement.QUARANTINED
        return judgement_of(issue.severity for issue in self.issues)

    @property
    def is_held(self) -> bool:
        """Whether it waits for a person's decision, without counting."""
        return bool(self.holds) and not self.faults

    @property
    def holds(self) -> tuple[Issue, ...]:
        """The issues for which it is held."""
        return tuple(issue for issue in self.issues if issue.severity is Severity.HOLD)

    @property
    def warnings(self) -> tuple[Issue, ...]:
        """The issues of severity warning, which the sender is asked to answer."""
        return tuple(issue for issue in self.issues if issue.severity is Severity.WARNING)

    @property
    def faults(self) -> tuple[Issue, ...]:
        """The critical issues, for which it was refused."""
        return tuple(issue for issue in self.issues if issue.severity is Severity.CRITICAL)


@dataclass(frozen=True, slots=True)
class PublishedRevision:
    """A revision that was published: of which area and period, its number, where it lies, the figures it moved."""

    area: str
    area_name: str
    period: str
    revision: int
    path: str
    is_partial: bool
    changes: tuple[RollupChange, ...]


@dataclass(frozen=True, slots=True)
class ClosedFiguresAwaiting:
    """A closed period of an area, and the number of reports changed since, which wait for a reopening."""

    area: str
    area_name: str
    period: str
    reports: int


@dataclass(frozen=True, slots=True)
class RevalidationFinding:
    """An accepted report that today's rules would refuse, or in which other figures are read today; it still counts.

    `verdict.issues` are today's; `changes` counts the figures that are read otherwise; `moved` says that the workbook
    is read as another unit's, or of another form or period.
    """

    verdict: SubmissionOutcome
    changes: int
    moved: bool = False


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """Outcome of a run.

    `verdicts` are the outcomes of the judged submissions, `given` the published revisions. `replaced` counts workbooks
    that were replaced, before they were judged, by a later one of the same unit, form and period; `left` are the
    reasons why files or sources could not be collected; `waiting` counts submissions outside the run's scope.
    `withdrawn` names files that came again although a person had withdrawn them, `outdated` those that came again
    although a later version of the report counts, `restored` those of known bytes that came with so many others that
    they are a restored share and change no version; `held` are closed periods for which corrections wait. `rechecked`
    counts accepted reports that were judged once more because a person asked; `doubted` are those of them that would
    not be accepted as they are today. `is_refused`: a person's decision could not be carried out, and nothing was done.
    `silent` are periods past their deadline for which units have sent nothing; only
    runs over all units fill it. `not_closed` says why periods were not closed although their consultation is over.
    """

    run_id: str
    verdicts: tuple[SubmissionOutcome, ...] = ()
    replaced: int = 0
    given: tuple[PublishedRevision, ...] = ()
    left: tuple[str, ...] = ()
    waiting: int = 0
    withdrawn: tuple[str, ...] = ()
    outdated: tuple[str, ...] = ()
    restored: tuple[str, ...] = ()
    held: tuple[ClosedFiguresAwaiting, ...] = ()
    rechecked: int = 0
    doubted: tuple[RevalidationFinding, ...] = ()
    silent: tuple[SilentPeriod, ...] = ()
    is_refused: bool = False
    not_closed: tuple[str, ...] = ()

    @property
    def refused(self) -> tuple[SubmissionOutcome, ...]:
        """Submissions that were refused, by their label."""
        return self._judged_as(Judgement.QUARANTINED)

    @property
    def damaged(self) -> tuple[SubmissionOutcome, ...]:
        """Refused submissions whose landed bytes were damaged and could not be fetched again: a fault of ours."""
        return tuple(each for each in self.refused if any(issue.code == DAMAGED for issue in each.faults))

    @property
    def held_reports(self) -> tuple[SubmissionOutcome, ...]:
        """Submissions that wait for a person's decision, by their label."""
        return self._judged_as(Judgement.HELD)

    @property
    def warned(self) -> tuple[SubmissionOutcome, ...]:
        """Submissions that were accepted with warnings, by their label."""
        return self._judged_as(Judgement.ACCEPTED_WITH_WARNINGS)

    def _judged_as(self, judgement: Judgement) -> tuple[SubmissionOutcome, ...]:
        results = (outcome for outcome in self.verdicts if outcome.judgement is judgement)
        return tuple(sorted(results, key=lambda outcome: outcome.label))

    @property
    def is_idle(self) -> bool:
        """Whether the run found nothing to do."""
        return not (
            self.verdicts
            or self.replaced
            or self.given
            or self.left
            or self.restored
            or self.rechecked
            or self.not_closed
        )

    @property
    def counts(self) -> dict[str, int]:
        """The counts kept in the run's record."""
        refused_run = {NOT_DONE: 1} if self.is_refused else {}
        return refused_run | {
            "judged": len(self.verdicts),
            "accepted": len(self.verdicts) - len(self.refused) - len(self.held_reports),
            "warned": len(self.warned),
            "refused": len(self.refused),
            "held": len(self.held_reports),
            "replaced": self.replaced,
            "published": len(self.given),
            "left": len(self.left),
            "damaged": len(self.damaged),
            "waiting": self.waiting,
            "withdrawn": len(self.withdrawn),
            "restored": len(self.restored),
            "rechecked": self.rechecked,
            "doubted": len(self.doubted),
            "silent": sum(silent_unit.count for silent_unit in self.silent),
        }
