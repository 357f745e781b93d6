"""Reads the areas that officers define."""

from datetime import date

from domain.areas import NamedArea
from domain.catalog.entries import add_once
from domain.catalog.files import CatalogFiles, YamlDocument
from domain.catalog.kinds import AREAS
from domain.catalog.models import AreaFile
from domain.units import Level, OrgUnit, UnitRegister


def read_areas(files: CatalogFiles, units: UnitRegister) -> dict[str, NamedArea]:
    """Officers' areas by id, as the files of `areas/` have them; there may be none.

    Raises:
        CatalogError: an id is taken or is a unit's code, or a member is no commune on the day of the line or stands
            there twice.
    """
    results: dict[str, NamedArea] = {}
    for document in files.documents("areas"):
        raw = AREAS.check_document(document)
        if units.versions(raw.id):
            problem = f"{raw.id} is a unit's code"
            raise document.error(problem, "give the area an id that no unit has or had, such as 585-cu", "id")
        add_once(results, raw.id, _area(document, raw, units), document, "id")
    return results


def _area(document: YamlDocument, raw: AreaFile, units: UnitRegister) -> NamedArea:
    return NamedArea(
        id=raw.id,
        name=raw.name,
        level=raw.level,
        as_of=raw.as_of,
        members=_members(document, raw.members, raw.as_of, units),
        valid_from=raw.valid_from,
        valid_to=raw.valid_to,
        source=raw.source,
    )


def _members(document: YamlDocument, codes: tuple[str, ...], as_of: date, units: UnitRegister) -> tuple[OrgUnit, ...]:
    results: dict[str, OrgUnit] = {}
    for place, code in enumerate(codes):
        unit = units.find(code, as_of)
        if unit is None or unit.level is not Level.COMMUNE:
            problem = f"no commune has code {code} on {as_of}"
            raise document.error(problem, "name communes as they are on the day as_of", "members", place)
        if code in results:
            raise document.error(f"{code} stands here twice", "keep one of the two", "members", place)
        results[code] = unit
    return tuple(results[code] for code in sorted(results))
