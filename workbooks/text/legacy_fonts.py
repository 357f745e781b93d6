"""Fonts of before Unicode: the texts of a workbook as people see them, what was converted, what could not be told."""

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
    """A cell's text as typed and as read, by the rule of an encoding."""

    cell: Cell
    after: str
    repair: str


@dataclass(slots=True)
class _SheetTexts:
    """What the fonts of one sheet led to: conversions, texts left alone, texts that seem to have lost their font."""

    converted: list[_Conversion] = field(default_factory=list)
    mixed: list[Cell] = field(default_factory=list)
    lost: list[tuple[Cell, str]] = field(default_factory=list)


class LegacyFonts:
    """The texts of one workbook, read by the fonts they stand in.

    `workbook` has every text in Unicode; a cell's `raw` stays what the file holds. `record` keeps the repairs.
    """

    def __init__(self, workbook: Workbook, catalog: Catalog, findings: Findings) -> None:
        """Read every text by its font, and note the issues of those that could not be told."""
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
        """What a text under a font of Unicode seems to say: words of the catalogue, where its own are not."""
        readings = _suspected(text) if len(text) <= _LONGEST_LABEL else ()
        if not readings or self._vocabulary().knows(text):
            return None
        return next((reading for reading in readings if self._vocabulary().knows(reading)), None)

    def _read_cell(self, cell: Cell, runs: Sequence[TextRun], match: _SheetTexts) -> None:
        pieces: list[str] = []
        repair = ""
        for (font, marks), text in _looks(runs, cell.font):
            nature, shown = read_legacy(text, font, self._vocabulary) if font else (EncodingKind.UNICODE, text)
            if nature is EncodingKind.MIXED:
                match.mixed.append(cell)
                return
            if nature is EncodingKind.LEGACY and font is not None:
                repair = repair or font.encoding.repair
            pieces.append(marked(shown, marks))
        if repair:
            match.converted.append(_Conversion(cell, "".join(pieces), repair))

    def _converted(self, sheet: Sheet) -> Sheet:
        """The sheet with its texts in Unicode; the same one where nothing had to be converted."""
        converted = self._texts[sheet.name].converted
        if not converted:
            return sheet
        cells = dict(sheet.cells)
        cells.update((item.cell.a1, item.cell._replace(value=item.after)) for item in converted)
        return replace(sheet, contents=replace(sheet.contents, cells=cells))

    def record(self, observations: Collection[Observation], findings: Findings) -> None:
        """Keep what was converted: cells of figures each, so that a figure's own way shows it; the rest by sheet."""
        figures = set(_figure_cells(observations))
        for name, texts in self._texts.items():
            rest: dict[str, list[_Conversion]] = defaultdict(list)
            for item in texts.converted:
                if (name, item.cell.a1) in figures:
                    findings.repair(item.repair, FigurePlace(name, item.cell.a1), item.cell.raw, item.after)
                else:
                    rest[item.repair].append(item)
            for repair, others in rest.items():
                first = others[0]
                findings.repair(repair, FigurePlace(name, _span(others)), first.cell.raw, first.after)


def _looks(runs: Sequence[TextRun], cell_font: str) -> Iterator[tuple[tuple[LegacyFont | None, frozenset[str]], str]]:
    """The text in stretches of one encoding and look: bold letters within a word do not part vowel and sign."""
    for look, same in groupby(runs, key=lambda run: (legacy_font(run.font or cell_font), run.marks)):
        yield look, "".join(run.text for run in same)


@lru_cache(maxsize=4096)
def _suspected(text: str) -> tuple[str, ...]:
    """What a text under a font of Unicode may have been typed as; the same labels come in every report."""
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
    """One line for each kind of doubt on a sheet, at its first cell."""
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
