"""Compilation of the catalogue's rules into a sheet of checks: a row for each line, which says why the line is wrong.

Columns of a row: the status, number and state of denominator and numerator, and what each rule says.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape

from domain.catalog.catalog import Catalog
from domain.issues import Severity
from domain.rules import Rule
from domain.texts import Text
from workbooks.cells.addresses import column_letters
from workbooks.cells.stamp import CHECKS_SHEET
from workbooks.formulas.expressions import either, filled, is_one_of, merged, text
from workbooks.formulas.kind import Check, RuleTerms
from workbooks.formulas.lines import BLANK, NOT_APPLICABLE, NUMBER, TEXT, FigureCell, FormLine, LineSource
from workbooks.formulas.registry import formula_kinds

_FIRST_ROW = 3
_FIRST_CHECK = 6
_GRAVEST_FIRST = ("missing", "blank", "wrong", "asked")
"""Order of the texts of a status, by their marks."""
_OPENING = "Ô {cell}"
"""How messages begin that name their cell; the status names it before them."""
_SPACED = '&" "&'
_SHEET = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData>'
    '<sheetProtection sheet="1"/></worksheet>'
)


@dataclass(frozen=True, slots=True)
class CompiledChecks:
    """The part of the sheet of checks, and the formulas by which the form shows what it says.

    `status` is by sheet and row; `summary` counts what is missing and wrong, `rest` what else to look at.
    """

    part: bytes
    status: Mapping[tuple[str, int], str]
    summary: str
    rest: str


@dataclass(frozen=True, slots=True)
class _StatusText:
    """What a row of the sheet says: a text under a condition; the gravest come first."""

    rank: int
    formula: str


def compile_checks(catalog: Catalog, sources: Sequence[LineSource], day: date) -> CompiledChecks:
    """Compile the rules that are in force on a day, the last one of the period, for the lines of a form."""
    return _Compiler(catalog, sources, day).compiled()


def mark_of(catalog: Catalog, kind: str) -> str:
    """Return the word by which a status begins: `missing`, `wrong`, `asked` or `blank`."""
    return catalog.texts.text(f"workbooks.checks_mark_{kind}", "vi")


def place_of(catalog: Catalog, kind: str, cell: str) -> str:
    """Return the formula of what a status says before its message: the mark and the cell, itself a formula."""
    return _place(catalog, text(mark_of(catalog, kind)), cell)


def _place(catalog: Catalog, mark: str, cell: str) -> str:
    before, _, _ = catalog.texts.by_key["workbooks.checks_status"].vi.partition("{message}")
    return filled(Text(before.rstrip(), ""), {"mark": mark, "cell": cell})


class _Compiler:
    """The state of one compilation: lines by row, and the texts of its status."""

    def __init__(self, catalog: Catalog, sources: Sequence[LineSource], day: date) -> None:
        self._catalog = catalog
        self._day = day
        self._rows = {row: _line(source, row) for row, source in enumerate(sources, _FIRST_ROW)}
        self._lines = tuple(self._rows.values())
        self._texts: dict[int, list[_StatusText]] = {row: [] for row in self._rows}
        self._row_of = {id(line): row for row, line in self._rows.items()}

    def compiled(self) -> CompiledChecks:
        for rule in self._catalog.rules.values():
            self._add_rule(rule)
        for line in self._lines:
            self._add_texts(line)
        status: dict[tuple[str, int], list[str]] = {}
        for row, line in self._rows.items():
            status.setdefault((line.source.sheet, line.source.row), []).append(f"{CHECKS_SHEET}!A{row}")
        return CompiledChecks(
            self._part(),
            {place: f"=TRIM({_SPACED.join(cells)})" for place, cells in status.items()},
            f"={CHECKS_SHEET}!A1",
            f"={CHECKS_SHEET}!A2",
        )

    def _add_rule(self, rule: Rule) -> None:
        kind, effect = formula_kinds().get(rule.kind), rule.effect_on(self._day)
        if kind is None or effect is None:
            return
        covered = tuple(
            line
            for line in self._lines
            if (line.indicator.id in rule.indicators if rule.indicators else kind.applies_to(line.indicator))
        )
        form = {line.indicator.id: line for line in self._lines if not line.is_of_village}
        villages = tuple(line for line in self._lines if line.is_of_village)
        terms = RuleTerms(rule, covered, form, villages, self._catalog.indicators.values())
        for check in kind.checks(terms):
            is_grave = effect is Severity.CRITICAL
            graver, milder = ("missing", "blank") if check.is_absence else ("wrong", "asked")
            self._add_check(check, graver if is_grave else milder, _message(rule, check))

    def _add_texts(self, line: FormLine) -> None:
        """Add what reading says of text in a figure's cell; digits in it may be a number that is read with a repair."""
        code = "yes_no_expected" if line.source.is_answer else "text_where_number"
        message = _without_opening(self._catalog.texts.issues[code].message)
        for cell in line.cells():
            typed = _reference(line.source.sheet, cell.address)
            facts = {"cell": text(cell.address), "found": typed, "expected": text(_example(line))}
            digits = f"SUMPRODUCT(--ISNUMBER(FIND({{0,1,2,3,4,5,6,7,8,9}},{typed})))"
            doubtful, wrong = (text(mark_of(self._catalog, kind)) for kind in ("asked", "wrong"))
            place = _place(self._catalog, f"IF({digits}>0,{doubtful},{wrong})", text(cell.address))
            formula = f'IF({cell.state}="{TEXT}",{place}&" "&{filled(message, facts)},"")'
            self._add(line, "wrong", formula)

    def _add_check(self, check: Check, mark: str, message: str) -> None:
        cells, where = _marked(check)
        self._add(check.line, mark, f'IF({where},{place_of(self._catalog, mark, cells)}&" "&{message},"")')

    def _add(self, line: FormLine, mark: str, formula: str) -> None:
        self._texts[self._row_of[id(line)]].append(_StatusText(_GRAVEST_FIRST.index(mark), formula))

    def _part(self) -> bytes:
        rows = {1: {1: self._summary(), **dict(enumerate(map(self._counted, _COUNTED), 2))}, 2: {1: self._rest()}}
        rows |= {row: dict(self._cells_of(row, line)) for row, line in self._rows.items()}
        written = "".join(
            f'<row r="{row}">{"".join(_cell(row, column, formula) for column, formula in sorted(cells.items()))}</row>'
            for row, cells in rows.items()
        )
        return _SHEET.format(rows=written).encode()

    def _cells_of(self, row: int, line: FormLine) -> Iterator[tuple[int, str]]:
        texts = sorted(self._texts[row], key=lambda each: each.rank)
        joined = _SPACED.join(f"{column_letters(_FIRST_CHECK + place)}{row}" for place in range(len(texts)))
        error = place_of(self._catalog, "wrong", text(", ".join(cell.address for cell in line.cells())))
        broken = text(self._catalog.texts.text("workbooks.checks_error", "vi"))
        yield 1, f'IFERROR(TRIM({joined}),{error}&" "&{broken})'
        for column, cell in zip((2, 4), (line.denominator, line.numerator), strict=True):
            if cell is not None:
                yield column, self._number(line, cell)
                yield column + 1, self._state(line, cell)
        yield from enumerate((each.formula for each in texts), _FIRST_CHECK)

    def _number(self, line: FormLine, cell: FigureCell) -> str:
        typed, marks = _reference(line.source.sheet, cell.address), self._catalog.marks
        if not line.source.is_answer:
            return f'IF(ISNUMBER({typed}),{typed},IF({is_one_of(typed, _spellings(marks.zero))},0,""))'
        yes, no = (self._catalog.texts.text(f"workbooks.{answer}", "vi") for answer in ("yes", "no"))
        is_yes, is_no = is_one_of(typed, {yes, "1", *marks.yes}), is_one_of(typed, {no, "0", *marks.no})
        return f'IF({is_yes},1,IF({is_no},0,""))'

    def _state(self, line: FormLine, cell: FigureCell) -> str:
        typed, marks = _reference(line.source.sheet, cell.address), self._catalog.marks
        # A lone "x" may tick or cross out: of an answer it says nothing, as in reading.
        least = 2 if line.source.is_answer else 1
        none, not_applicable = (
            {each for each in _spellings(kind) if len(each) >= least}
            for kind in (marks.no_figure, marks.not_applicable)
        )
        return (
            f'IF(ISNUMBER({cell.number}),"{NUMBER}",IF({is_one_of(typed, none | {""})},"{BLANK}",'
            f'IF({is_one_of(typed, not_applicable)},"{NOT_APPLICABLE}","{TEXT}")))'
        )

    def _counted(self, kind: str) -> str:
        """Return the formula of how many lines say so."""
        mark = text(mark_of(self._catalog, kind) + " ")
        return f"SUMPRODUCT(--ISNUMBER(FIND({mark},A{_FIRST_ROW}:A{_FIRST_ROW + len(self._rows)})))"

    def _summary(self) -> str:
        return f"TRIM({self._listed('missing', 'wrong')})"

    def _rest(self) -> str:
        nothing = text(self._catalog.texts.text("workbooks.checks_none", "vi") + " ")
        return f'TRIM(IF(B1+C1=0,{nothing},"")&{self._listed("asked", "blank")})'

    def _listed(self, *kinds: str) -> str:
        counts = {kind: f"{column_letters(2 + _COUNTED.index(kind))}1" for kind in kinds}
        return "&".join(
            f'IF({cell}>0,{filled(self._catalog.texts.by_key[f"workbooks.checks_{kind}"], {"count": cell})}&" ","")'
            for kind, cell in counts.items()
        )


