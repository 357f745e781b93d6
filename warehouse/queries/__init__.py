"""Read models of the warehouse: plain values, and the only part of it that publishing may import."""

from warehouse.queries.as_of import AS_OF_RUN, revision_as_of
from warehouse.queries.lineage import explain, explain_row
from warehouse.queries.read_models import (
    EarlierFigure,
    EarlierPeriods,
    ExplainedContribution,
    Explanation,
    FigureWarning,
    FileRef,
    LastKnownAmount,
    Link,
    PeriodStatus,
    PublishedContribution,
    Refusal,
    Revision,
    RevisionRef,
    SourceCell,
    SubmissionRecord,
    UnitReportingStatus,
    UnitStatus,
)
from warehouse.queries.records import (
    issues_by_submission,
    submission_issues,
    submission_record,
    submission_warnings,
)
from warehouse.queries.replies import RepliedFigure, Reply, ReportReply, replies_of
from warehouse.queries.revisions import newest_ref, revision, revision_to_publish, unpublished
from warehouse.queries.runs import RunRecord, run_record
from warehouse.queries.status import period_status, refusals
from warehouse.rollups.due import AffectedArea, areas_touched
from warehouse.rollups.scope import RollupKey

__all__ = [
    "AS_OF_RUN",
    "AffectedArea",
    "EarlierFigure",
    "EarlierPeriods",
    "ExplainedContribution",
    "Explanation",
    "FigureWarning",
    "FileRef",
    "LastKnownAmount",
    "Link",
    "PeriodStatus",
    "PublishedContribution",
    "Refusal",
    "RepliedFigure",
    "Reply",
    "ReportReply",
    "Revision",
    "RevisionRef",
    "RollupKey",
    "RunRecord",
    "SourceCell",
    "SubmissionRecord",
    "UnitReportingStatus",
    "UnitStatus",
    "areas_touched",
    "explain",
    "explain_row",
    "issues_by_submission",
    "newest_ref",
    "period_status",
    "refusals",
    "replies_of",
    "revision",
    "revision_as_of",
    "revision_to_publish",
    "run_record",
    "submission_issues",
    "submission_record",
    "submission_warnings",
    "unpublished",
]
