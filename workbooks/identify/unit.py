"""Identification of the reporting unit from codes and names in stamp, heading, file name and folders."""

from collections.abc import Iterator, Sequence
from datetime import date

from domain.catalog.catalog import Catalog
from domain.texts import ascii_key, normalise_name
from domain.units import Level, OrgUnit, UnitRegister
from workbooks.cells.findings import FigurePlace, Findings
from workbooks.cells.stamp import KEY_UNIT
from workbooks.identify.agreement import FILE_NAME, FOLDER, STAMP, SourceReading, agree, note_disagreement
from workbooks.identify.bare_names import bare_units
from workbooks.identify.heading import HeadingLine
from workbooks.identify.hints import Hints, codes_in_name, units_in_name
from workbooks.identify.sources import IdentificationSources, StampedFact
from workbooks.text.heading_vocabulary import HeadingVocabulary, heading_vocabulary_of

_CHOICES_NAMED = 5


def identify_unit(
    catalog: Catalog,
    level: Level,
    day: date | None,
    sources: IdentificationSources,
    findings: Findings,
) -> OrgUnit | None:
    """Return the unit that all sources allow, as valid on the period's last day `day`; None with an issue otherwise.

    Without a day only a code that has always meant one unit identifies it.
    """
    register, vocabulary = catalog.units, heading_vocabulary_of(catalog)
    stamped = sources.stamp.of(KEY_UNIT)
    if day is None:
        return _unit_without_day(register, level, stamped, sources.hints)
    readings = [
        *_stamped_units(register, level, day, stamped, findings),
        *_headed_units(register, level, day, vocabulary, sources),
        *_hinted_units(register, level, day, vocabulary, sources.hints),
    ]
    readings.extend(_parents(register, day, sources, readings))
    bare = list(bare_units(catalog, level, day, sources, readings))
    if not any(reading.values for reading in readings):
        bare += _parents(register, day, sources, bare)
    readings += bare
    agreement = agree(readings)
    if agreement.rivals:
        note_disagreement("unit_disagrees", agreement.rivals, readings, findings)
        return None
    if agreement.choices:
        codes = sorted(agreement.choices)[:_CHOICES_NAMED]
        named = "; ".join(f"{register.get(code, day).name} ({code})" for code in codes)
        findings.issue("unit_ambiguous", found=_first_text(readings), choices=named)
        return None
    _note_unknown_names(register, level, day, sources, findings, is_needed=agreement.value is None and not stamped)
    return register.find(agreement.value, day) if agreement.value is not None else None


def _lines(sources: IdentificationSources) -> tuple[HeadingLine, ...]:
    return tuple(line for heading in sources.headings for line in heading.units)


def _lines_above(sources: IdentificationSources) -> tuple[HeadingLine, ...]:
    return tuple(line for heading in sources.headings for line in heading.above)


def _first_text(readings: Sequence[SourceReading[str]]) -> str:
    return next((reading.text for reading in readings if reading.values), "")


def _unit_without_day(
    register: UnitRegister, level: Level, stamped: Sequence[StampedFact], hints: Hints
) -> OrgUnit | None:
    codes = {fact.text for fact in stamped} or {
        code for name in (hints.file_name, *hints.folders) for code in codes_in_name(name)
    }
    units = [unit for code in codes for unit in register.versions(code) if unit.level is level]
    return units[0] if len(units) == 1 else None


def _stamped_units(
    register: UnitRegister, level: Level, day: date, stamped: Sequence[StampedFact], findings: Findings
) -> Iterator[SourceReading[str]]:
    for fact in stamped:
        unit = register.find(fact.text, day)
        if unit is not None and unit.level is level:
            yield SourceReading(STAMP, f"{unit.name} ({unit.code})", frozenset({unit.code}))
            continue
        versions = [version for version in register.versions(fact.text) if version.level is level]
        if versions:
            _note_not_in_force(register, versions, day, findings, None)
        else:
            findings.issue("unknown_unit", found=fact.text, suggestions="")


def _note_not_in_force(
    register: UnitRegister, versions: Sequence[OrgUnit], day: date, findings: Findings, place: FigurePlace | None
) -> None:
    """Note units that are not yet or no longer valid on a day, with their days and what became of them."""
    is_future = all(version.valid_from > day for version in versions)
    successors = [
        successor
        for version in versions
        for succession in register.passed_into(version)
        if (successor := register.find(succession.new, day)) is not None
    ]
    findings.issue(
        "unit_not_yet_valid" if is_future else "unit_not_in_force",
        place,
        found="; ".join(dict.fromkeys(f"{version.name} ({version.code})" for version in versions)),
        expected="; ".join(f"{_shown(version.valid_from)} – {_shown(version.valid_to)}" for version in versions),
        day=_shown(day),
        successors="; ".join(dict.fromkeys(f"{unit.name} ({unit.code})" for unit in successors)),
    )


def _shown(day: date | None) -> str:
    return "…" if day is None else f"{day:%d/%m/%Y}"


