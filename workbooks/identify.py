"""Which form, for which period, in which layout: from the stamp, the heading, the file's name and its folders."""

from collections.abc import Iterator, Sequence

from domain.catalog import Catalog
from domain.errors import UsageError
from domain.layouts import Form, Layout
from domain.periods import Frequency, Period, parse_period
from workbooks.agreement import Reading, agree
from workbooks.evidence import Evidence
from workbooks.findings import Findings, Place
from workbooks.heading import Heading, Line
from workbooks.hints import Hints, period_in_words, periods_in_name
from workbooks.labels import normalise_label
from workbooks.stamp import KEY_FORM, KEY_LAYOUT_VERSION, KEY_PERIOD
from workbooks.stamp_reading import Stamp


def identify_form(catalog: Catalog, evidence: Evidence, sheet_names: Sequence[str], findings: Findings) -> Form | None:
    """The form a workbook is, by its stamp and the form number in its heading; else by the name of its sheets."""
    readings = [*_stamped_forms(catalog, evidence.stamp, findings), *_headed_forms(catalog, evidence.headings)]
    verdict = agree(readings)
    if verdict.rivals:
        first, second = verdict.rivals
        findings.issue(
            "form_disagrees",
            first=first.text, first_place=first.place, second=second.text, second_place=second.place,
        )  # fmt: skip
        return None
    if verdict.value is None and not any(reading.values for reading in readings):
        named = {normalise_label(name) for name in sheet_names}
        verdict = agree(
            [
                Reading(layout.sheet, layout.sheet, frozenset({layout.form}))
                for layout in catalog.layouts
                if normalise_label(layout.sheet) in named
            ]
        )
    if verdict.value is not None and verdict.value in catalog.forms:
        return catalog.forms[verdict.value]
    if not evidence.stamp.of(KEY_FORM):
        said = next((line for heading in evidence.headings for line in heading.forms), None)
        place = Place(said.sheet, said.cell) if said else None
        known = ", ".join(form.number for form in catalog.forms.values())
        findings.issue("unknown_form", place, found=said.text.upper() if said else "", expected=known)
    return None


def _stamped_forms(catalog: Catalog, stamp: Stamp, findings: Findings) -> Iterator[Reading[str]]:
    for fact in stamp.of(KEY_FORM):
        if fact.text not in catalog.forms:
            findings.issue("unknown_form", found=fact.text, expected=", ".join(catalog.forms))
        yield Reading(fact.place, fact.text, frozenset({fact.text} & catalog.forms.keys()))


def _headed_forms(catalog: Catalog, headings: tuple[Heading, ...]) -> Iterator[Reading[str]]:
    by_number = {normalise_label(form.number): form.id for form in catalog.forms.values()}
    for heading in headings:
        for line in heading.forms:
            # A number of no known form still speaks: it contradicts whatever else is said.
            form = by_number.get(normalise_label(line.text), line.text)
            yield Reading(_where(line), line.text.upper(), frozenset({form}))


def identify_period(form: Form, evidence: Evidence, findings: Findings) -> Period | None:
    """The period of a report; two sources that name different ones are an issue."""
    readings = [
        *_stamped_periods(evidence.stamp, findings),
        *_headed_periods(evidence, findings),
        *hinted_periods(form, evidence.hints),
    ]
    verdict = agree(readings)
    if verdict.rivals:
        first, second = verdict.rivals
        findings.issue(
            "period_disagrees",
            first=first.text, first_place=first.place, second=second.text, second_place=second.place,
        )  # fmt: skip
    elif verdict.choices or (verdict.value is None and not evidence.stamp.of(KEY_PERIOD)):
        findings.issue("period_missing", found=", ".join(sorted(one.id for one in verdict.choices)))
    elif verdict.value is not None and verdict.value.frequency is not form.frequency:
        findings.issue("period_of_other_kind", found=verdict.value.id, expected=form.number)
        return None
    return verdict.value


def _stamped_periods(stamp: Stamp, findings: Findings) -> Iterator[Reading[Period]]:
    for fact in stamp.of(KEY_PERIOD):
        try:
            yield Reading(fact.place, fact.text, frozenset({parse_period(fact.text)}))
        except UsageError:
            findings.issue("stamp_unreadable", found=fact.text, where=fact.place)


def _headed_periods(evidence: Evidence, findings: Findings) -> Iterator[Reading[Period]]:
    is_needed = not evidence.stamp.of(KEY_PERIOD)
    for line in (line for heading in evidence.headings for line in heading.periods):
        period = period_in_words(line.text)
        if period is not None:
            yield Reading(_where(line), line.text, frozenset({period}))
        elif is_needed:
            findings.issue("period_unreadable", Place(line.sheet, line.cell), found=line.text)


def hinted_periods(form: Form, hints: Hints) -> Iterator[Reading[Period]]:
    """What file name and folders say of the period, the nearest first."""
    for name in (hints.file_name, *reversed(hints.folders)):
        periods = periods_in_name(name)
        if form.frequency is Frequency.YEAR and len(name) == 4 and name.isdigit():
            periods |= {Period(int(name), 12, Frequency.YEAR)}
        # A folder of a quarter holds monthly reports too: only names of the form's own kind speak.
        yield Reading(name, name, frozenset(one for one in periods if one.frequency is form.frequency))


def identify_layout(
    catalog: Catalog, form: Form, period: Period | None, stamp: Stamp, findings: Findings
) -> Layout | None:
    """The layout a workbook was made from: the stamped version, else the one in force for its period."""
    layouts = [layout for layout in catalog.layouts if layout.form == form.id]
    versions = {fact.text: fact for fact in stamp.of(KEY_LAYOUT_VERSION)}
    known = [layout for layout in layouts if layout.version in versions]
    if len(versions) > 1 or (versions and not known):
        expected = ", ".join(layout.version for layout in layouts)
        findings.issue("unknown_layout_version", found=", ".join(versions), expected=expected)
        return None
    if known:
        _check_in_force(catalog, form, known[0], period, findings)
        return known[0]
    if period is not None:
        try:
            return catalog.layout_for(form.id, period)
        except UsageError:
            findings.issue("no_layout_in_force", found=period.id, expected=form.number)
            return None
    return max(layouts, key=lambda layout: layout.valid_from, default=None)


def _check_in_force(catalog: Catalog, form: Form, layout: Layout, period: Period | None, findings: Findings) -> None:
    if period is None:
        return
    day = catalog.last_day(form.id, period)
    if day < layout.valid_from or (layout.valid_to is not None and layout.valid_to < day):
        findings.issue("layout_not_in_force", found=layout.version, expected=period.id)


def _where(line: Line) -> str:
    return f"{line.sheet}!{line.cell}"
