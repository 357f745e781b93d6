"""Read models: plain values for publishing, command line and web."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from domain.aggregation import Amount
from domain.indicators import Part
from domain.issues import Issue, Repair
from domain.observations import CellState
from domain.periods import Period
from domain.rollups import Boundary, ReportingState, RollupChange, RollupRow, RollupStatus
from domain.submissions import Judgement, SubmissionState
from domain.units import UnitKey
from domain.waivers import OpenWarning
from warehouse.rollups.closings import Closing
from warehouse.rollups.subtotals import AreaTotals


@dataclass(frozen=True, slots=True)
class FileRef:
    """A stored file: its submission's number, the hash of its bytes, its name as delivered, and which version it is.

    `version` counts the files of one unit, form and period from 1; None for a file that could not be placed.
    """

    submission_id: int
    sha256: str
    file_name: str
    version: int | None


class SourceCell(NamedTuple):
    """The cells an observation was read from.

    `unit` is the commune's code, or the village's for the village sheet. `cell` holds the numerator, `denominator_cell`
    the denominator (None where the form has none). The raw texts are what the cells held; the numbers what they were
    read as. `state` is the observation's: a blank or not-applicable one is listed, though no sum counts it.
    """

    unit: str
    sheet: str
    cell: str
    denominator_cell: str | None
    state: CellState
    numerator: Decimal | None
    denominator: Decimal | None
    numerator_raw: str
    denominator_raw: str | None


@dataclass(frozen=True, slots=True)
class Link:
    """A succession between a unit's day and the area's boundary day: codes, names and legal basis."""

    old: str
    old_name: str
    new: str
    new_name: str
    effective: date
    legal_basis: str


class PublishedContribution(NamedTuple):
    """Contribution of one unit's report of a base period to one figure of a revision.

    `numerator` and `denominator` are the sums over `sources` (one for a commune's own figure, one per village for the
    village sheet; of a unit that lies in the area in part, only of villages inside); `file` is the submission they were
    read from. What enters the figure is `weight` of them, as `weight_source` states; None: all of them. `through` are
    the successions between the unit and the area's line. `unit_valid_from` tells units of one code apart.
    """

    indicator: str
    unit: str
    unit_name: str
    numerator: Decimal
    denominator: Decimal | None
    file: FileRef
    sources: tuple[SourceCell, ...]
    period: Period
    unit_valid_from: date
    weight: Decimal | None = None
    weight_source: str | None = None
    through: tuple[Link, ...] = ()

    @property
    def counted(self) -> Amount:
        """What enters the figure."""
        return Amount(self.numerator, self.denominator).weighted(self.weight)


class UnitReportingStatus(NamedTuple):
    """Reporting status of an expected unit for one base period.

    `state` says whether its report is counted, refused or missing; `late` whether its first placeable file came after
    the deadline. `file` is the counted one, else the one refused last, else None; `received_at` is when the sender
    first delivered that file, `first_received_at` when the unit delivered its first placeable one (UTC; None: there
    is none); `issues` counts what was found in it, of any severity. `whole` says whether the
    unit lies wholly in the area; `unit_valid_from` tells units of one code apart.
    """

    code: str
    name: str
    state: ReportingState
    late: bool
    file: FileRef | None
    received_at: datetime | None
    issues: int
    period: Period
    unit_valid_from: date
    whole: bool = True
    first_received_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OtherFormReports:
    """Reports of another form from which a figure counts in a base period, whatever became of them."""

    indicator: str
    period: Period
    form: str
    units: tuple[UnitReportingStatus, ...]


@dataclass(frozen=True, slots=True)
class BesideFigure:
    """Figure that a unit reported in a form which does not count for it, with its file and cells."""

    indicator: str
    form: str
    unit: str
    unit_name: str
    unit_valid_from: date
    period: Period
    numerator: Decimal
    denominator: Decimal | None
    file: FileRef
    sources: tuple[SourceCell, ...]


@dataclass(frozen=True, slots=True)
class FigureWarning:
    """A warning about a unit's contribution to a figure of a revision, with its answer at that time."""

    indicator: str
    unit: str
    unit_name: str
    period: Period
    asked: OpenWarning


