"""Pages of a report: its versions with their verdicts, its sheets as they were delivered, and officers' notes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from connectors.landing import DamagedBytesError, NotLandedError
from domain.errors import UsageError
from domain.issues import Severity
from domain.officers.contacts import Contact
from domain.submissions import PENDING_STATES, SubmissionState
from flows.actions.versions import VersionDifference, difference
from publishing.returns.submission_sheet import IssueLine, SubmissionSheet, sheet_of
from warehouse.officers.contacts import contact_records
from warehouse.officers.notes import write_note
from warehouse.officers.waiting_acts import waiting_about
from warehouse.queries.desk.matrix import report_cell
from warehouse.queries.desk.notes import notes_on
from warehouse.queries.desk.remarks import remarks_on
from warehouse.queries.desk.report import GivenAnswer, ReportDossier, report_dossier
from warehouse.queries.desk.warning_effects import HeadlineEffect, headline_effects
from warehouse.queries.feedback import feedback_of
from warehouse.queries.history import ReportVersion, kept_figures
from warehouse.store.engine import Session, reading, transaction
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.report_keys import ReportKey
from web.desk.acts.act_form import remember_name, remembered_name
from web.desk.context import DeskContext
from web.desk.own_pages import comes_from_own_page
from web.desk.page import DeskPage, lang_of
from web.desk.permissions import officer_of
from web.desk.requested import RequestedReport, requested_report
from web.desk.sheet_pictures import PictureRow, SheetPicture, sheet_pictures
from web.desk.warnings_page import effect_line
from web.upload.limits import limited

_MOST_PICTURED: Final = 60
"""Findings that are shown in their rows; the sheet's own page shows all."""
_NOTE_BYTES: Final = 64 << 10
_FIELDS: Final = 4
_SHORT_RUN: Final = 8
_DOWNLOAD: Final = "application/octet-stream"
"""Originals are downloaded and never opened by a browser, whatever they are."""


def report_page(desk: DeskContext, request: Request, fault: str = "", status: int = 200) -> Response:
    """Return the page of a report.

    Raises:
        HTTPException: 404, no unit of that code existed then, or there is no such form, period or version.
    """
    wanted, page = _requested(desk, request), DeskPage(desk.catalog, lang_of(request, desk.lang), request)
    with reading(desk.engine) as session:
        dossier = report_dossier(session, wanted.key)
        version = _version(dossier, request.query_params.get("version"))
        cell = report_cell(session, desk.catalog, wanted.key, desk.clock())
        notes = notes_on(session, wanted.key)
        remarks = remarks_on(session, [version.submission_id]) if version else ()
        sheet, pictures = _verdict(desk, session, version, page) if version else (None, ())
        figures = kept_figures(session, version.submission_id) if version else ()
        contacts = _contacts(desk, session, wanted)
        effects = _effects(desk, session, wanted, version)
        waiting = waiting_about(session, wanted.names)
    forms = desk.catalog.forms
    return page.respond(
        "report.html.j2",
        status=status,
        unit=wanted.unit,
        key=wanted.key,
        address=wanted.address,
        deadline=forms.deadline(wanted.key.form, wanted.key.period, forms.form(wanted.key.form).level),
        cell=cell,
        dossier=dossier,
        version=version,
        sheet=_ranked(sheet, effects),
        effect_of=lambda line: _effect_of(page, effects, line),
        rows=_rows(sheet, pictures),
        sheets=[each.name for each in pictures],
        figures=figures,
        entered=_by_indicator(dossier, version),
        difference=_difference(desk, dossier, version, request.query_params.get("before")),
        log=_log(dossier, page),
        act=lambda act, **named: _act_address(act, wanted, **named),
        acts_on=_acts_on if page.decides else lambda _: (),
        files_of=lambda answer: _files_of(desk, dossier, answer),
        remarks_about=lambda line: [each for each in remarks if each.is_about(line.rule, line.indicator or None)],
        names=urlencode(wanted.names),
        officer=officer_of(request) or remembered_name(request),
        notes=notes,
        contacts=contacts,
        fault=fault,
        waiting=waiting,
        quality_page=_quality_page(desk, version),
    )


def _requested(desk: DeskContext, request: Request) -> RequestedReport:
    names = request.path_params
    return requested_report(desk, names["form"], names["unit"], names["period"])


def _effects(
    desk: DeskContext, session: Session, wanted: RequestedReport, version: ReportVersion | None
) -> Mapping[str, HeadlineEffect]:
    """Return what each figure of a version that counts does to published headlines; "" is the whole report."""
    if version is None or not version.counted:
        return {}
    code, ids = wanted.unit.code, [version.submission_id]
    effects = headline_effects(session, desk.catalog, wanted.key.period, ids, code)
    return {indicator: effect for (_, indicator), effect in effects.items()}


