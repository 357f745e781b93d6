"""What the warehouse tells: the one part of it that publishing may look at. Values only, nothing here writes."""

from warehouse.queries.lineage import explain
from warehouse.queries.read_models import (
    Contribution,
    ExplainedContribution,
    Explanation,
    FileRef,
    PeriodStatus,
    Refusal,
    Revision,
    RevisionRef,
    RunRecord,
    SourceCell,
    SubmissionRecord,
    UnitStanding,
    UnitStatus,
)
from warehouse.queries.records import last_runs, run_record, submission_issues, submission_record
from warehouse.queries.revisions import revision, unpublished
from warehouse.queries.status import TouchedArea, areas_touched, period_status, refusals
from warehouse.unit_state import UnitState

__all__ = [
    "Contribution",
    "ExplainedContribution",
    "Explanation",
    "FileRef",
    "PeriodStatus",
    "Refusal",
    "Revision",
    "RevisionRef",
    "RunRecord",
    "SourceCell",
    "SubmissionRecord",
    "TouchedArea",
    "UnitStanding",
    "UnitState",
    "UnitStatus",
    "areas_touched",
    "explain",
    "last_runs",
    "period_status",
    "refusals",
    "revision",
    "run_record",
    "submission_issues",
    "submission_record",
    "unpublished",
]
