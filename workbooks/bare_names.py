"""A commune's name without its kind in a file's or folder's name: "Ma Nới T5-2025.xlsx", "Lâm Sơn/"."""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from domain.texts import normalise_name
from domain.units import Level, OrgUnit, UnitRegister
from workbooks.agreement import Reading
from workbooks.hints import Hints

_ENDING = re.compile(r"(?:\.(?:xlsx|xlsm|xls))+$")
_NOT_A_WORD = re.compile(r"[\W_]+")
_FEWEST_WORDS = 2
# What file names say besides a name. Words with digits are left out as well.
_COMMON = frozenset(
    {"báo", "cáo", "bc", "tháng", "quý", "năm", "biểu", "mẫu", "số", "liệu", "bản", "sao", "copy"}
    | {"gửi", "lại", "sửa", "ubnd", "t"}
)


def bare_units(
    register: UnitRegister, level: Level, day: date, hints: Hints, readings: Sequence[Reading[str]]
) -> Iterator[Reading[str]]:
    """What names without a kind say, besides the `readings` of every other source.

    People and places share such names, and districts gave theirs to communes: a name speaks only of a unit that other
    sources name or of its neighbours, and where no other source speaks at all.
    """
    told = {code for reading in readings for code in reading.values}
    for name in (hints.file_name, *hints.folders[-1:]):
        words = _words(name)
        if len(words) < _FEWEST_WORDS:
            continue
        named = register.by_name(" ".join(words), day)
        codes = {unit.code for unit in named if unit.level is level}
        if not codes or len(codes) < len(named) or _is_above(register, told, " ".join(words)):
            continue
        parents = {unit.parent for code in told if (unit := register.find(code, day)) is not None}
        near = {unit.code for unit in named if unit.parent in parents} if told else codes
        yield Reading(name, name, frozenset(near))


def _words(name: str) -> list[str]:
    plain = _ENDING.sub("", normalise_name(name))
    words = [word for word in _NOT_A_WORD.split(plain) if word and not any(mark.isdigit() for mark in word)]
    return [word for word in words if word not in _COMMON]


def _is_above(register: UnitRegister, codes: set[str], name: str) -> bool:
    """Whether a unit above any of these ever had the name: a folder of the old district holds its communes."""
    waiting: list[OrgUnit] = [unit for code in codes for unit in register.versions(code)]
    seen: set[str] = set()
    while waiting:
        unit = waiting.pop()
        for above in register.versions(unit.parent or ""):
            if normalise_name(above.bare_name) == name or normalise_name(above.name) == name:
                return True
            if above.code not in seen:
                seen.add(above.code)
                waiting.append(above)
    return False
