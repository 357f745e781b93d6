"""The office that signs a paper about an area: its name, place and signatory, as Decree 30/2020/NĐ-CP lays them out."""

from dataclasses import dataclass

from domain.texts import Lang
from domain.units import Level, OrgUnit
from publishing.figures.formatter import ReportFormatter
from publishing.figures.report import Report

_NBSP = "\N{NO-BREAK SPACE}"
_COMMITTEES = frozenset({Level.PROVINCE, Level.DISTRICT, Level.COMMUNE})


@dataclass(frozen=True, slots=True)
class IssuingOffice:
    """The lines that name an office: body, place and symbol at the head, the signatory at the foot.

    An area without a People's Committee, such as the country or a named area, has dotted lines for an officer to fill
    in.
    """

    nation: str
    motto: str
    body: str
    number: str
    place_and_date: str
    signatory: tuple[str, ...]


def office_of(report: Report, formatter: ReportFormatter) -> IssuingOffice:
    """Return the office of a report's area."""
    texts, lang = formatter.catalog.texts, formatter.lang
    unit = _committee_unit(report, formatter)
    if unit is None:
        body, place, symbol = "…" * 16, "…" * 6, "…" * 3
        signatory: tuple[str, ...] = (formatter.text("paper_head_of_office"),)
    else:
        # The name stays on one line: "ỦY BAN NHÂN DÂN / HUYỆN NINH SƠN".
        body = formatter.text("paper_committee", unit=unit.name.replace(" ", _NBSP)).upper()
        place, symbol = unit.bare_name, formatter.text("paper_committee_symbol")
        signatory = (texts.text("workbooks.sign_for", lang), texts.text("workbooks.sign_chair", lang))
    return IssuingOffice(
        nation=texts.text("workbooks.nation", lang),
        motto=texts.text("workbooks.motto", lang),
        body=body,
        number=formatter.text("paper_number", symbol=symbol),
        place_and_date=formatter.text("paper_place_and_date", place=place),
        signatory=signatory,
    )


def in_sentence(name: str, lang: Lang) -> str:
    """Return a name as it stands inside a sentence: "tháng 5/2025", "huyện Ninh Sơn"; English ones keep capitals."""
    return name[:1].lower() + name[1:] if lang == "vi" else name


def _committee_unit(report: Report, formatter: ReportFormatter) -> OrgUnit | None:
    """Return the unit of the area if it has a People's Committee."""
    if report.area in formatter.catalog.areas:
        return None
    units = formatter.catalog.units
    unit = units.find(report.area, report.last_day) or next(iter(units.versions(report.area)), None)
    return unit if unit is not None and unit.level in _COMMITTEES else None
