"""Reads the layouts of forms and checks that a reader can tell their columns, lines and sheets apart."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field, model_validator

from domain.catalog.fields import Day, Distinct, FileModel, Id, Span, Spellings, Words
from domain.catalog.files import CatalogFiles, YamlDocument
from domain.catalog.shapes import Kind, fault
from domain.layouts import Column, ColumnRole, Form, Input, Layout, Line
from domain.texts import code_key, normalise_name
from domain.units import Level

_CHAPTER = re.compile(r"[IVXLC]+|[A-H]")
_DEEPEST = 9

_SheetName = Annotated[
    str,
    Field(
        pattern=r"^[^\[\]:*?/\\]{1,31}$",
        description="a sheet's name as Excel takes it: at most 31 characters, none of [ ] : * ? / \\",
    ),
]

_FormRole = Literal[
    ColumnRole.ORDER, ColumnRole.CODE, ColumnRole.LABEL, ColumnRole.UNIT,
    ColumnRole.DENOMINATOR, ColumnRole.NUMERATOR, ColumnRole.PERCENT, ColumnRole.NOTE,
]  # fmt: skip
_UnitRole = Literal[
    ColumnRole.ORDER, ColumnRole.UNIT_CODE, ColumnRole.UNIT_NAME,
    ColumnRole.DENOMINATOR, ColumnRole.NUMERATOR, ColumnRole.PERCENT, ColumnRole.NOTE,
]  # fmt: skip
_VillageRole = Literal[
    ColumnRole.ORDER, ColumnRole.VILLAGE_CODE, ColumnRole.VILLAGE_NAME, ColumnRole.FIGURE, ColumnRole.NOTE
]


class _Column(FileModel):
    """What columns of both sheets state."""

    header: Words
    mark: Annotated[str, Field(description="the mark in the column-number row, or an empty text")]
    width: Annotated[float, Field(gt=0, le=120, description="a width in characters")]
    aliases: Spellings = ()


class ColumnEntry(_Column):
    """A column of the form sheet."""

    role: _FormRole


class VillageColumnEntry(_Column):
    """A column of the village sheet."""

    role: _VillageRole
    indicator: Id | None = None
    input: Input | None = None

    @model_validator(mode="after")
    def _check_figure(self) -> "VillageColumnEntry":
        for name, value in (("indicator", self.indicator), ("input", self.input)):
            if self.role is ColumnRole.FIGURE and value is None:
                raise fault(f"{name!r} is a required property of a column of figures", f"write the {name}")
            if self.role is not ColumnRole.FIGURE and value is not None:
                raise fault(f"only a column of figures has an {name}", "take it out, or make the role figure", name)
        return self


class UnitColumnEntry(_Column):
    """A column of a table with a row a unit."""

    role: _UnitRole
    indicator: Annotated[Id | None, Field(description="what a column of figures is about")] = None

    @model_validator(mode="after")
    def _check_figure(self) -> "UnitColumnEntry":
        is_figure = self.role in {ColumnRole.DENOMINATOR, ColumnRole.NUMERATOR, ColumnRole.PERCENT}
        if is_figure and self.indicator is None:
            raise fault("'indicator' is a required property of a column of figures", "write the indicator")
        if not is_figure and self.indicator is not None:
            raise fault("only a column of figures has an indicator", "take it out", "indicator")
        return self


class LineEntry(FileModel):
    """A line of the form."""

    number: Annotated[str, Field(description="the number in quotes; an empty text for none")]
    label: Words
    indicator: Id | None = None
    aliases: Spellings = ()
    code: (
        Annotated[str, Field(min_length=1, description="the code in quotes, as the form's code column has it")] | None
    ) = None


class AbbreviationEntry(FileModel):
    """A word that people shorten in labels."""

    text: Words
    full: Words


class LayoutFile(Span):
    """One version of a form's workbook."""

    form: Id
    version: Annotated[str, Field(pattern=r"^[0-9]{4}\.[0-9]+$", description='a version in quotes, such as "2025.1"')]
    valid_from: Day
    sheet: _SheetName
    columns: tuple[ColumnEntry, ...] = ()
    lines: tuple[LineEntry, ...] = ()
    village_sheet: _SheetName | None = None
    village_columns: tuple[VillageColumnEntry, ...] = ()
    totals: Annotated[Distinct[Words], Field(description="labels of rows that only sum others")] = ()
    abbreviations: Annotated[
        tuple[AbbreviationEntry, ...], Field(description="words that people shorten in labels")
    ] = ()
    unit_columns: Annotated[
        tuple[UnitColumnEntry, ...],
        Field(description="columns of a table with a row a unit, in place of lines"),
    ] = ()
    units_by_sheet: Annotated[bool, Field(description="whether a workbook may hold a sheet for each of many units")] = (
        False
    )
    checks: Annotated[
        bool, Field(description="true: the workbook says while it is filled in what is missing and wrong")
    ] = False
    texts: Annotated[
        dict[Id, Words],
        Field(
            default_factory=dict, description="wordings of its own: keys of messages/workbooks.yaml without workbooks."
        ),
    ]

    @model_validator(mode="after")
    def _check_village_sheet(self) -> "LayoutFile":
        if self.village_columns and self.village_sheet is None:
            raise fault("'village_sheet' is a required property beside village_columns", "write the sheet's name")
        return self

    @model_validator(mode="after")
    def _check_kind(self) -> "LayoutFile":
        if not self.unit_columns:
            missing = next((name for name in ("columns", "lines") if not getattr(self, name)), None)
            if missing is not None:
                raise fault(f"{missing!r} is a required property", "write it, or unit_columns for a row a unit")
        elif self.columns or self.lines or self.village_columns or not self.totals:
            problem = "a table with a row a unit has totals, and no columns, lines or villages of a form"
            raise fault(problem, "take these out, and list the labels of totals", "unit_columns")
        return self


