"""Which unit a report is from: codes and names of stamp, heading, file name and folders, weighed together."""

from collections.abc import Iterator, Sequence
from datetime import date

from domain.catalog.catalog import Catalog
from domain.texts import ascii_key, normalise_name
from domain.units import Level, OrgUnit, UnitRegister
from workbooks.cells.findings import FigurePlace, Findings
from workbooks.cells.stamp import KEY_UNIT
from workbooks.identify.agreement import SourceReading, agree
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
    """The unit all sources allow, as it holds on the period's last day; None, with an issue, where they do not.

    Without a day only a code that ever meant one unit can be told.
    """
    register, wording = catalog.units, heading_vocabulary_of(catalog)
    stamped = sources.stamp.of(KEY_UNIT)
    if day is None:
        return _unit_without_day(register, level, stamped, sources.hints)
    readings = [
        *_stamped_units(register, level, day, stamped, findings),
        *_headed_units(register, level, day, wording, sources),
        *_hinted_units(register, level, day, wording, sources.hints),
    ]
    readings.extend(_parents(register, day, sources, readings))
    bare = list(bare_units(catalog, level, day, sources, readings))
    if not any(reading.values for reading in readings):
        bare += _parents(register, day, sources, bare)
    readings += bare
    agreement = agree(readings)
    if agreement.rivals:
        first, second = agreement.rivals
        findings.issue(
            "unit_disagrees",
            first=first.text, first_place=first.place, second=second.text, second_place=second.place,
        )  # fmt: skip
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
            yield SourceReading(fact.place, f"{unit.name} ({unit.code})", frozenset({unit.code}))
            continue
        earlier = [version for version in register.versions(fact.text) if version.level is level]
        if earlier:
            known = "; ".join(
                f"{earlier_match.name}, {earlier_match.valid_from} – {earlier_match.valid_to or '…'}"
                for earlier_match in earlier
            )
            findings.issue("unit_not_in_force", found=fact.text, expected=known, day=f"{day:%d/%m/%Y}")
        else:
            findings.issue("unknown_unit", found=fact.text, suggestions="")


def _headed_units(
    register: UnitRegister, level: Level, day: date, wording: HeadingVocabulary, sources: IdentificationSources
) -> Iterator[SourceReading[str]]:
    mentions = (line for heading in sources.headings for line in heading.mentions)
    for line in (*_lines(sources), *mentions):
        codes = frozenset(unit.code for unit in register.by_name(line.text, day, level))
        yield SourceReading(f"{line.sheet}!{line.cell}", line.text, codes)
    for line in (line for heading in sources.headings for line in heading.titles):
        yield SourceReading(f"{line.sheet}!{line.cell}", line.text, _named(register, level, day, wording, line.text))


def _hinted_units(
    register: UnitRegister, level: Level, day: date, wording: HeadingVocabulary, hints: Hints
) -> Iterator[SourceReading[str]]:
    for name in (hints.file_name, *reversed(hints.folders)):
        codes = frozenset(
            unit.code
            for code in codes_in_name(name)
            if (unit := register.find(code, day)) is not None and unit.level is level
        )
        yield SourceReading(name, name, codes)
        yield SourceReading(name, name, _named(register, level, day, wording, name))


def _named(register: UnitRegister, level: Level, day: date, wording: HeadingVocabulary, text: str) -> frozenset[str]:
    """The units of the longest name with its kind that a text has and the register knows."""
    guesses = (register.by_name(name, day, level) for name in units_in_name(text, wording))
    return frozenset(unit.code for unit in next((units for units in guesses if units), ()))


def _parents(
    register: UnitRegister, day: date, sources: IdentificationSources, readings: Sequence[SourceReading[str]]
) -> Iterator[SourceReading[str]]:
    """What "UBND HUYỆN …" says of the unit: that it is one of those named which lie below that district."""
    named = frozenset(code for reading in readings for code in reading.values)
    for line in _lines_above(sources):
        above = {unit.code for unit in register.by_name(line.text, day)}
        if above and named:
            below = frozenset(code for code in named if above & _codes_above(register, code, day))
            # None of the units named lies there: a value no other source shares makes that a disagreement.
            yield SourceReading(f"{line.sheet}!{line.cell}", line.text, below or frozenset({line.text}))


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
    """Say which name in the heading no unit of that day has; where nothing else told the unit, that is the reason."""
    above = {unit.code for line in _lines_above(sources) for unit in register.by_name(line.text, day)}
    unknown = [line for line in _lines(sources) if not register.by_name(line.text, day, level)]
    for line in unknown:
        code = "unknown_unit" if is_needed else "unit_name_unknown"
        suggestions = _alike(register, level, day, line, above)
        findings.issue(code, FigurePlace(line.sheet, line.cell), found=line.text, suggestions=suggestions)
    if is_needed and not unknown:
        findings.issue("unit_missing")


def _alike(register: UnitRegister, level: Level, day: date, line: HeadingLine, above: set[str]) -> str:
    """Units whose names differ from one by diacritics only, or that came of the unit of that name: only to show.

    Where the heading names the unit above, only those below it.
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
    """The units that units of exactly that name and kind passed into."""
    for unit in register.units:
        if unit.level is level and not unit.holds_on(day) and normalise_name(unit.name) == line.text:
            successors = (register.find(other_successor.new, day) for other_successor in register.passed_into(unit))
            yield from (successor for successor in successors if successor is not None)
