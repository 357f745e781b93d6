"""Reads the areas that officers define."""

from datetime import date
from typing import Any

from domain.areas import NamedArea
from domain.catalog.entries import add_once, day_of, span_of, text_of
from domain.catalog.errors import CatalogError
from domain.catalog.files import CatalogFiles, YamlDocument
from domain.catalog.schemas import check_document
from domain.units import Level, OrgUnit, UnitRegister


def read_areas(files: CatalogFiles, units: UnitRegister) -> dict[str, NamedArea]:
    """Officers' areas by id, as the files of `areas/` have them; there may be none.

    Raises:
        CatalogError: an id is taken or is a unit's code, or a member is no commune on the day of the line or stands
            there twice.
    """
    results: dict[str, NamedArea] = {}
    for document in files.documents("areas"):
        raw = check_document(document, "areas")
        if units.versions(raw["id"]):
            problem = f"{raw['id']} is a unit's code"
            raise document.error(problem, "give the area an id that no unit has or had, such as 585-cu", "id")
        add_once(results, raw["id"], _area(document, raw, units), document, "id")
    return results


def _area(document: YamlDocument, raw: dict[str, Any], units: UnitRegister) -> NamedArea:
    def complain(problem: str, remedy: str) -> CatalogError:
        return document.error(problem, remedy, "as_of")

    as_of = day_of(raw["as_of"], complain) or date.min
    first, last = span_of(raw, document, "valid_from")
    return NamedArea(
        id=raw["id"],
        name=text_of(raw["name"]),
        level=Level(raw["level"]),
        as_of=as_of,
        members=_members(document, raw["members"], as_of, units),
        valid_from=first or date.min,
        valid_to=last,
        source=raw["source"],
    )


def _members(document: YamlDocument, codes: list[str], as_of: date, units: UnitRegister) -> tuple[OrgUnit, ...]:
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