def _ranked(sheet: SubmissionSheet | None, effects: Mapping[str, HeadlineEffect]) -> SubmissionSheet | None:
    """Put the warnings first on which a published headline figure rests most."""

    def rank(line: IssueLine) -> float:
        effect = effects.get(line.indicator)
        return -float(effect.percent) if effect else 1.0

    if sheet is None or not effects:
        return sheet
    return replace(
        sheet,
        groups=tuple(
            replace(group, lines=tuple(sorted(group.lines, key=rank))) if group.severity == Severity.WARNING else group
            for group in sheet.groups
        ),
    )


def _effect_of(page: DeskPage, effects: Mapping[str, HeadlineEffect], line: IssueLine) -> str:
    effect = effects.get(line.indicator)
    return effect_line(page, effect) if effect else ""


def _contacts(desk: DeskContext, session: Session, wanted: RequestedReport) -> Sequence[Contact]:
    """Return whom to call today about a unit's report; of a unit that ended, whom its successors have."""
    units, today = desk.catalog.units, desk.today
    heirs = [] if wanted.unit.holds_on(today) else [each.new for each in units.passed_into(wanted.unit)]
    keys = [wanted.key.unit, *(unit.key for code in dict.fromkeys(heirs) if (unit := units.find(code, today)))]
    return [each.contact for key in keys for each in contact_records(session, key) if each.contact.holds_on(today)]


def sheet_page(desk: DeskContext, request: Request) -> Response:
    """Return a sheet of a version as it was delivered, with the cells that findings name marked.

    Raises:
        HTTPException: 404, there is no such report or version, or no such sheet can be shown.
    """
    wanted, page = _requested(desk, request), DeskPage(desk.catalog, lang_of(request, desk.lang), request)
    with reading(desk.engine) as session:
        version = _existing(report_dossier(session, wanted.key), request.path_params["version"])
        sheet, pictures = _verdict(desk, session, version, page)
    visible = [each for each in pictures if not each.is_hidden]
    name = request.query_params.get("name")
    shown = next((each for each in pictures if each.name == name), None) if name else next(iter(visible), None)
    if shown is None:
        raise HTTPException(404)
    lines = [line for group in sheet.groups for line in group.lines if line.sheet == shown.name] if sheet else []
    return page.respond(
        "sheet.html.j2",
        unit=wanted.unit,
        key=wanted.key,
        address=wanted.address,
        version=version,
        picture=shown,
        pictures=pictures,
        findings=_by_cell(lines),
    )


