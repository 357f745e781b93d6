"""Names of communes without their kind: file "Ma Nới T5-2025.xlsx", folder "Lâm Sơn", "Lâm Sơn, ngày 15 tháng 5 …"."""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from domain.catalog.catalog import Catalog
from domain.texts import normalise_name
from domain.units import Level, OrgUnit, UnitRegister
from workbooks.cells.findings import FigurePlace
from workbooks.identify.agreement import FILE_NAME, FOLDER, SourceReading, agree
from workbooks.identify.sources import IdentificationSources

_ENDING = re.compile(r"(?:\.(?:xlsx|xlsm|xls))+$")
_NOT_A_WORD = re.compile(r"[\W_]+")
_FEWEST_WORDS = 2


def bare_units(
    catalog: Catalog, level: Level, day: date, sources: IdentificationSources, readings: Sequence[SourceReading[str]]
) -> Iterator[SourceReading[str]]:
    """Yield readings of names without a kind, given the `readings` of all other sources.

    People and places share such names, and communes took over names of districts: such a name counts only for a unit
    that other sources name, or for its neighbours. Without other sources the name of the file or folder counts alone.
    """
    register = catalog.units
    agreement = agree(readings)
    named_codes = frozenset({agreement.value}) if agreement.value is not None else agreement.choices
    for place, name, spot in _names(sources, is_unit_named=bool(named_codes)):
        words = [word for word in _words(name) if word not in catalog.words.file_words]
        if len(words) < _FEWEST_WORDS or _is_above(register, named_codes, " ".join(words)):
            continue
        named = register.by_name(" ".join(words), day)
        codes = {unit.code for unit in named if unit.level is level}
        if named_codes:
            parents = {unit.parent for code in named_codes if (unit := register.find(code, day)) is not None}
            yield SourceReading(place, name, frozenset(unit.code for unit in named if unit.parent in parents), spot)
        elif len(codes) == len(named):
            yield SourceReading(place, name, frozenset(codes), spot)


def _names(sources: IdentificationSources, *, is_unit_named: bool) -> Iterator[tuple[str, str, FigurePlace | None]]:
    """Yield source, text and cell of file name, folder, bare heading names, and place of signing if a unit is named.

    The place of signing may be that of the district, so it cannot identify a unit by itself.
    """
    hints = sources.hints
    yield FILE_NAME, hints.file_name, None
    yield from ((FOLDER, name, None) for name in hints.folders[-1:])
    for line in (line for heading in sources.headings for line in heading.bare):
        yield line.address, line.text, line.place
    for line in (line for heading in sources.headings for line in heading.signed if is_unit_named):
        yield line.address, line.shown.partition(",")[0], line.place


def _words(name: str) -> list[str]:
    plain = _ENDING.sub("", normalise_name(name))
    return [word for word in _NOT_A_WORD.split(plain) if word and not any(mark.isdigit() for mark in word)]


def _is_above(register: UnitRegister, codes: frozenset[str], name: str) -> bool:
    """Return whether a unit above any of these ever had the name, such as a folder of the former district."""
    pending: list[OrgUnit] = [unit for code in codes for unit in register.versions(code)]
    seen: set[str] = set()
    while pending:
        unit = pending.pop()
        for above in register.versions(unit.parent or ""):
            if normalise_name(above.bare_name) == name or normalise_name(above.name) == name:
                return True
            if above.code not in seen:
                seen.add(above.code)
                pending.append(above)
    return False
