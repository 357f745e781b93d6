"""Obligations: which units owe a form, which need not give it or some of its indicators, and which form counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import Field, model_validator

from domain.catalog.fields import Day, Distinct, FileModel, Id, Span, UnitCode, Words
from domain.catalog.files import CatalogFiles
from domain.catalog.forms import Forms
from domain.catalog.layouts import indicator_places
from domain.catalog.shapes import Kind, fault
from domain.indicators import Indicator
from domain.layouts import Exemption, Form, Obligation
from domain.units import Level

OBLIGATIONS_FILE, EXEMPTIONS_FILE = "obligations/obligations.yaml", "obligations/exemptions.yaml"
PRECEDENCE_FILE = "obligations/precedence.yaml"


class ObligationEntry(Span):
    """An obligation."""

    form: Id
    area: UnitCode
    valid_from: Day
    source: Words


class ExemptionEntry(Span):
    """An exemption."""

    unit: UnitCode
    form: Id
    indicators: Distinct[Id] = ()
    valid_from: Day
    reason: Words


OBLIGATIONS = Kind("obligations", "Which units owe a form (obligations/obligations.yaml).", tuple[ObligationEntry, ...])
EXEMPTIONS = Kind(
    "exemptions",
    "Who need not give a form or some of its indicators (obligations/exemptions.yaml).",
    tuple[ExemptionEntry, ...],
)


class OwedForm(NamedTuple):
    """A form that units of a level owe on the last day of a period, in areas (codes); exemptions by code of unit."""

    day: date
    level: Level
    areas: frozenset[str]
    exemptions: Mapping[str, Sequence[Exemption]]


@dataclass(frozen=True)
class Obligations:
    """Obligations by area and exemptions by unit, each with its days."""

    obligations: tuple[Obligation, ...]
    exemptions: tuple[Exemption, ...]

    def areas_owing(self, form: str, day: date) -> frozenset[str]:
        """Return the codes of the areas in which a form is due on a day."""
        return frozenset(item.area for item in self.obligations if item.form == form and item.holds_on(day))

    def exemptions_from(self, form: str, day: date) -> Mapping[str, Sequence[Exemption]]:
        """Return the exemptions from a form on a day, by the code of their unit."""
        results: dict[str, list[Exemption]] = {}
        for item in self.exemptions:
            if item.form == form and item.holds_on(day):
                results.setdefault(item.unit, []).append(item)
        return results


def load_obligations(folder: Path) -> Obligations:
    """Read the obligations and exemptions of a catalogue's folder, and no other file of it.

    Raises:
        CatalogError: as `read_obligations`.
    """
    return read_obligations(CatalogFiles(folder))


def read_obligations(files: CatalogFiles) -> Obligations:
    """Read the files of `obligations/`.

    Raises:
        CatalogError: an entry cannot be read, or its days are out of order.
    """
    obligations = OBLIGATIONS.check_document(files.document(OBLIGATIONS_FILE))
    exemptions = EXEMPTIONS.check_document(files.document(EXEMPTIONS_FILE))
    return Obligations(
        tuple(Obligation(**dict(raw)) for raw in obligations), tuple(Exemption(**dict(raw)) for raw in exemptions)
    )


class CountingEntry(FileModel):
    """The form that counts, with the day from which it does."""

    form: Id
    first_day: Annotated[
        Day | None, Field(alias="from", description="the first day; left out of the first entry: since ever")
    ] = None
    source: Words


class PrecedenceEntry(FileModel):
    """The forms that count for an indicator, one after another."""

    indicator: Id
    counts: Annotated[tuple[CountingEntry, ...], Field(min_length=1, description="the forms, the oldest first")]

    @model_validator(mode="after")
    def _check_days(self) -> "PrecedenceEntry":
        first, *later = (each.first_day for each in self.counts)
        days = [day for day in later if day is not None]
        if first is not None or len(days) < len(later) or days != sorted(set(days)):
            remedy = "write the first entry without `from`, and each later one with a later day: from: 2026-01-01"
            raise fault("the days from which forms count do not follow one another", remedy, "counts")
        return self


PRECEDENCE = Kind(
    "precedence",
    "Which form's figure counts where several ask for an indicator (obligations/precedence.yaml).",
    tuple[PrecedenceEntry, ...],
)


@dataclass(frozen=True)
class Precedence:
    """The forms that count by indicator, each with its first day, the oldest first.

    `rivals` are, by form, the other forms that ask for an indicator of it, whichever counts.
    """

    counting: Mapping[str, Sequence[tuple[date, str]]] = field(default_factory=dict)
    rivals: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def form_on(self, indicator: str, day: date) -> str | None:
        """Return the form that counts for an indicator on a day; None where nothing is stated."""
        return next((form for first, form in reversed(self.counting.get(indicator, ())) if first <= day), None)


def read_precedence(files: CatalogFiles, forms: Forms, indicators: Mapping[str, Indicator]) -> Precedence:
    """Read `obligations/precedence.yaml`, which only a catalogue with an indicator in several forms needs.

    Raises:
        CatalogError: an entry names what does not exist or does not go together, or an indicator of several forms has
            no entry.
    """
    counting: dict[str, tuple[tuple[date, str], ...]] = {}
    asking = _asking(forms)
    if PRECEDENCE_FILE in files.names("obligations", ".yaml"):
        document = files.document(PRECEDENCE_FILE)
        for place, entry in enumerate(PRECEDENCE.check_document(document)):
            if entry.indicator not in indicators:
                problem = f"indicator {entry.indicator!r} is unknown"
                raise document.error(problem, "use an id of indicators/", place, "indicator")
            for number, each in enumerate(entry.counts):
                wrong = _wrong_form(each.form, asking.get(entry.indicator, {}), forms)
                if wrong:
                    raise document.error(*wrong, place, "counts", number, "form")
            dated = tuple((each.first_day or date.min, each.form) for each in entry.counts)
            document.add_once(counting, entry.indicator, dated, place, "indicator")
    _check_stated(files, asking, counting)
    _check_sums(files, counting, indicators)
    return Precedence(counting, _rivals(asking))


def _asking(forms: Forms) -> dict[str, dict[str, str]]:
    """Return the forms that ask for each indicator, each with the first version of its layout that does."""
    results: dict[str, dict[str, str]] = {}
    for layout in forms.layouts:
        for indicator, *_ in indicator_places(layout):
            results.setdefault(indicator, {}).setdefault(layout.form, layout.version)
    return results


def _wrong_form(form: str, asking: Mapping[str, str], forms: Forms) -> tuple[str, str] | None:
    """Return why a form cannot count for an indicator and what to do, or None."""
    if form not in asking:
        return f"form {form!r} does not ask for this indicator", f"name one of: {', '.join(asking) or 'none'}"
    other = next((each for each in asking if _rhythm(forms.by_id[each]) != _rhythm(forms.by_id[form])), None)
    if other is None:
        return None
    remedy = "let both have the same calendar, frequency and level, or ask for the indicator in one of them"
    return f"forms {form} and {other} report for other periods or levels", remedy


def _rhythm(form: Form) -> tuple[object, ...]:
    return form.calendar, form.frequency, form.level


def _check_stated(files: CatalogFiles, asking: Mapping[str, Mapping[str, str]], counting: Mapping[str, object]) -> None:
    """Refuse a catalogue that leaves open which of several forms counts."""
    for indicator, versions in asking.items():
        if len(versions) > 1 and indicator not in counting:
            last = list(versions)[-1]
            document = next(
                each
                for each in files.documents("layouts")
                if (each.data["form"], each.data["version"]) == (last, versions[last])
            )
            problem = f"the forms {', '.join(versions)} ask for {indicator!r}, and which of them counts is not stated"
            raise document.error(problem, f"state it in {PRECEDENCE_FILE}", *_place_of(document.data, indicator))


def _place_of(layout: Mapping[str, object], indicator: str) -> tuple[str | int, ...]:
    for part in ("lines", "unit_columns", "village_columns"):
        entries = layout.get(part)
        for place, entry in enumerate(entries if isinstance(entries, list) else ()):
            if entry.get("indicator") == indicator:
                return part, place, "indicator"
    return ()


def _check_sums(
    files: CatalogFiles,
    counting: Mapping[str, Sequence[tuple[date, str]]],
    indicators: Mapping[str, Indicator],
) -> None:
    """Refuse a sum whose parts count from different forms: one report has to give them all."""
    for indicator in indicators.values():
        parts = [part.indicator for part in indicator.parts] if indicator.is_sum else []
        if len({tuple(counting.get(part, ())) for part in parts}) > 1:
            document = files.document(PRECEDENCE_FILE)
            place = next(place for place, raw in enumerate(document.data) if raw["indicator"] in parts)
            problem = f"{indicator.id} is a sum, and its parts count from different forms"
            raise document.error(problem, f"state the same for all of them: {', '.join(parts)}", place)


def _rivals(asking: Mapping[str, Mapping[str, str]]) -> dict[str, frozenset[str]]:
    results: dict[str, frozenset[str]] = {}
    for versions in asking.values():
        for form in versions:
            results[form] = results.get(form, frozenset()) | (versions.keys() - {form})
    return {form: others for form, others in results.items() if others}
