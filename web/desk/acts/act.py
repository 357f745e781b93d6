"""What an act is: what it is about, what it asks for, and what it does, in a trial or for good."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from domain.officers.users import User
from domain.units import OrgUnit
from flows.pipeline.pipeline import Run
from flows.pipeline.progress import NoProgress
from flows.pipeline.scope import RunScope
from flows.pipeline.steps import PlainSteps
from flows.support.context import AppContext
from warehouse.store.run_lock import Holder, RunInProgressError
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.runs import JUDGING_RUNS
from web.desk.context import DeskContext
from web.desk.page import DeskPage
from web.desk.requested import RequestedFigures, RequestedReport, RequestedUnit

Subject = RequestedReport | RequestedFigures | RequestedUnit | None
"""What an act is about; None: the office's work as a whole."""


class AtTheDesk(NoProgress):
    """Waits for acts of the command line, which are short, and not for a run that judges reports."""

    def wait_for(self, holder: Holder | None) -> None:
        """Refuse to wait for a long run.

        Raises:
            RunInProgressError: such a run holds the lock.
        """
        if holder is not None and holder.kind in JUDGING_RUNS:
            raise RunInProgressError(holder, 0)


class SubjectKind(StrEnum):
    """Kinds of things that acts are about."""

    REPORT = "report"
    FIGURES = "figures"
    UNIT = "unit"
    OFFICE = "office"


class FieldKind(StrEnum):
    """How a field of an act is filled in."""

    TEXT = "text"
    DAY = "date"
    NUMBER = "number"
    CHECK = "checkbox"
    CHOICE = "choice"
    NAMED = "hidden"
    """By the link that leads to the act, as is the version that it is about."""


@dataclass(frozen=True, slots=True)
class ActField:
    """A field that an act has beside reason and name; its label is the text `web.desk_field_<name>`.

    `default` is what it begins with; `options` are the values of a choice, with the texts `web.desk_option_<value>`.
    """

    name: str
    kind: FieldKind = FieldKind.TEXT
    is_required: bool = False
    default: Callable[[DeskContext], str] = lambda _: ""
    options: Sequence[str] = ()


@dataclass(frozen=True)
class ActWork:
    """An act that is carried out: by whom and why, about what, with which values, in which context and run."""

    desk: DeskContext
    context: AppContext
    subject: Subject
    values: Mapping[str, str]
    decision: DecisionReason
    run_id: str
    page: DeskPage

    @property
    def report(self) -> RequestedReport:
        """The report that the act is about."""
        if not isinstance(self.subject, RequestedReport):
            raise TypeError("the act is not about a report")
        return self.subject

    @property
    def figures(self) -> RequestedFigures:
        """The figures that the act is about."""
        if not isinstance(self.subject, RequestedFigures):
            raise TypeError("the act is not about figures")
        return self.subject

    @property
    def unit(self) -> OrgUnit:
        """The unit that the act is about."""
        if not isinstance(self.subject, RequestedUnit):
            raise TypeError("the act is not about a unit")
        return self.subject.unit

    @property
    def is_of_all_areas(self) -> bool:
        """Return whether the officer is limited to no areas."""
        return self.page.user is not None and not self.page.user.areas

    @property
    def version(self) -> int | None:
        """The version that the act is about; None: it is the only possible one."""
        number = self.values.get("version", "")
        return int(number) if number else None

    def run(self, scope: RunScope) -> Run:
        """Return the run that carries the act out."""
        return Run(self.context, scope, PlainSteps(self.run_id), AtTheDesk())


@dataclass(frozen=True, slots=True)
class ActResult:
    """What an act says of itself beside what its run changed: a line each, in the reader's language.

    `address` is where the officer goes afterwards, if not to the record of the run.
    """

    lines: Sequence[str] = ()
    address: str = ""


@dataclass(frozen=True)
class Act:
    """An act by its id, which names its texts: `web.desk_act_<id>` and `web.desk_act_<id>_lead`.

    `carry_out` does it. `foresee` says what it would do; where there is none it is carried out in a trial, in which
    nothing is kept; `judges`: it has reports judged. `known` returns values that the form begins with. `is_direct`: it
    touches neither figures nor states of reports, and goes beside any run; others are carried out in turn.
    `is_shown_once`: what it says is shown at once and kept nowhere. `stays_within` says of an act of the office whether
    with these values it stays within the areas of a user; without it the act is for users of all areas.
    """

    id: str
    subject: SubjectKind
    carry_out: Callable[[ActWork], ActResult]
    fields: tuple[ActField, ...] = ()
    foresee: Callable[[ActWork], Sequence[str]] | None = None
    stays_within: Callable[[DeskContext, User, Mapping[str, str]], bool] | None = None
    known: Callable[[DeskContext, Subject, Mapping[str, str]], Mapping[str, str]] | None = None
    judges: bool = False
    is_direct: bool = False
    is_shown_once: bool = False


VERSION = partial(ActField, "version", FieldKind.NAMED)
