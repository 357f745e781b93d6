"""Texts of strangers on the desk's pages: elements and addresses stay those of a page with a harmless text."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import PurePosixPath
from urllib.parse import urlencode

import pytest
from starlette.requests import Request

from domain.authorisations import Authorisation
from domain.catalog.catalog import Catalog
from domain.issues import Issue, Repair, Severity
from domain.mail.outgoing import OutgoingState
from domain.officers.contacts import Contact
from domain.officers.users import Role, User
from domain.periods import parse_period
from domain.rollups import Boundary, RollupChange
from domain.submissions import SubmissionState
from domain.units import OrgUnit
from domain.waivers import RemarkKind
from publishing.returns.submission_sheet import sheet_of
from tests.hostile_texts import ACTING, HOSTILE_TEXTS
from tests.publishing.page.strict_page import StrictPage
from tests.publishing.returns.test_submission_page import feedback_of
from tests.publishing.revisions import build_revision
from warehouse.officers.contacts import ContactRecord
from warehouse.officers.waiting_acts import WaitingAct
from warehouse.queries.authorisations import AuthorisationChange, AuthorisationRecord
from warehouse.queries.desk.acts import ActRecord, MadeRevision, StateMove
from warehouse.queries.desk.matrix import MatrixCell, MatrixPeriod, MatrixRow, MatrixSelection, ReportMatrix
from warehouse.queries.desk.notes import OfficerNote
from warehouse.queries.desk.remarks import WarningRemark
from warehouse.queries.desk.report import GivenAnswer, MovedFigure, PublishedPlace, ReportDossier
from warehouse.queries.desk.report_states import DeskState
from warehouse.queries.desk.units import UnitDossier
from warehouse.queries.desk.warning_effects import RankedWarning
from warehouse.queries.history import DeliveryRecord, MoveRecord, ReportHistory, ReportVersion
from warehouse.queries.read_models import ExplainedContribution, ExplainedPart, Explanation
from warehouse.queries.runs import RunRecord
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.report_keys import ReportKey
from web.desk.acts.act_form import ActForm
from web.desk.acts.table import ACTS
from web.desk.acts.unit_acts import contact_line, way_line
from web.desk.page import DeskPage
from web.desk.requested import RequestedReport
from web.desk.sheet_pictures import PictureCell, PictureRow, SheetPicture

AT = datetime(2025, 6, 2, 18, tzinfo=UTC)
MAY = parse_period("2025-05")
CELL = MatrixCell(DeskState.RETURNED, 3, 1, 1, is_correction_returned=True)


def version_about(text: str) -> ReportVersion:
    """Return a version whose file, way and words are the text."""
    delivery = DeliveryRecord(text, text, text, text, AT, AT)
    move = MoveRecord(None, SubmissionState.QUARANTINED, AT, text, None, text, text)
    facts = (False, text, "0" * 64, 1, text, AT, AT, 1, 1, None, None, (delivery,), (move,))
    return ReportVersion(1, 1, SubmissionState.QUARANTINED, *facts)


def pages_about(text: str, catalog: Catalog) -> Iterator[str]:
    """Render every kind of page of the desk with the text in it."""
    unit = replace(catalog.units.get("22813", date(2025, 5, 14)), name=text)
    key, version = ReportKey(unit.key, "cds_x_t", MAY), version_about(text)
    query = urlencode({"q": text, "lang": "vi"}, errors="replace").encode()
    user = User("lan", text, Role.ADMINISTRATOR)
    request = Request(
        {"type": "http", "method": "GET", "path": "/", "query_string": query, "headers": [], "user": user}
    )
    page = DeskPage(catalog, "vi", request)
    counts = MatrixPeriod(MAY, date(2025, 5, 15), {DeskState.RETURNED: 1})
    matrix = ReportMatrix((counts,), (MatrixRow(unit, (CELL,)),), 1, 1, {"585": text}, is_first=True, is_last=True)
    selection = MatrixSelection("cds_x_t", text=text)
    yield bytes(
        page.respond(
            "matrix.html.j2",
            matrix=matrix,
            refused=(waiting_named(text),),
            selection=selection,
            states=[DeskState.RETURNED],
            all_states=tuple(DeskState),
            forms=("cds_x_t",),
            columns=(12,),
            runs_page="",
        ).body
    ).decode()
    sheet_name = text[:31]
    issue = Issue("text_where_number", Severity.CRITICAL, sheet_name, "E15", text, text, facts={"label": text})
    feedback = feedback_of(SubmissionState.QUARANTINED, issue, path=text, sender=text, unit=None)
    feedback = replace(feedback, repairs=(Repair("thousands_dot", sheet_name, "D12", text, text),))
    row = PictureRow(15, (PictureCell("E15", text, is_number=False),))
    picture = SheetPicture(sheet_name, is_hidden=False, columns=("E",), rows=(row,), is_cut=True)
    history = ReportHistory("22813", unit.valid_from, text, "cds_x_t", MAY, (version,))
    answer = GivenAnswer(1, 1, AT, str(PurePosixPath("22813/2025-05")), text, OutgoingState.DUE, None)
    yield bytes(
        page.respond(
            "report.html.j2",
            unit=unit,
            key=key,
            address="/reports/cds_x_t/22813/2025-05",
            deadline=date(2025, 5, 15),
            cell=CELL,
            dossier=ReportDossier(history, (moved_by(text),), {}, (answer,)),
            version=version,
            sheet=sheet_of(feedback, page.formatter),
            rows={(sheet_name, "E15"): (picture, row)},
            sheets=[sheet_name],
            figures=(),
            entered={},
            difference=None,
            act=lambda act, **_: f"/acts/{act}",
            acts_on=lambda _: ("withdraw",),
            files_of=lambda _: [f"{text}.html", f"{text}.xlsx"],
            remarks_about=lambda _: (WarningRemark(1, 1, "", None, RemarkKind.ANSWER, AT, text, text),),
            names="",
            officer=text,
            log=[(AT, 1, text, text, text)],
            notes=(OfficerNote(AT, text, text),),
            contacts=(contact_named(text, unit),),
            effect_of=lambda _: text,
            fault="",
            waiting=(waiting_named(text),),
            quality_page="",
        ).body
    ).decode()
    yield bytes(
        page.respond(
            "sheet.html.j2",
            unit=unit,
            key=key,
            address="/reports/cds_x_t/22813/2025-05",
            version=version,
            picture=picture,
            pictures=(picture,),
            findings={"E15": text},
        ).body
    ).decode()
    yield figure_page_about(text, catalog, page).decode()
    yield from (each.decode() for each in act_pages_about(text, unit, page))


def figure_page_about(text: str, catalog: Catalog, page: DeskPage) -> bytes:
    """Render the page of a published figure whose units, files and sheets bear the text."""
    revision = build_revision(catalog)
    row = replace(revision.rows[0], notes=text)
    first = next(each for each in revision.contributions if each.indicator == row.indicator)
    file = replace(first.file, file_name=text)
    sources = tuple(each._replace(sheet=text[:31]) for each in first.sources)
    contribution = ExplainedContribution(
        first._replace(unit_name=text, file=file, sources=sources), SubmissionState.ACCEPTED, ()
    )
    absent = revision.units[0]._replace(name=text)
    part = ExplainedPart(row.indicator, None, row)
    explained = Explanation("585", text, "cds_x_t", row, (contribution,), (absent,), (), (part,))
    return bytes(page.respond("figure.html.j2", explained=explained, row=row, period=MAY).body)


def act_pages_about(text: str, unit: OrgUnit, page: DeskPage) -> Iterator[bytes]:
    """Render the pages of an act about a unit and in words of that text, and the record of its run."""
    subject = RequestedReport(unit, ReportKey(unit.key, "cds_x_t", MAY))
    values = {each.name: text for each in ACTS["waive"].fields}
    form = ActForm(subject, values, text, text, "", "", "", "")
    run = RunRecord("1" * 36, text, "", AT, AT, {}, text, actor=text)
    move = StateMove(subject.key, text, 1, text, None, SubmissionState.HELD, None)
    change = RollupChange("hsskdt", "notes", text, text, None)
    made = MadeRevision("585", text, "cds_x_t", MAY, Boundary.AS_THEN, 2, (change,))
    record = ActRecord(run, (move,), 1, (made,))
    act = ACTS["waive"]
    yield bytes(page.respond("act.html.j2", act=act, form=form, fault=text).body)
    shown = {"act": act, "form": form, "lines": [text], "record": record}
    yield bytes(
        page.respond(
            "act_preview.html.j2",
            seen="",
            behind="",
            at_work=text,
            has_figures=True,
            waiting=(waiting_named(text),),
            **shown,
        ).body
    )
    yield bytes(page.respond("act_done_once.html.j2", **shown).body)
    waited = waiting_named(text)
    yield bytes(page.respond("act_waiting.html.j2", waited=waited, subject=subject, may_cancel=True, fault=text).body)
    about = {"report": subject, "figures": None, "unit": None}
    yield bytes(
        page.respond("done.html.j2", record=record, waited=waited, closing=None, is_publishing=True, **about).body
    )
    yield unit_page_about(text, unit, page)
    yield bytes(
        page.respond(
            "warnings.html.j2",
            periods={f"{text}:{MAY.id}": ("cds_x_t", MAY)},
            chosen=text,
            form="cds_x_t",
            period=MAY,
            warnings=(RankedWarning(unit.key, Issue("x", Severity.WARNING), None),),
            more=1,
            unit_of=lambda _: unit,
            message_of=lambda _: text,
            effect_of=lambda _: text,
        ).body
    )


def waiting_named(text: str) -> WaitingAct:
    """Return an act that waited and was refused, in words of the text."""
    subject = {"form": text, "unit": text, "period": text}
    decision = DecisionReason(text, text)
    return WaitingAct("1" * 36, "waive", subject, {}, decision, text, "vi", "", AT, AT, text)


def contact_named(text: str, unit: OrgUnit) -> Contact:
    """Return a contact of that name; addresses and numbers are checked when they are kept."""
    return Contact(unit.key, text, text, "", "", AT.date(), None)


def unit_page_about(text: str, unit: OrgUnit, page: DeskPage) -> bytes:
    """Render the page of a unit whose contacts and ways bear the text."""
    contacts = (ContactRecord(1, contact_named(text, unit), text, text, AT),)
    way = Authorisation(text, text, text, unit.code, unit.valid_from, AT.date(), None)
    change = AuthorisationChange(text, text, AT)
    return bytes(
        page.respond(
            "unit.html.j2",
            unit=unit,
            parent=unit,
            dossier=UnitDossier(contacts, (), are_senders_checked=True),
            current=contacts,
            former=contacts,
            ways=(AuthorisationRecord(1, way, change, None),),
            removed_ways=(AuthorisationRecord(1, way, change, change),),
            contact_line=partial(contact_line, page),
            way_line=partial(way_line, page),
        ).body
    )


def moved_by(text: str) -> MovedFigure:
    """Return a moved figure of an area with that name."""
    place = PublishedPlace("585", text, "cds_x_t", MAY, Boundary.AS_THEN, 2, "hsskdt")
    return MovedFigure(place, 1, AT, (RollupChange("hsskdt", "denominator_kind", text, "", None),))


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
def test_pages_read_a_text_as_it_stands(text: str, catalog: Catalog) -> None:
    """A page has the same elements as with a harmless text, runs nothing, and leads nowhere else."""
    for page, plainly in zip(pages_about(text, catalog), pages_about("x", catalog), strict=True):
        shown, harmless = StrictPage(page), StrictPage(plainly)
        assert not shown.problems
        assert not shown.tables_without_caption
        assert [tag for tag, _ in shown.elements] == [tag for tag, _ in harmless.elements]
        assert [set(facts) for _, facts in shown.elements] == [set(facts) for _, facts in harmless.elements]
        addresses = [facts["href"] or "" for _, facts in shown.elements if "href" in facts]
        assert all(each.startswith(("/", "#", "?", "data:,")) and not each.startswith("//") for each in addresses)
        assert not ACTING.intersection(page)
