"""What explains the data files: `datapackage.json` with its schemas, and the dictionary of columns and indicators."""

import json
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, Final

from domain.catalog.catalog import Catalog
from domain.indicators import Indicator
from domain.texts import Lang, Text
from publishing.data.data_columns import TABLES, ColumnKind, DataColumn

EXCEL_PREFIX: Final = "excel_"
SDMX_PREFIX: Final = "sdmx_"
"""What the names of files for Excel, and of SDMX, begin with, so that no pattern for the other files takes them."""

STRUCTURE: Final = "structure.xml"
"""The SDMX-ML message that explains the SDMX files."""

_PROFILE: Final = "https://datapackage.org/profiles/2.0/datapackage.json"
_FIELD_TYPES: Final = {
    ColumnKind.CODE: "string",
    ColumnKind.TEXT: "string",
    ColumnKind.DECIMAL: "number",
    ColumnKind.INTEGER: "integer",
    ColumnKind.BOOLEAN: "boolean",
    ColumnKind.MOMENT: "datetime",
    ColumnKind.DATE: "date",
}


def package_files(
    catalog: Catalog, lang: Lang, partitions: Mapping[str, Mapping[str, Mapping[str, Any]]]
) -> dict[PurePosixPath, bytes]:
    """Return the files that explain the data, by path.

    Args:
        catalog: texts and indicators.
        lang: the language of the headings in the files for Excel, and of the titles.
        partitions: for each folder the size and hash of its files by name, as in `datapackage.json`.
    """
    schemas = {
        f"schemas/{prefix}{table}.json": _schema(catalog, columns, lang, for_excel=bool(prefix))
        for table, columns in TABLES.items()
        for prefix in ("", *([] if table.startswith(SDMX_PREFIX) else [EXCEL_PREFIX]))
    }
    package = {
        "$schema": _PROFILE,
        "name": "tonghop",
        "title": _text(catalog, "title").get(lang),
        "description": _text(catalog, "description").get(lang),
        "resources": [
            _resource(PurePosixPath(folder, name), facts)
            for folder, files in sorted(partitions.items())
            for name, facts in sorted(files.items())
        ]
        + [_STRUCTURE_RESOURCE],
    }
    dictionary = _dictionary(catalog)
    files = {**schemas, "datapackage.json": package, "dictionary.json": dictionary}
    return {
        **{PurePosixPath(path): _json(content) for path, content in files.items()},
        PurePosixPath("dictionary.md"): _markdown(catalog, dictionary, lang).encode(),
    }


def _resource(path: PurePosixPath, facts: Mapping[str, Any]) -> dict[str, Any]:
    name = path.stem.lower().replace("_", "-")
    if path.suffix == ".parquet":
        # Without its size and hash: frictionless 5 takes neither of a Parquet file, and finds them differing.
        kind = {"name": f"{name}-parquet", "format": "parquet", "mediatype": "application/vnd.apache.parquet"}
        return {**kind, "path": str(path)}
    prefix = next((each for each in _CSV_FORMS if path.name.startswith(each)), "")
    csv = {"name": name, "type": "table", "format": "csv", "encoding": "utf-8", **_CSV_FORMS.get(prefix, _PLAIN)}
    return {**csv, "path": str(path), **facts, "schema": f"schemas/{prefix}{path.parts[0]}.json"}


_PLAIN: Final = {"mediatype": "text/csv"}
_CSV_FORMS: Final[Mapping[str, Mapping[str, Any]]] = {
    EXCEL_PREFIX: {**_PLAIN, "dialect": {"delimiter": ";"}},
    SDMX_PREFIX: {"mediatype": "application/vnd.sdmx.data+csv; version=2.0.0"},
}
_STRUCTURE_RESOURCE: Final = {
    "name": "sdmx-structure",
    "path": STRUCTURE,
    "format": "xml",
    "mediatype": "application/vnd.sdmx.structure+xml; version=3.0.0",
}


def _schema(catalog: Catalog, columns: Sequence[DataColumn], lang: Lang, *, for_excel: bool) -> dict[str, Any]:
    return {"fields": [_field(catalog, column, lang, for_excel=for_excel) for column in columns]}