def original_file(desk: DeskContext, request: Request) -> Response:
    """Return the bytes of a version as they were delivered, to be saved under their name.

    Raises:
        HTTPException: 404, there is no such report or version, or its bytes are missing or damaged.
    """
    wanted = _requested(desk, request)
    with reading(desk.engine) as session:
        version = _existing(report_dossier(session, wanted.key), request.path_params["version"])
    try:
        data = desk.landing.read(version.sha256)
    except (NotLandedError, DamagedBytesError) as error:
        raise HTTPException(404) from error
    name = quote(version.file_name.rpartition("/")[2], safe="")
    return Response(data, media_type=_DOWNLOAD, headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"})


async def add_note(desk: DeskContext, request: Request) -> Response:
    """Keep a note about a report and lead back to its page.

    Raises:
        HTTPException: 403, the form is not from a page of the desk; 404, there is no such report.
    """
    if not comes_from_own_page(request):
        raise HTTPException(403)
    wanted = _requested(desk, request)
    form = await (await limited(request, _NOTE_BYTES)).form(max_files=0, max_fields=_FIELDS)
    note = DecisionReason(str(form.get("text") or ""), officer_of(request) or str(form.get("name") or ""))
    try:
        await run_in_threadpool(_keep, desk, wanted.key, note)
    except UsageError:
        return await run_in_threadpool(report_page, desk, request, "note_incomplete", 400)
    answer = RedirectResponse(f"{wanted.address}#notes", status_code=303)
    remember_name(answer, note.actor.strip())
    return answer


def _act_address(act: str, wanted: RequestedReport, **named: object) -> str:
    """Return the address of an act about the report; what is empty is left out."""
    names = wanted.names | {name: str(value) for name, value in named.items() if value}
    return f"/acts/{act}?{urlencode(names)}"


def _acts_on(version: ReportVersion) -> Sequence[str]:
    """Return the acts that the state of a version allows."""
    match version.state:
        case SubmissionState.HELD:
            return ("release", "refuse")
        case SubmissionState.ACCEPTED:
            return ("withdraw",)
        case SubmissionState.WITHDRAWN:
            return ("restore",)
    return ()


def _files_of(desk: DeskContext, dossier: ReportDossier, answer: GivenAnswer) -> Sequence[str]:
    """Return the names of the files about a version in the folder of an answer, as the outbox has them now."""
    number = next(each.submission_id for each in dossier.history.versions if each.version == answer.version)
    return [name for name in desk.outbox.names(answer.folder) if f".so-{number:08d}" in name]


def _by_cell(lines: Iterable[IssueLine]) -> dict[str, str]:
    """Return the titles of findings by cell, of each cell the gravest, in the order of the lines."""
    titles: dict[str, str] = {}
    for line in lines:
        if line.cell:
            titles.setdefault(line.cell, line.title)
    return titles


def _keep(desk: DeskContext, key: ReportKey, note: DecisionReason) -> None:
    with transaction(desk.engine) as session:
        write_note(session, key, note, desk.clock())


def _version(dossier: ReportDossier, number: str | None) -> ReportVersion | None:
    """Return the version of that number; without a number the newest, where there is any."""
    if number:
        return _existing(dossier, number)
    return dossier.history.versions[-1] if dossier.history.versions else None


def _existing(dossier: ReportDossier, number: str | int) -> ReportVersion:
    version = next((each for each in dossier.history.versions if str(each.version) == str(number)), None)
    if version is None:
        raise HTTPException(404)
    return version


def _verdict(
    desk: DeskContext, session: Session, version: ReportVersion, page: DeskPage
) -> tuple[SubmissionSheet | None, Sequence[SheetPicture]]:
    """Return what was judged about a version, and its sheets; what cannot be read is left out."""
    (feedback,) = feedback_of(session, [version.submission_id], desk.clock())
    try:
        pictures = sheet_pictures(desk.landing, version.sha256, feedback.issues, desk.limits)
    except (NotLandedError, DamagedBytesError):
        pictures = ()
    return None if version.state in PENDING_STATES else sheet_of(feedback, page.formatter), pictures


def _rows(
    sheet: SubmissionSheet | None, pictures: Sequence[SheetPicture]
) -> Mapping[tuple[str, str], tuple[SheetPicture, PictureRow]]:
    """Return the row of each cell that a finding names, by sheet and cell."""
    by_name = {each.name: each for each in pictures}
    lines = [line for group in sheet.groups for line in group.lines if line.cell] if sheet else []
    rows = {}
    for line in lines[:_MOST_PICTURED]:
        picture = by_name.get(line.sheet)
        row = picture.row_of(line.cell) if picture else None
        if picture and row:
            rows[line.sheet, line.cell] = (picture, row)
    return rows


def _by_indicator(dossier: ReportDossier, version: ReportVersion | None) -> Mapping[str, Sequence[object]]:
    """Return the published figures that rest on a version, by indicator."""
    results: dict[str, list[object]] = {}
    for entered in dossier.entered.get(version.submission_id, ()) if version else ():
        results.setdefault(entered.place.indicator, []).append(entered)
    return results


def _difference(
    desk: DeskContext, dossier: ReportDossier, version: ReportVersion | None, before: str | None
) -> VersionDifference | None:
    """Return what differs between the version and another one, where that was asked for.

    Raises:
        HTTPException: 404, there is no version of that number, or its bytes are missing or damaged.
    """
    if version is None or not before:
        return None
    earlier = _existing(dossier, before)
    try:
        between = (earlier.version, version.version)
        return difference(desk.engine, desk.landing, desk.catalog, dossier.history, between)
    except (NotLandedError, DamagedBytesError) as error:
        raise HTTPException(404) from error


def _quality_page(desk: DeskContext, version: ReportVersion | None) -> str:
    if version is None or not (desk.quality / "submissions" / f"{version.submission_id}.html").is_file():
        return ""
    return f"/quality/submissions/{version.submission_id}.html"


def _log(dossier: ReportDossier, page: DeskPage) -> list[tuple[datetime, int, str, str, str]]:
    """Return what happened to the versions, the newest first: when, to which, what, through whom, in which run."""
    lines = []
    for version in dossier.history.versions:
        for each in version.deliveries:
            came = page.text("came", connector=each.connector, path=each.path)
            lines.append((each.landed_at, version.version, came, each.sender or "", ""))
        for move in version.moves:
            words = " ".join(filter(None, (page.move(move.reason or move.to_state), move.note and f"“{move.note}”")))
            by = move.actor or _run(move.run_id, page)
            lines.append((move.at, version.version, words, by, move.run_id or ""))
    return sorted(lines, key=lambda line: line[0], reverse=True)


def _run(run_id: str | None, page: DeskPage) -> str:
    return page.text("run", run=run_id[:_SHORT_RUN]) if run_id else ""
