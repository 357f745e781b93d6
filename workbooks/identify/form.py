"""Identification of a workbook's form and layout from the stamp, the heading and the period."""

from collections.abc import Iterator

from domain.catalog.catalog import Catalog
from domain.errors import UsageError
from domain.layouts import Form, Layout
from domain.periods import Period
from workbooks.cells.cells import Workbook
from workbooks.cells.findings import Findings
from workbooks.cells.stamp import KEY_FORM, KEY_LAYOUT_VERSION
from workbooks.identify.agreement import STAMP, SourceReading, agree, note_disagreement
from workbooks.identify.description import describe_workbook
from workbooks.identify.form_by_lines import forms_by_lines, layout_by_lines
from workbooks.identify.heading import Heading
from workbooks.identify.sources import IdentificationSources, Stamp
from workbooks.text.labels import normalise_label


def identify_form(
    catalog: Catalog, sources: IdentificationSources, workbook: Workbook, findings: Findings
) -> Form | None:
    """Return the form by stamp and form number in the heading, or else by sheet names or lines; None with an issue."""
    readings = [*_stamped_forms(catalog, sources.stamp, findings), *_headed_forms(catalog, sources.headings)]
    agreement = agree(readings)
    if agreement.rivals:
        note_disagreement("form_disagrees", agreement.rivals, readings, findings)
        return None
    if agreement.value is None and not any(reading.values for reading in readings):
        agreement = agree(list(_named_forms(catalog, workbook)))
        if not agreement.choices and agreement.value is None and not agreement.rivals:
            return _form_by_lines(catalog, sources, workbook, findings)
    if agreement.value is not None and agreement.value in catalog.forms.by_id:
        return catalog.forms.by_id[agreement.value]
    if not sources.stamp.of(KEY_FORM):
        _note_unknown(catalog, sources, workbook, findings)
    return None


def _note_unknown(catalog: Catalog, sources: IdentificationSources, workbook: Workbook, findings: Findings) -> None:
    """Note a form that is not known by its number, or else by its title and headings."""
    line = next((line for heading in sources.headings for line in heading.forms), None)
    text, place = (line.text.upper(), line.place) if line is not None else describe_workbook(workbook)
    known = ", ".join(form.number for form in catalog.forms.by_id.values())
    findings.issue("unknown_form", place, found=text, expected=known)


def _named_forms(catalog: Catalog, workbook: Workbook) -> Iterator[SourceReading[str]]:
    named = {normalise_label(sheet.name) for sheet in workbook.sheets}
    for layout in catalog.forms.layouts:
        if normalise_label(layout.sheet) in named:
            yield SourceReading(layout.sheet, layout.sheet, frozenset({layout.form}))


def _form_by_lines(
    catalog: Catalog, sources: IdentificationSources, workbook: Workbook, findings: Findings
) -> Form | None:
    """Return the only form whose lines a table has, and record that as a repair."""
    matches = tuple(forms_by_lines(catalog, workbook))
    if len({match.form for match in matches}) != 1:
        _note_unknown(catalog, sources, workbook, findings)
        return None
    form = catalog.forms.by_id[matches[0].form]
    findings.repair("form_by_lines", matches[0].place, "", form.number)
    return form


def _stamped_forms(catalog: Catalog, stamp: Stamp, findings: Findings) -> Iterator[SourceReading[str]]:
    for fact in stamp.of(KEY_FORM):
        if fact.text not in catalog.forms.by_id:
            findings.issue("unknown_form", found=fact.text, expected=", ".join(catalog.forms.by_id))
        yield SourceReading(STAMP, fact.text, frozenset({fact.text} & catalog.forms.by_id.keys()))


def _headed_forms(catalog: Catalog, headings: tuple[Heading, ...]) -> Iterator[SourceReading[str]]:
    by_number = {normalise_label(form.number): form.id for form in catalog.forms.by_id.values()}
    for heading in headings:
        for line in heading.forms:
            # The number of an unknown form counts as well: it contradicts every other source.
            form = by_number.get(normalise_label(line.text), line.text)
            yield SourceReading(line.address, line.text.upper(), frozenset({form}), line.place)


def identify_layout(
    catalog: Catalog, form: Form, period: Period | None, source: tuple[Stamp, Workbook], findings: Findings
) -> Layout | None:
    """Return the stamped layout version, or else the one all of whose lines the workbook has; None with an issue.

    Where several or none is there whole, it is the one in force for the period, or the newest where that is unknown.
    """
    stamp, workbook = source
    layouts = [layout for layout in catalog.forms.layouts if layout.form == form.id]
    versions = {fact.text: fact for fact in stamp.of(KEY_LAYOUT_VERSION)}
    known = [layout for layout in layouts if layout.version in versions]
    if len(versions) > 1 or (versions and not known):
        expected = ", ".join(layout.version for layout in layouts)
        findings.issue("unknown_layout_version", found=", ".join(versions), expected=expected)
        return None
    if known:
        _check_in_force(catalog, form, known[0], period, findings)
        return known[0]
    if not layouts:
        return None
    in_force = max(layouts, key=lambda layout: layout.valid_from)
    if period is not None:
        try:
            in_force = catalog.forms.layout_for(form.id, period)
        except UsageError:
            findings.issue("no_layout_in_force", found=period.id, expected=form.number)
            return None
    return layout_by_lines(catalog, workbook, layouts, in_force) if len(layouts) > 1 else in_force


def _check_in_force(catalog: Catalog, form: Form, layout: Layout, period: Period | None, findings: Findings) -> None:
    """Note a layout version where none is in force on the period's last day; of another one the rules warn."""
    if period is None:
        return
    try:
        catalog.forms.layout_for(form.id, period)
    except UsageError:
        findings.issue("layout_not_in_force", found=layout.version, expected=period.id, in_force="–")