def _headed_units(
    register: UnitRegister, level: Level, day: date, vocabulary: HeadingVocabulary, sources: IdentificationSources
) -> Iterator[SourceReading[str]]:
    mentions = (line for heading in sources.headings for line in heading.mentions)
    for line in (*_lines(sources), *mentions):
        codes = frozenset(unit.code for unit in register.by_name(line.text, day, level))
        yield SourceReading(line.address, line.shown, codes, line.place)
    for line in (line for heading in sources.headings for line in heading.titles):
        codes = _named(register, level, day, vocabulary, line.text)
        yield SourceReading(line.address, line.shown, codes, line.place)


def _hinted_units(
    register: UnitRegister, level: Level, day: date, vocabulary: HeadingVocabulary, hints: Hints
) -> Iterator[SourceReading[str]]:
    for place, name in ((FILE_NAME, hints.file_name), *((FOLDER, folder) for folder in reversed(hints.folders))):
        codes = frozenset(
            unit.code
            for code in codes_in_name(name)
            if (unit := register.find(code, day)) is not None and unit.level is level
        )
        yield SourceReading(place, name, codes)
        yield SourceReading(place, name, _named(register, level, day, vocabulary, name))


def _named(register: UnitRegister, level: Level, day: date, vocabulary: HeadingVocabulary, text: str) -> frozenset[str]:
    """Return the units of the longest registered name with kind in a text."""
    guesses = (register.by_name(name, day, level) for name in units_in_name(text, vocabulary))
    return frozenset(unit.code for unit in next((units for units in guesses if units), ()))


def _parents(
    register: UnitRegister, day: date, sources: IdentificationSources, readings: Sequence[SourceReading[str]]
) -> Iterator[SourceReading[str]]:
    """Yield readings of lines like "UBND HUYỆN …": the units named elsewhere that lie below that district."""
    named = frozenset(code for reading in readings for code in reading.values)
    for line in _lines_above(sources):
        above = {unit.code for unit in register.by_name(line.text, day)}
        if above and named:
            below = frozenset(code for code in named if above & _codes_above(register, code, day))
            # If no named unit lies there, a value that no other source shares makes it a disagreement.
            yield SourceReading(line.address, line.shown, below or frozenset({line.text}), line.place)


def _codes_above(register: UnitRegister, code: str, day: date) -> set[str]:
    codes: set[str] = set()
    unit = register.find(code, day)
    while unit is not None and unit.parent is not None and unit.parent not in codes:
        codes.add(unit.parent)
        unit = register.find(unit.parent, day)
    return codes


def _note_unknown_names(
    register: UnitRegister,
    level: Level,
    day: date,
    sources: IdentificationSources,
    findings: Findings,
    *,
    is_needed: bool,
) -> None:
    """Note names in the heading that no unit of that day has: `unknown_unit` if no other source identified the unit."""
    above = {unit.code for line in _lines_above(sources) for unit in register.by_name(line.text, day)}
    unknown = [line for line in _lines(sources) if not register.by_name(line.text, day, level)]
    stamped = {version.code for fact in sources.stamp.of(KEY_UNIT) for version in register.versions(fact.text)}
    for line in unknown:
        versions = _versions_of(register, level, day, line, above)
        if any(version.code in stamped and not version.holds_on(day) for version in versions):
            continue  # the right name of the unit that the stamp names, which was noted
        if is_needed and versions:
            _note_not_in_force(register, versions, day, findings, line.place)
            continue
        code = "unknown_unit" if is_needed else "unit_name_unknown"
        suggestions = _alike(register, level, day, line, above)
        findings.issue(code, line.place, found=line.shown, suggestions=suggestions)
    if is_needed and not unknown:
        findings.issue("unit_missing")


def _versions_of(register: UnitRegister, level: Level, day: date, line: HeadingLine, above: set[str]) -> list[OrgUnit]:
    """Return the units of exactly that name and kind that are valid on other days than `day`.

    If the heading names the unit above, only units below it are returned, where there are any.
    """
    named = [
        unit
        for unit in register.units
        if unit.level is level and not unit.holds_on(day) and normalise_name(unit.name) == line.text
    ]
    return [unit for unit in named if unit.parent in above] or named[:_CHOICES_NAMED]


def _alike(register: UnitRegister, level: Level, day: date, line: HeadingLine, above: set[str]) -> str:
    """Return for suggestions units whose names differ in diacritics only, or that succeeded the unit of that name.

    If the heading names the unit above, only units below it are suggested.
    """
    key = ascii_key(line.text)
    alike = [
        unit
        for unit in register.units
        if unit.level is level and unit.holds_on(day) and key in {ascii_key(unit.name), ascii_key(unit.bare_name)}
    ]
    below = [unit for unit in alike if above & _codes_above(register, unit.code, day)]
    named = below or alike or list(_what_became_of(register, level, day, line))
    return "; ".join(dict.fromkeys(f"{unit.name} ({unit.code})" for unit in named[:_CHOICES_NAMED]))


def _what_became_of(register: UnitRegister, level: Level, day: date, line: HeadingLine) -> Iterator[OrgUnit]:
    """Yield the successors of units of exactly that name and kind."""
    for unit in register.units:
        if unit.level is level and not unit.holds_on(day) and normalise_name(unit.name) == line.text:
            successors = (register.find(succession.new, day) for succession in register.passed_into(unit))
            yield from (successor for successor in successors if successor is not None)