LAYOUTS = Kind("layouts", "One version of a form's workbook (layouts/<form>-<version>.yaml).", LayoutFile)


def read_layouts(files: CatalogFiles, forms: Mapping[str, Form]) -> tuple[Layout, ...]:
    """Read all layouts, by form and first day.

    Raises:
        CatalogError: a layout names an unknown form, two of its labels or headers read the same, or a version comes
            twice.
    """
    results: dict[tuple[str, str], Layout] = {}
    for document in files.documents("layouts"):
        raw = LAYOUTS.check_document(document)
        if raw.form not in forms:
            raise document.error(f"form {raw.form!r} is unknown", "use an id of forms/", "form")
        layout = _layout(raw)
        key = (layout.form, layout.version)
        if key in results:
            problem = f"form {layout.form} has a layout {layout.version} already"
            raise document.error(problem, "give the newer one a version of its own", "version")
        _check_spellings(raw, document, "lines", "label", [line.sections for line in layout.lines])
        _check_spellings(raw, document, "columns", "header")
        _check_spellings(raw, document, "village_columns", "header")
        _check_spellings(raw, document, "unit_columns", "header")
        _check_abbreviations(raw, document)
        if layout.unit_columns:
            _check_unit_columns(layout, forms[layout.form], document)
        else:
            _check_roles(layout, document)
        _check_codes(layout, document)
        results[key] = layout
    return tuple(sorted(results.values(), key=lambda layout: (layout.form, layout.valid_from)))


def _layout(raw: LayoutFile) -> Layout:
    parts = dict(raw) | {
        "columns": tuple(Column(**dict(column)) for column in raw.columns),
        "lines": tuple(_lines(raw.lines)),
        "village_columns": tuple(Column(**dict(column)) for column in raw.village_columns),
        "unit_columns": tuple(Column(**dict(column)) for column in raw.unit_columns),
        "abbreviations": {normalise_name(entry.text): normalise_name(entry.full) for entry in raw.abbreviations},
    }
    return Layout(**parts)


def _lines(entries: Sequence[LineEntry]) -> Iterator[Line]:
    """The lines, each under the headings above it with fewer parts in their numbers."""
    above: list[tuple[int, str]] = []
    for line in entries:
        indicator, depth = line.indicator, _depth(line.number)
        above = [heading for heading in above if heading[0] < depth]
        sections = tuple(label for _, label in above)
        if indicator is None:
            above.append((depth, line.label))
        yield Line(line.number, line.label, indicator, line.aliases, line.code, sections)


def _depth(number: str) -> int:
    """How deep a line of this number lies: chapters ("II") above sections ("2") above lines ("2.1"), others below."""
    parts = number.strip(" .()").split(".")
    if _CHAPTER.fullmatch(parts[0]):
        return len(parts) - 1
    return len(parts) if parts[0].isdigit() else _DEEPEST


