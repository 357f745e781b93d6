"""Conversion of a workbook's texts from pre-Unicode fonts, with its repairs and the texts that stay ambiguous."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from domain.catalog.catalog import Catalog
from domain.observations import Observation
from workbooks.cells.addresses import CellRange
from workbooks.cells.cells import Cell, CellKind, Sheet, Workbook
from workbooks.cells.findings import FigurePlace, Findings
from workbooks.cells.text_runs import TextRun, marked
from workbooks.text.legacy_text import EncodingKind, LegacyFont, legacy_font, read_legacy, unicode_readings
from workbooks.text.vocabulary import Vocabulary, vocabulary_of

_CELLS_NAMED = 5
_SHOWN = 60
_LONGEST_LABEL = 400


class _Conversion(NamedTuple):
    """A cell, its text in Unicode, and the repair rule of the encoding."""

    cell: Cell
    after: str
    repair: str


@dataclass(slots=True)
class _SheetTexts:
    """Result for one sheet: converted texts, texts of mixed encodings left as they are, texts that lost their font."""

    converted: list[_Conversion] = field(default_factory=list)
    mixed: list[Cell] = field(default_factory=list)
    lost: list[tuple[Cell, str]] = field(default_factory=list)


class LegacyFonts:
    """Decoder for the texts of one workbook by their fonts.

    `workbook` has every text in Unicode, while `raw` of a cell stays as in the file. `record` adds the repairs.
    """

    def __init__(self, workbook: Workbook, catalog: Catalog, findings: Findings) -> None:
        """Decode every text by its font, and note an issue for texts that stay ambiguous."""
        self._catalog = catalog
        self._texts = {sheet.name: self._read(sheet) for sheet in workbook.sheets}
        self.workbook = replace(workbook, sheets=tuple(self._converted(sheet) for sheet in workbook.sheets))
        for name, texts in self._texts.items():
            _note(name, texts, findings)

    def _vocabulary(self) -> Vocabulary:
        return vocabulary_of(self._catalog)

    def _read(self, sheet: Sheet) -> _SheetTexts:
        result = _SheetTexts()
        for cell in sheet.cells.values():
            if cell.kind is not CellKind.TEXT or cell.raw.isascii():
                continue
            runs = cell.runs
            if legacy_font(cell.font) or (runs and any(legacy_font(run.font) for run in runs)):
                self._read_cell(cell, runs or (TextRun(cell.text, ""),), result)
            elif (reading := self._likely(cell.raw)) is not None:
                result.lost.append((cell, reading))
        return result

    def _likely(self, text: str) -> str | None:
        """Return what a text in a Unicode font would say in a legacy one, if only that is made of catalogue words."""
        readings = _suspected(text) if len(text) <= _LONGEST_LABEL else ()
        if not readings or self._vocabulary().knows(text):
            return None
        return next((reading for reading in readings if self._vocabulary().knows(reading)), None)

    def _read_cell(self, cell: Cell, runs: Sequence[TextRun], result: _SheetTexts) -> None:
        parts: list[str] = []
        repair = ""
        for (font, marks), text in _formatted_runs(runs, cell.font):
            nature, shown = read_legacy(text, font, self._vocabulary) if font else (EncodingKind.UNICODE, text)
            if nature is EncodingKind.MIXED:
                result.mixed.append(cell)
                return
            if nature is EncodingKind.LEGACY and font is not None:
                repair = repair or font.encoding.repair
            parts.append(marked(shown, marks))
        if repair:
            result.converted.append(_Conversion(cell, "".join(parts), repair))

    def _converted(self, sheet: Sheet) -> Sheet:
        """Return the sheet with its texts in Unicode; the same object if nothing was converted."""
        converted = self._texts[sheet.name].converted
        if not converted:
            return sheet
        cells = dict(sheet.cells)
        cells.update((item.cell.a1, item.cell._replace(value=item.after)) for item in converted)
        return replace(sheet, contents=replace(sheet.contents, cells=cells))

    def record(self, observations: Collection[Observation], findings: Findings, sheets: Collection[str]) -> None:
        """Record the conversions as repairs: one for each figure's cell, to show in its lineage, else one a sheet."""
        figures = set(_figure_cells(observations))
        for name, texts in ((name, self._texts[name]) for name in sheets):
            rest: dict[str, list[_Conversion]] = defaultdict(list)
            for item in texts.converted:
                if (name, item.cell.a1) in figures:
                    findings.repair(item.repair, FigurePlace(name, item.cell.a1), item.cell.raw, item.after)
                else:
                    rest[item.repair].append(item)
            for repair, others in rest.items():
                first = others[0]
                findings.repair(repair, FigurePlace(name, _span(others)), first.cell.raw, first.after)


def _formatted_runs(
    runs: Sequence[TextRun], cell_font: str
) -> Iterator[tuple[tuple[LegacyFont | None, frozenset[str]], str]]:
    """Yield the text in runs of equal encoding and formatting, so that bold letters do not separate vowel and sign."""
    for formatting, same in groupby(runs, key=lambda run: (legacy_font(run.font or cell_font), run.marks)):
        yield formatting, "".join(run.text for run in same)


@lru_cache(maxsize=4096)
def _suspected(text: str) -> tuple[str, ...]:
    """Return the legacy readings of a text in a Unicode font; cached, since labels recur in every report."""
    return tuple(unicode_readings(text))


def _figure_cells(observations: Collection[Observation]) -> Iterator[tuple[str, str]]:
    for observation in observations:
        for figure in (observation.numerator, observation.denominator, observation.stated):
            if figure is not None:
                yield observation.sheet, figure.cell


def _span(conversions: Sequence[_Conversion]) -> str:
    rows = [conversion.cell.row for conversion in conversions]
    columns = [conversion.cell.column for conversion in conversions]
    if len(conversions) == 1:
        return conversions[0].cell.a1
    return str(CellRange(min(rows), min(columns), max(rows), max(columns)))


def _note(sheet: str, texts: _SheetTexts, findings: Findings) -> None:
    """Note one issue for each kind of ambiguity on a sheet, at its first cell."""
    if texts.mixed:
        first = texts.mixed[0]
        findings.issue("font_mixed", FigurePlace(sheet, first.a1), found=first.text[:_SHOWN], cells=_named(texts.mixed))
    if texts.lost:
        cell, reading = texts.lost[0]
        findings.issue(
            "font_lost", FigurePlace(sheet, cell.a1),
            found=cell.text[:_SHOWN], expected=reading[:_SHOWN], cells=_named([item for item, _ in texts.lost]),
        )  # fmt: skip


def _named(cells: Sequence[Cell]) -> str:
    return ", ".join(cell.a1 for cell in cells[:_CELLS_NAMED]) + (", …" if len(cells) > _CELLS_NAMED else "")