def _field(catalog: Catalog, column: DataColumn, lang: Lang, *, for_excel: bool) -> dict[str, Any]:
    label, meaning = catalog.texts.by_key[column.label], catalog.texts.by_key[column.meaning]
    field = {
        "name": label.get(lang) if for_excel else column.name,
        "type": _FIELD_TYPES[column.kind],
        "title": label.get(lang),
        "description": meaning.get(lang),
    }
    return {**field, **_excel_form(catalog, column.kind, lang)} if for_excel else field


def _excel_form(catalog: Catalog, kind: ColumnKind, lang: Lang) -> dict[str, Any]:
    match kind:
        case ColumnKind.DECIMAL:
            return {"decimalChar": ","}
        case ColumnKind.BOOLEAN:
            yes, no = (_text(catalog, key).get(lang) for key in ("yes", "no"))
            return {"trueValues": [yes], "falseValues": [no]}
        case ColumnKind.DATE:
            return {"format": "%d/%m/%Y"}
        case ColumnKind.MOMENT:
            return {"format": "%d/%m/%Y %H:%M"}
        case _:
            return {}


def _dictionary(catalog: Catalog) -> dict[str, Any]:
    return {
        "tables": {
            table: [
                {
                    "name": column.name,
                    "kind": column.kind,
                    "label": _both(catalog.texts.by_key[column.label]),
                    "meaning": _both(catalog.texts.by_key[column.meaning]),
                }
                for column in columns
            ]
            for table, columns in TABLES.items()
        },
        "indicators": [_described(catalog, indicator) for indicator in catalog.indicators.values()],
    }


def _described(catalog: Catalog, indicator: Indicator) -> dict[str, Any]:
    return {
        "code": indicator.id,
        "name": _both(indicator.name),
        "theme": _both(catalog.themes[indicator.theme].name),
        "measure": indicator.measure,
        "unit": _both(indicator.unit),
        "numerator": _both(indicator.numerator),
        "denominator": _both(indicator.denominator) if indicator.denominator else None,
        "denominator_kind": indicator.denominator_kind,
        "flow": indicator.flow,
        "frequency": indicator.frequency,
        "collected_at": indicator.collected_at,
        "source": indicator.source,
        "valid_from": indicator.valid_from.isoformat() if indicator.valid_from else None,
        "valid_to": indicator.valid_to.isoformat() if indicator.valid_to else None,
    }


def _markdown(catalog: Catalog, dictionary: Mapping[str, Any], lang: Lang) -> str:
    lines = [f"# {_text(catalog, 'title').get(lang)}", "", _text(catalog, "description").get(lang)]
    for table, columns in dictionary["tables"].items():
        lines += ["", f"## {table}", "", *_table_head(catalog, lang, "column", "meaning_vi", "meaning_en")]
        lines += [
            _line(
                f"`{column['name']}`", *(f"**{column['label'][each]}.** {column['meaning'][each]}" for each in _LANGS)
            )
            for column in columns
        ]
    heads = ("code", "name_vi", "name_en", "unit", "numerator", "denominator", "source")
    lines += ["", f"## {_text(catalog, 'indicators').get(lang)}", "", *_table_head(catalog, lang, *heads)]
    for each in dictionary["indicators"]:
        counted = (each[key][lang] if each[key] else "–" for key in ("unit", "numerator", "denominator"))
        lines.append(_line(f"`{each['code']}`", each["name"]["vi"], each["name"]["en"], *counted, each["source"]))
    return "\n".join([*lines, ""])


_LANGS: Final[tuple[Lang, Lang]] = ("vi", "en")


def _table_head(catalog: Catalog, lang: Lang, *keys: str) -> tuple[str, str]:
    return _line(*(_text(catalog, f"head_{key}").get(lang) for key in keys)), _line(*["---"] * len(keys))


def _line(*cells: str) -> str:
    return "| " + " | ".join(" ".join(cell.split()).replace("|", r"\|") for cell in cells) + " |"


def _both(text: Text) -> dict[str, str]:
    return {"vi": text.vi, "en": text.en}


def _text(catalog: Catalog, key: str) -> Text:
    return catalog.texts.by_key[f"data.{key}"]


def _json(content: object) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()