def indicator_places(layout: Layout) -> Iterator[tuple[str, Level, tuple[str, int, str]]]:
    """Yield the indicators that a layout asks for, the level it asks of, and where in the file."""
    for place, line in enumerate(layout.lines):
        if line.indicator is not None:
            yield line.indicator, Level.COMMUNE, ("lines", place, "indicator")
    for place, column in enumerate(layout.unit_columns):
        if column.indicator is not None and column.role is ColumnRole.NUMERATOR:
            yield column.indicator, Level.COMMUNE, ("unit_columns", place, "indicator")
    for place, column in enumerate(layout.village_columns):
        if column.indicator is not None:
            yield column.indicator, Level.VILLAGE, ("village_columns", place, "indicator")


def _check_spellings(
    raw: LayoutFile, document: YamlDocument, part: str, field: str, scopes: Sequence[tuple[str, ...]] = ()
) -> None:
    """No two labels of one section, and no two headers, may read the same after normalisation: readers go by them."""
    taken: dict[tuple[str, tuple[str, ...]], str] = {}
    for place, entry in enumerate(getattr(raw, part)):
        own = getattr(entry, field)
        for spelling in (own, *entry.aliases):
            key = normalise_name(spelling), scopes[place] if scopes else ()
            if taken.get(key, own) != own or (spelling is own and key in taken):
                problem = f"{spelling!r} reads the same as another entry's spelling, {taken[key]!r}"
                raise document.error(problem, "word them differently", part, place, field)
            taken[key] = own


def _check_abbreviations(raw: LayoutFile, document: YamlDocument) -> None:
    taken: dict[str, str] = {}
    for place, entry in enumerate(raw.abbreviations):
        document.add_once(taken, normalise_name(entry.text), entry.full, "abbreviations", place, "text")


def _check_codes(layout: Layout, document: YamlDocument) -> None:
    """Codes tell lines apart only where every line of figures has one of its own, in a column made for them."""
    has_column = any(column.role is ColumnRole.CODE for column in layout.columns)
    taken: set[str] = set()
    for place, line in enumerate(layout.lines):
        if line.code is None:
            if has_column and line.indicator is not None:
                raise document.error("the line has no code", "give it a code, or drop the code column", "lines", place)
            continue
        if not has_column:
            remedy = "add the column, or drop the codes"
            raise document.error("no column has the role code", remedy, "lines", place, "code")
        if code_key(line.code) in taken:
            raise document.error(
                f"the code {line.code!r} is listed here twice", "word it apart", "lines", place, "code"
            )
        taken.add(code_key(line.code))


def _check_unit_columns(layout: Layout, form: Form, document: YamlDocument) -> None:
    """A table names its units, gives each figure once, and is of a form that an office gives."""
    columns = layout.unit_columns
    keys = [(column.role, column.indicator) for column in columns]
    twice = next((role for role, indicator in keys if keys.count((role, indicator)) > 1), None)
    if twice is not None:
        raise document.error(f"two columns have the role {twice}", "give every column its own role", "unit_columns")
    if not {ColumnRole.UNIT_CODE, ColumnRole.UNIT_NAME} & {column.role for column in columns}:
        raise document.error("no column names the unit", "add one with role unit_code or unit_name", "unit_columns")
    counted = {column.indicator for column in columns if column.role is ColumnRole.NUMERATOR}
    lonely = next((column.indicator for column in columns if column.indicator not in {None, *counted}), None)
    if lonely is not None:
        problem, remedy = f"indicator {lonely!r} has no column of its numerator", "add the column"
        raise document.error(problem, remedy, "unit_columns")
    if form.reporter is None:
        problem = f"units fill in form {form.id} themselves, so it cannot have a row a unit"
        raise document.error(problem, "name the reporter in forms/, or use another form", "form")


def _check_roles(layout: Layout, document: YamlDocument) -> None:
    for part, columns in (("columns", layout.columns), ("village_columns", layout.village_columns)):
        roles = [column.role for column in columns if column.role is not ColumnRole.FIGURE]
        twice = next((role for role in roles if roles.count(role) > 1), None)
        if twice is not None:
            raise document.error(f"two columns have the role {twice}", "give every column its own role", part)
    needed = [(ColumnRole.LABEL, "columns", layout.columns), (ColumnRole.NUMERATOR, "columns", layout.columns)]
    if layout.village_columns:
        needed.append((ColumnRole.VILLAGE_CODE, "village_columns", layout.village_columns))
    for role, part, columns in needed:
        if all(column.role is not role for column in columns):
            raise document.error(f"no column has the role {role}", "add the column", part)
