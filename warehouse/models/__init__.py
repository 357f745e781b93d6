"""Tables of the warehouse as SQLAlchemy models, one file per subject."""

from warehouse.models.audit import AuditRow
from warehouse.models.authorisations import AuthorisationRow
from warehouse.models.base import Base
from warehouse.models.closings import ArchivedFileRow, ClosingRow
from warehouse.models.consultations import ConsultationAnswerRow, ConsultationRow
from warehouse.models.contacts import UnitContactRow
from warehouse.models.findings import IssueRow, RepairRow
from warehouse.models.indicators import CatalogMirrorRow, IndicatorRow
from warehouse.models.observations import ObservationRow
from warehouse.models.org_units import (
    NamedAreaMemberRow,
    NamedAreaRow,
    OrgUnitRow,
    StatedWeightRow,
    SuccessionRow,
)
from warehouse.models.outgoing import HandledMailRow, OutgoingRow, SenderConfirmationRow
from warehouse.models.placements import PlacementRow
from warehouse.models.quality import LineBurdenRow, QualityPeriodRow, ReportQualityRow
from warehouse.models.remarks import NoteRow, WarningRemarkRow
from warehouse.models.reminders import ReminderRow
from warehouse.models.replies import RepliedJudgementRow, ReplyRow
from warehouse.models.rollups import (
    CONTRIBUTED,
    PublicationRow,
    RollupBesideRow,
    RollupChangeRow,
    RollupContributionRow,
    RollupCountedFormRow,
    RollupFigureRow,
    RollupOtherReportRow,
    RollupPartRow,
    RollupReviewRow,
    RollupRevisionRow,
    RollupSeenRow,
    RollupSourceRow,
    RollupSubtotalRow,
    RollupUnitRow,
)
from warehouse.models.runs import RunRow, WaitingActRow
from warehouse.models.staging import STAGING
from warehouse.models.submissions import (
    DeliveryMailRow,
    DeliveryRow,
    FileRow,
    SourceCursorRow,
    SubmissionEventRow,
    SubmissionRow,
)
from warehouse.models.upload_links import UploadLinkRow
from warehouse.models.users import IdentityRow, UserRow, UserSessionRow
from warehouse.models.waivers import WaivedIssueRow, WaiverRow

__all__ = [
    "CONTRIBUTED",
    "STAGING",
    "ArchivedFileRow",
    "AuditRow",
    "AuthorisationRow",
    "Base",
    "CatalogMirrorRow",
    "ClosingRow",
    "ConsultationAnswerRow",
    "ConsultationRow",
    "DeliveryMailRow",
    "DeliveryRow",
    "FileRow",
    "HandledMailRow",
    "IdentityRow",
    "IndicatorRow",
    "IssueRow",
    "LineBurdenRow",
    "NamedAreaMemberRow",
    "NamedAreaRow",
    "NoteRow",
    "ObservationRow",
    "OrgUnitRow",
    "OutgoingRow",
    "PlacementRow",
    "PublicationRow",
    "QualityPeriodRow",
    "ReminderRow",
    "RepairRow",
    "RepliedJudgementRow",
    "ReplyRow",
    "ReportQualityRow",
    "RollupBesideRow",
    "RollupChangeRow",
    "RollupContributionRow",
    "RollupCountedFormRow",
    "RollupFigureRow",
    "RollupOtherReportRow",
    "RollupPartRow",
    "RollupReviewRow",
    "RollupRevisionRow",
    "RollupSeenRow",
    "RollupSourceRow",
    "RollupSubtotalRow",
    "RollupUnitRow",
    "RunRow",
    "SenderConfirmationRow",
    "SourceCursorRow",
    "StatedWeightRow",
    "SubmissionEventRow",
    "SubmissionRow",
    "SuccessionRow",
    "UnitContactRow",
    "UploadLinkRow",
    "UserRow",
    "UserSessionRow",
    "WaitingActRow",
    "WaivedIssueRow",
    "WaiverRow",
    "WarningRemarkRow",
]
