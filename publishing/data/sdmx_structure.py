"""The structure of the SDMX files as an SDMX-ML 3.0 message: code lists, concepts, data structure and dataflow."""

from collections.abc import Iterable, Mapping
from datetime import UTC
from typing import Final
from xml.etree import ElementTree as ET

from domain.catalog.catalog import Catalog
from domain.rollups import Boundary, Finality
from domain.texts import Text, visible
from publishing.data.data_columns import SDMX_COMPONENTS, ColumnKind, SdmxComponent, SdmxRole
from publishing.data.sdmx_csv import AGENCY, COUNT, DATAFLOW, FREQUENCIES, PERCENT, STATUSES, VERSION, area_code
from warehouse.rollups.newest_figures import RevisionHead

_SCHEMAS: Final = "http://www.sdmx.org/resources/sdmxml/schemas/v3_0/"
_SPACES: Final = {
    each: f"{{{_SCHEMAS}{name}}}" for each, name in {"mes": "message", "str": "structure", "com": "common"}.items()
}
_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_CONCEPTS: Final = "CONCEPTS"
_MODEL: Final = "urn:sdmx:org.sdmx.infomodel"
_TYPES: Final = {
    ColumnKind.DECIMAL: "Decimal",
    ColumnKind.INTEGER: "Integer",
    ColumnKind.BOOLEAN: "Boolean",
    ColumnKind.MOMENT: "DateTime",
    ColumnKind.TEXT: "String",
    ColumnKind.CODE: "ObservationalTimePeriod",  # the one code without a list is the period
}

Codes = Mapping[str, Iterable[str]]


def write_structure(catalog: Catalog, heads: Iterable[RevisionHead], used: Codes) -> bytes:
    """Write the structure message; its moment is that of the newest revision.

    Args:
        catalog: texts, forms and indicators.
        heads: the revisions whose areas are listed, older periods first.
        used: codes by code list that the data have, though the catalogue may no longer; such are their own names.
    """
    heads = list(heads)
    for prefix, space in _SPACES.items():
        ET.register_namespace(prefix, space.strip("{}"))
    message = ET.Element(f"{_SPACES['mes']}Structure")
    header = _add(message, "mes:Header")
    _add(header, "mes:ID", DATAFLOW)
    _add(header, "mes:Test", "false")
    newest = max(head.published_at for head in heads)
    _add(header, "mes:Prepared", newest.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"))
    _add(header, "mes:Sender", id=AGENCY)
    structures = _add(message, "mes:Structures")
    title = _text(catalog, "title")
    flow = _maintained(_add(structures, "str:Dataflows"), "str:Dataflow", DATAFLOW, title)
    _add(flow, "str:Structure", f"{_MODEL}.datastructure.DataStructure={_reference(DATAFLOW)}")
    lists = _add(structures, "str:Codelists")
    names = _code_names(catalog, heads)
    for component in SDMX_COMPONENTS:
        if component.code_list:
            known = names[component.code_list]
            codes = {**{code: Text(code, code) for code in used.get(component.code_list, ())}, **known}
            listed = _maintained(lists, "str:Codelist", component.code_list, catalog.texts.by_key[component.label])
            for code, name in sorted(codes.items()):
                _named(_add(listed, "str:Code", id=code), "Name", name)
    concepts = _maintained(_add(structures, "str:ConceptSchemes"), "str:ConceptScheme", _CONCEPTS, title)
    for component in SDMX_COMPONENTS:
        concept = _add(concepts, "str:Concept", id=component.name)
        _named(concept, "Name", catalog.texts.by_key[component.label])
        _named(concept, "Description", catalog.texts.by_key[component.meaning])
    _data_structure(_maintained(_add(structures, "str:DataStructures"), "str:DataStructure", DATAFLOW, title))
    ET.indent(message)
    return bytes(ET.tostring(message, encoding="utf-8", xml_declaration=True)) + b"\n"


def _code_names(catalog: Catalog, heads: Iterable[RevisionHead]) -> Mapping[str, Mapping[str, Text]]:
    fixed: dict[str, Iterable[str]] = {
        "freq": FREQUENCIES.values(),
        "boundary": Boundary,
        "obs_status": STATUSES.values(),
        "unit_measure": (PERCENT, COUNT),
        "finality": Finality,
    }
    kinds = {each.denominator_kind for each in catalog.indicators.values()}
    return {
        **{
            f"CL_{name.upper()}": {code: _text(catalog, f"{name}_{code.lower()}") for code in codes}
            for name, codes in fixed.items()
        },
        "CL_REF_AREA": {area_code(head.area, head.area_valid_from): _as_text(head.area_name) for head in heads},
        "CL_FORM": {form.id: form.title for form in catalog.forms.by_id.values()},
        "CL_INDICATOR": {each.id: each.name for each in catalog.indicators.values()},
        "CL_DENOMINATOR_KIND": {kind: catalog.texts.by_key[f"domain.denominator_kind.{kind}"] for kind in kinds},
    }


def _data_structure(structure: ET.Element) -> None:
    components = _add(structure, "str:DataStructureComponents")
    lists = {
        name: [each for each in SDMX_COMPONENTS if each.role in roles]
        for name, roles in {
            "Dimension": {SdmxRole.DIMENSION, SdmxRole.TIME},
            "Attribute": {SdmxRole.ATTRIBUTE},
            "Measure": {SdmxRole.MEASURE},
        }.items()
    }
    for name, listed in lists.items():
        parent = _add(components, f"str:{name}List", id=f"{name}Descriptor")
        for place, component in enumerate(listed, start=1):
            _component(parent, component, place)


def _component(parent: ET.Element, component: SdmxComponent, place: int) -> None:
    position = {"position": str(place)} if component.role is SdmxRole.DIMENSION else {}
    element = _add(parent, f"str:{component.role}", id=component.name, **position)
    concepts = f"{_MODEL}.conceptscheme.Concept={_reference(_CONCEPTS)}"
    _add(element, "str:ConceptIdentity", f"{concepts}.{component.name}")
    representation = _add(element, "str:LocalRepresentation")
    if component.code_list:
        _add(representation, "str:Enumeration", f"{_MODEL}.codelist.Codelist={_reference(component.code_list)}")
    else:
        _add(representation, "str:TextFormat", textType=_TYPES[component.kind])
    if component.role is SdmxRole.ATTRIBUTE:
        _add(_add(element, "str:AttributeRelationship"), "str:Observation")


def _maintained(parent: ET.Element, name: str, identity: str, title: Text) -> ET.Element:
    element = _add(parent, name, id=identity, agencyID=AGENCY, version=VERSION)
    _named(element, "Name", title)
    return element


def _named(parent: ET.Element, name: str, text: Text) -> None:
    for lang in ("vi", "en"):
        _add(parent, f"com:{name}", text.get(lang)).set(_LANG, lang)


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    prefix, _, local = name.partition(":")
    element = ET.SubElement(parent, f"{_SPACES[prefix]}{local}", attributes)
    element.text = text
    return element


def _reference(identity: str) -> str:
    return f"{AGENCY}:{identity}({VERSION})"


def _as_text(name: str) -> Text:
    return Text(visible(name), visible(name))


def _text(catalog: Catalog, key: str) -> Text:
    return catalog.texts.by_key[f"data.{key}"]
