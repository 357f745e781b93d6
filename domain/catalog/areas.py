"""Reads the areas that officers define, and how the communes of areas lie to each other."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field

from domain.areas import NamedArea
from domain.catalog.fields import AreaId, Bilingual, Day, FileModel, Span, UnitCode, Words
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


class TileRow(FileModel):
    """The place of a commune among those of its area, row and column counted from 1 at the top left."""

    area: Annotated[str, Field(min_length=1, description="the code of the unit, or the id of the area, that is drawn")]
    unit: UnitCode
    row: Annotated[str, Field(pattern="^[1-9][0-9]?$", description="a number from 1")]
    column: Annotated[str, Field(pattern="^[1-9][0-9]?$", description="a number from 1")]


TilePlaces = Mapping[str, Mapping[str, tuple[int, int]]]
"""Row and column of each commune's tile, by area and commune."""

TILES = Kind("tiles", "How the communes of areas lie to each other (rows of charts/*.csv).", tuple[TileRow, ...])
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


def read_tiles(files: CatalogFiles, areas: Mapping[str, NamedArea], units: UnitRegister) -> TilePlaces:
    """Read how communes are laid out in the charts of their areas; areas without a row are laid out by code.

    Raises:
        CatalogError: an area or a commune is unknown, or a commune or a place comes twice in an area.
    """
    results: dict[str, dict[str, tuple[int, int]]] = {}
    for name in files.names("charts", ".csv"):
        table = files.table(name, ("area", "unit", "row", "column"))
        for number, raw in enumerate(TILES.check_table(table)):
            if raw.area not in areas and not units.versions(raw.area):
                raise table.error(number, f"no unit has code {raw.area}, and no area has that id", "correct the area")
            if not any(unit.level is Level.COMMUNE for unit in units.versions(raw.unit)):
                raise table.error(number, f"no commune has code {raw.unit}", "use a code of units/")
            places, place = results.setdefault(raw.area, {}), (int(raw.row), int(raw.column))
            if raw.unit in places or place in places.values():
                raise table.error(number, "this commune, or this place, is taken in the area", "keep one of the rows")
            places[raw.unit] = place
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
