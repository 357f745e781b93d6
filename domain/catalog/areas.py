"""Reads the areas that officers define."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field

from domain.areas import NamedArea
from domain.catalog.fields import AreaId, Bilingual, Day, Span, UnitCode, Words
from domain.catalog.files import CatalogFiles, YamlDocument
from domain.catalog.shapes import Kind
from domain.units import Level, OrgUnit, UnitRegister


class AreaFile(Span):
    """An area that an officer defines."""

    id: AreaId
    name: Bilingual
    level: Literal[Level.COUNTRY, Level.PROVINCE, Level.DISTRICT, Level.COMMUNE]
    as_of: Day
    members: Annotated[tuple[UnitCode, ...], Field(min_length=1, description="at least one commune's code, in quotes")]
    valid_from: Day
    valid_to: Day | None
    source: Words


AREAS = Kind("areas", "An area that an officer defines (areas/<id>.yaml).", AreaFile)


def read_areas(files: CatalogFiles, units: UnitRegister) -> Mapping[str, NamedArea]:
    """Read officers' areas by id, as the files of `areas/` have them; there may be none.

    Raises:
        CatalogError: an id is taken or is a unit's code, or a member is no commune on the day of the line or is listed
            there twice.
    """
    results: dict[str, NamedArea] = {}
    for document in files.documents("areas"):
        raw = AREAS.check_document(document)
        if units.versions(raw.id):
            problem = f"{raw.id} is a unit's code"
            raise document.error(problem, "give the area an id that no unit has or had, such as 585-cu", "id")
        members = _members(document, raw.members, raw.as_of, units)
        document.add_once(results, raw.id, NamedArea(**(dict(raw) | {"members": members})), "id")
    return MappingProxyType(results)


def _members(document: YamlDocument, codes: tuple[str, ...], as_of: date, units: UnitRegister) -> tuple[OrgUnit, ...]:
    results: dict[str, OrgUnit] = {}
    for place, code in enumerate(codes):
        unit = units.find(code, as_of)
        if unit is None or unit.level is not Level.COMMUNE:
            problem = f"no commune has code {code} on {as_of}"
            raise document.error(problem, "name communes as they are on the day as_of", "members", place)
        if code in results:
            raise document.error(f"{code} is listed here twice", "keep one of the two", "members", place)
        results[code] = unit
    return tuple(results[code] for code in sorted(results))