class EarlierFigure(NamedTuple):
    """A figure of an earlier period, or of the same period on the other boundaries, as a revision could know it.

    `value` and the like are those of a published row, `revision` is the number of the revision it was read from.
    `area_valid_from` tells areas of one code apart. `notes` say why it is not comparable, in Vietnamese; else "". A
    tuple: a revision knows hundreds of them.
    """

    indicator: str
    period: Period
    boundary: Boundary
    area_valid_from: date
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    denominator_kind: str
    status: RollupStatus
    units_expected: int
    units_accepted: int
    revision: int
    notes: str


@dataclass(frozen=True, slots=True)
class LastKnownAmount:
    """The last published figure of a unit, and the period it is of."""

    period: Period
    amount: Amount


AmountsByUnit = Mapping[str, Mapping[UnitKey, Amount]]
"""What each unit gave to a figure over a whole period, by indicator and unit."""


@dataclass(frozen=True, slots=True)
class EarlierPeriods:
    """What was known of other periods when a revision was made: it never changes, and every reading gives the same.

    `figures` are those of up to 24 earlier periods of the same length, form and area code on both boundaries, and those
    of the same period on the other boundaries; periods without a revision have none. In order of period, boundary and
    row. The rest is of the main figures of the headline themes (`Catalog.lead_indicators`) only: `previous` are the
    amounts that the units gave to the preceding period as known when the revision was made, `previous_before` as known
    when the first revision of the present period was made; `previous_units` are all units that owed the form then.
    `last_known` are the amounts of units that gave none to a partial figure of the revision, from the last period in
    which they gave one; units that never did are absent. `own` are the amounts of the revision itself where its
    contributions do not say them and there is a preceding period.
    """

    figures: tuple[EarlierFigure, ...] = ()
    previous_before: AmountsByUnit = field(default_factory=dict)
    previous: AmountsByUnit = field(default_factory=dict)
    previous_units: frozenset[UnitKey] = frozenset()
    last_known: Mapping[str, Mapping[UnitKey, LastKnownAmount]] = field(default_factory=dict)
    own: AmountsByUnit = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Revision:
    """The n-th version of an area's figures for a form and period; it never changes.

    `rows` are in the report's order; `changes` lists what moved against revision `number` - 1 (empty for the first): a
    figure moved by several files is listed once per file. `units` are all that owe the form, by base period and code;
    `contributions` those of each unit, by indicator, base period and code; `asked` their warnings. `published_at`
    is in UTC. `content_sha256` covers the rows without revision, `published_at` and `run_id`. `earlier` is read for
    publishing only; else None. `parts` are those of derived indicators. `other_forms` are the reports of figures that
    count from another form, `beside` the figures reported in forms that do not count. `totals` are those of an area
    with many units that is read to be published: there are no `contributions` then.
    """

    area: str
    area_valid_from: date
    area_name: str
    form: str
    period: Period
    boundary: Boundary
    number: int
    published_at: datetime
    run_id: str
    catalog_version: str
    content_sha256: str
    rows: tuple[RollupRow, ...]
    changes: tuple[RollupChange, ...]
    units: tuple[UnitReportingStatus, ...]
    contributions: tuple[PublishedContribution, ...]
    file_names: dict[str, str]
    """sha256 to file name, for every file that units, contributions or changes name."""
    asked: tuple[FigureWarning, ...] = ()
    earlier: EarlierPeriods | None = None
    parts: Mapping[str, tuple[Part, ...]] = field(default_factory=dict)
    other_forms: tuple[OtherFormReports, ...] = ()
    beside: tuple[BesideFigure, ...] = ()
    totals: AreaTotals | None = None

    def giving(self, indicator: str) -> AbstractSet[UnitKey]:
        """Return the units that gave something to a figure."""
        if self.totals is None:
            each_of = (each for each in self.contributions if each.indicator == indicator)
            return {UnitKey(each.unit, each.unit_valid_from) for each in each_of}
        return self.totals.giving(indicator)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused file and why: its issues, gravest first."""

    file: FileRef
    received_at: datetime
    judged_at: datetime | None
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True)
class SentReminders:
    """How often a unit was reminded of a form and period, and when last (UTC)."""

    count: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class UnitStatus:
    """Current status of a unit, and what it still has to correct.

    `refusals` are refused files that came after the accepted one, or all of them where none is accepted, newest first.
    `waiting` counts files that are not judged yet. `judgement` is that of the status's file, if any. `held` are files
    that wait for a person's decision, with the issues that hold them. `reminded` tells of mails about it.
    """

    standing: UnitReportingStatus
    refusals: tuple[Refusal, ...]
    waiting: int
    judgement: Judgement | None
    held: tuple[Refusal, ...] = ()
    reminded: SentReminders | None = None


@dataclass(frozen=True, slots=True)
class PeriodStatus:
    """Reporting status of all units for an area, form and period.

    `deadline` is the last day on which a unit is in time; `revision` the newest number, None before the first rollup.
    `closed` is the closing in force, None while the figures are open.
    """

    area: str
    area_name: str
    form: str
    period: Period
    deadline: date
    revision: int | None
    units: tuple[UnitStatus, ...]
    closed: Closing | None


@dataclass(frozen=True, slots=True)
class ExplainedContribution:
    """One contribution to a figure, with the repairs made on exactly the cells it was read from.

    `state` is the file's present state: `superseded` when a later file with other or the same figures was accepted.
    `asked` are the warnings about the figure, with the answers that counted when the revision was made.
    """

    contribution: PublishedContribution
    state: SubmissionState
    repairs: tuple[Repair, ...]
    asked: tuple[OpenWarning, ...] = ()


@dataclass(frozen=True, slots=True)
class ExplainedPart:
    """A part of a derived figure: its own row, None where it was not due, and the most points that it adds to an index.

    Its contributions are those of its own explanation.
    """

    indicator: str
    points: Decimal | None
    row: RollupRow | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Lineage of a published figure down to the cells: the row, the contributions, and the units without one.

    `absent` are the units that owe the form and whose figure did not enter, whatever the reason (the row's notes say
    it), with each base period that they owe it for; `changes` what the revision moved of this figure. A sum of `parts`
    has contributions, with the cells of all of them; an index has none: its parts lead to them. `counted_forms` are the
    forms from which it counts where it is another than `form`, by id of the base period; `beside` is what was reported
    in forms that do not count.
    """

    area: str
    area_name: str
    form: str
    row: RollupRow
    contributions: tuple[ExplainedContribution, ...]
    absent: tuple[UnitReportingStatus, ...]
    changes: tuple[RollupChange, ...]
    parts: tuple[ExplainedPart, ...] = ()
    counted_forms: Mapping[str, str] = field(default_factory=dict)
    beside: tuple[BesideFigure, ...] = ()


@dataclass(frozen=True, slots=True)
class SubmissionRecord:
    """Current record of a submission, with its newest delivery, which a reply goes to.

    `unit` and the like are None where they could not be identified. `delivered_at` and `landed_at` are in UTC.
    """

    file: FileRef
    state: SubmissionState
    unit: str | None
    unit_name: str | None
    form: str | None
    period: Period | None
    layout_version: str | None
    reason: str | None
    connector: str
    path: str
    sender: str | None
    delivered_at: datetime
    landed_at: datetime
    superseded_by: int | None


@dataclass(frozen=True, slots=True)
class RevisionRef:
    """Reference to a revision of an area's figures; `area_valid_from` distinguishes areas of one code."""

    area: str
    form: str
    period: Period
    number: int
    boundary: Boundary
    area_valid_from: date