_COUNTED = ("missing", "wrong", "asked", "blank")
"""What is counted, in the order of the cells after the summary."""


def _line(source: LineSource, row: int) -> FormLine:
    denominator = None if source.denominator is None else FigureCell(source.denominator, f"$B${row}", f"$C${row}")
    return FormLine(source, FigureCell(source.numerator, f"$D${row}", f"$E${row}"), denominator)


def _reference(sheet: str, address: str) -> str:
    quoted = sheet.replace("'", "''")
    return f"'{quoted}'!{address}"


def _marked(check: Check) -> tuple[str, str]:
    """Return the formula that lists the marked cells, and the condition that there are any."""
    if len(check.marked) == 1:
        cell, where = check.marked[0]
        return text(cell.address), where
    (first, is_first), (second, is_second) = check.marked
    between = f'IF(AND({is_first},{is_second}),", ","")'
    listed = f'IF({is_first},"{first.address}","")&{between}&IF({is_second},"{second.address}","")'
    return listed, either((is_first, is_second))


def _message(rule: Rule, check: Check) -> str:
    """Return the formula of a rule's message, of its title if the message names what the form does not know."""
    source = check.line.source
    facts = {
        "cell": text(check.marked[0][0].address),
        "sheet": text(source.sheet),
        "label": text(source.label),
        "indicator": text(source.indicator.name.vi),
        **check.facts,
    }
    try:
        return filled(_without_opening(rule.message), facts)
    except KeyError:
        return filled(rule.title, facts)


def _without_opening(message: Text) -> Text:
    return Text(message.vi.removeprefix(_OPENING).lstrip(": "), message.en)


def _spellings(marks: frozenset[str]) -> frozenset[str]:
    """Return marks as people type them: comparing in formulas does not make dashes and ellipses equal."""
    return frozenset(
        {*marks, *(mark.replace("-", "–") for mark in marks), *(mark.replace("...", "…") for mark in marks)}
    )


def _example(line: FormLine) -> str:
    return "1234,5" if line.indicator.decimals else "1234"


def _cell(row: int, column: int, formula: str) -> str:
    return f'<c r="{column_letters(column)}{row}"><f>{escape(merged(formula))}</f></c>'
