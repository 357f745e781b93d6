"""Turns the catalogue's checked files into domain objects, one function per kind of file."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from domain.catalog_errors import CatalogError
from domain.catalog_files import CatalogFiles, Document
from domain.catalog_schemas import check_document, check_table
from domain.catalog_texts import CellMarks, IssueText
from domain.indicators import Absence, Flow, Indicator, Measure, Target, Theme
from domain.issues import Severity
from domain.layouts import Exemption, Form, Obligation
from domain.periods import Calendar, Frequency
from domain.rules import Rule, Stage
from domain.texts import Text, normalise_name
from domain.units import Level

_T = TypeVar("_T")


def day_of(text: str | None, complain: Callable[[str, str], CatalogError]) -> date | None:
    """A day from its text; the schema has checked its shape, not that the calendar has it.

    Raises:
        CatalogError: there is no such day.
    """
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as problem:
        raise complain(f"{text} is no day of the calendar", "write an existing day as 2025-06-30") from problem


def span_of(raw: dict[str, Any], document: Document, *steps: str | int) -> tuple[date | None, date | None]:
    """The days `valid_from` and `valid_to` of an entry.

    Raises:
        CatalogError: a day does not exist, or the two are out of order.
    """

    def complain(problem: str, remedy: str) -> CatalogError:
        return document.error(problem, remedy, *steps)

    first, last = day_of(raw.get("valid_from"), complain), day_of(raw.get("valid_to"), complain)
    if first and last and last < first:
        raise complain(f"valid_to {last} lies before valid_from {first}", "put the days in order")
    return first, last


def text_of(raw: dict[str, str]) -> Text:
    """A text in both languages."""
    return Text(vi=raw["vi"], en=raw["en"])


def add_once(found: dict[str, _T], key: str, value: _T, document: Document, *steps: str | int) -> None:
    """Enter a value under an id that nothing else may have.

    Raises:
        CatalogError: the id is taken.
    """
    if key in found:
        raise document.error(f"the id {key!r} is already taken", "give every entry an id of its own", *steps)
    found[key] = value


def read_themes(files: CatalogFiles) -> dict[str, Theme]:
    """Themes in report order."""
    document = files.document("indicators/themes.yaml")
    found: dict[str, Theme] = {}
    for place, raw in enumerate(check_document(document, "themes")):
        add_once(found, raw["id"], Theme(raw["id"], text_of(raw["name"]), raw["headline"]), document, place, "id")
    return found


def read_indicators(files: CatalogFiles, themes: dict[str, Theme]) -> dict[str, Indicator]:
    """Indicators in report order: by theme, then as their file has them.

    Raises:
        CatalogError: a file names an unknown theme, or an id comes twice.
    """
    by_theme: dict[str, dict[str, Indicator]] = {theme: {} for theme in themes}
    taken: dict[str, Indicator] = {}
    for document in files.documents("indicators"):
        if document.file == "indicators/themes.yaml":
            continue
        data = check_document(document, "indicators")
        if data["theme"] not in themes:
            raise document.error(f"theme {data['theme']!r} is unknown", "add it to indicators/themes.yaml", "theme")
        for place, raw in enumerate(data["indicators"]):
            indicator = _indicator(raw, data["theme"], span_of(raw, document, "indicators", place))
            add_once(taken, indicator.id, indicator, document, "indicators", place, "id")
            by_theme[data["theme"]][indicator.id] = indicator
    return {key: indicator for group in by_theme.values() for key, indicator in group.items()}


def _indicator(raw: dict[str, Any], theme: str, span: tuple[date | None, date | None]) -> Indicator:
    denominator, register_level = raw.get("denominator"), raw.get("register_level")
    return Indicator(
        id=raw["id"],
        name=text_of(raw["name"]),
        theme=theme,
        measure=Measure(raw["measure"]),
        numerator=text_of(raw["numerator"]),
        denominator=text_of(denominator) if denominator else None,
        denominator_kind=raw["denominator_kind"],
        unit=text_of(raw["unit"]),
        flow=Flow(raw["flow"]),
        frequency=Frequency(raw["frequency"]),
        absence=Absence(raw["absence"]),
        source=raw["source"],
        collected_at=Level(raw.get("collected_at", Level.COMMUNE)),
        denominator_is_target=raw.get("denominator_is_target", False),
        register_level=Level(register_level) if register_level else None,
        decimals=raw.get("decimals", 0),
        valid_from=span[0],
        valid_to=span[1],
        aliases=tuple(raw.get("aliases", ())),
    )


def read_targets(files: CatalogFiles, indicators: dict[str, Indicator]) -> tuple[Target, ...]:
    """Targets, as `targets/targets.csv` has them.

    Raises:
        CatalogError: a target is for an unknown indicator, or one indicator, level, area and year comes twice.
    """
    columns = ("indicator", "level", "area", "year", "value", "document", "assumed")
    table = files.table("targets/targets.csv", columns)
    found: dict[tuple[str, str, str, str], Target] = {}
    for row, raw in enumerate(check_table(table, "targets")):
        key = (raw["indicator"], raw["level"], raw["area"], raw["year"])
        if raw["indicator"] not in indicators:
            raise table.error(row, f"indicator {raw['indicator']!r} is unknown", "use an id of indicators/")
        if key in found:
            raise table.error(row, "this indicator, level, area and year has a target already", "keep one of the two")
        found[key] = Target(
            indicator=raw["indicator"],
            level=Level(raw["level"]),
            year=int(raw["year"]),
            value=Decimal(raw["value"]),
            document=raw["document"],
            assumed=raw["assumed"] == "true",
            area=raw["area"] or None,
        )
    return tuple(found.values())


def read_calendars(files: CatalogFiles) -> dict[str, Calendar]:
    """Calendars by id."""
    document = files.document("calendars/calendars.yaml")
    found: dict[str, Calendar] = {}
    for place, raw in enumerate(check_document(document, "calendars")):
        add_once(found, raw["id"], Calendar(raw["id"], raw["cut_off_day"]), document, place, "id")
    return found


def read_holidays(files: CatalogFiles) -> frozenset[date]:
    """Public holidays."""
    table = files.table("calendars/holidays.csv", ("day", "name", "source"))
    found: set[date] = set()
    for row, raw in enumerate(check_table(table, "holidays")):
        day = day_of(raw["day"], lambda problem, remedy, row=row: table.error(row, problem, remedy))  # type: ignore[misc]
        if day is None or day in found:
            raise table.error(row, f"{raw['day']} stands here twice", "keep one of the two")
        found.add(day)
    return frozenset(found)


def read_forms(files: CatalogFiles, calendars: dict[str, Calendar]) -> dict[str, Form]:
    """Forms by id.

    Raises:
        CatalogError: a form names an unknown calendar, or an id comes twice.
    """
    found: dict[str, Form] = {}
    for document in files.documents("forms"):
        if document.file == "forms/marks.yaml":
            continue
        raw = check_document(document, "forms")
        if raw["calendar"] not in calendars:
            problem = f"calendar {raw['calendar']!r} is unknown"
            raise document.error(problem, "use an id of calendars/calendars.yaml", "calendar")
        form = Form(
            id=raw["id"],
            number=raw["number"],
            title=text_of(raw["title"]),
            calendar=raw["calendar"],
            frequency=Frequency(raw["frequency"]),
            level=Level(raw["level"]),
            due_working_days=tuple((Level(level), days) for level, days in raw["due_working_days"].items()),
        )
        add_once(found, form.id, form, document, "id")
    return found


def read_marks(files: CatalogFiles) -> CellMarks:
    """Which texts mean zero, no figure, not applicable.

    Raises:
        CatalogError: one text is meant to mean two things.
    """
    document = files.document("forms/marks.yaml")
    data = check_document(document, "marks")
    taken: dict[str, str] = {}
    for meaning, entries in data.items():
        for place, entry in enumerate(entries):
            add_once(taken, normalise_name(entry["text"]), meaning, document, meaning, place, "text")
    groups: dict[str, frozenset[str]] = {
        meaning: frozenset(text for text, meant in taken.items() if meant == meaning) for meaning in data
    }
    return CellMarks(groups["zero"], groups["no_figure"], groups["not_applicable"])


def read_obligations(files: CatalogFiles, forms: dict[str, Form]) -> Iterator[tuple[Document, int, Obligation]]:
    """Obligations with their places.

    Raises:
        CatalogError: a form is unknown, or days are out of order.
    """
    document = files.document("obligations/obligations.yaml")
    for place, raw in enumerate(check_document(document, "obligations")):
        first, last = span_of(raw, document, place)
        if raw["form"] not in forms:
            raise document.error(f"form {raw['form']!r} is unknown", "use an id of forms/", place, "form")
        yield document, place, Obligation(raw["form"], raw["area"], first or date.min, last, raw["source"])


def read_exemptions(files: CatalogFiles, forms: dict[str, Form]) -> Iterator[tuple[Document, int, Exemption]]:
    """Exemptions with their places.

    Raises:
        CatalogError: a form is unknown, or days are out of order.
    """
    document = files.document("obligations/exemptions.yaml")
    for place, raw in enumerate(check_document(document, "exemptions")):
        first, last = span_of(raw, document, place)
        if raw["form"] not in forms:
            raise document.error(f"form {raw['form']!r} is unknown", "use an id of forms/", place, "form")
        indicators = tuple(raw.get("indicators", ()))
        yield document, place, Exemption(raw["unit"], raw["form"], indicators, first or date.min, last, raw["reason"])


def read_rules(files: CatalogFiles) -> Iterator[tuple[Document, int, Rule]]:
    """Rules with their places."""
    for document in files.documents("rules"):
        for place, raw in enumerate(check_document(document, "rules")):
            rule = Rule(
                id=raw["id"],
                kind=raw["kind"],
                title=text_of(raw["title"]),
                message=text_of(raw["message"]),
                action=text_of(raw["action"]),
                indicators=tuple(raw.get("indicators", ())),
                parameters=raw.get("parameters", {}),
                severity=Severity(raw["severity"]),
                stage=Stage(raw["stage"]),
                source=raw["source"],
                facts=tuple(raw.get("facts", ())),
            )
            yield document, place, rule


def read_issue_texts(document: Document) -> dict[str, IssueText]:
    """Texts of reading issues by code."""
    return {
        code: IssueText(
            title=text_of(raw["title"]),
            message=text_of(raw["message"]),
            action=text_of(raw["action"]),
            severity=Severity(raw["severity"]),
            facts=tuple(raw.get("facts", ())),
        )
        for code, raw in check_document(document, "issues").items()
    }
