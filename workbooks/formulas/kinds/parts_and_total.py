"""Parts add up to their total, or do not exceed it, within a tolerance; both sides are sums of figures."""

from collections.abc import Iterator

from domain.rules import FigureName, FigureRole
from workbooks.formulas.expressions import text
from workbooks.formulas.kind import Check, FormulaKind, RuleTerms
from workbooks.formulas.lines import FigureCell

_SLACK = "0.0000005"
"""Rounding error, as in the rule's SQL."""


def _checks(terms: RuleTerms) -> Iterator[Check]:
    names = terms.figures("parts")
    parts = [cell for name in names if (cell := terms.cell(name)) is not None]
    totals = [cell for name in terms.figures("total") if (cell := terms.cell(name)) is not None]
    if len(parts) < len(names) or len(totals) < len(terms.figures("total")):
        return
    line = terms.form[terms.figures("total")[0].indicator]
    if line not in terms.covered:
        return
    # A numerator above its denominator counts as the denominator, as in the rule's SQL.
    within = "+".join(_bounded(terms, name, cell) for name, cell in zip(names, parts, strict=True))
    total, summed = _sum(totals), _sum(parts)
    tolerance = f"({terms.number('tolerance', 0)}+{_SLACK})"
    differs = f"({within})-({total})>{tolerance}"
    if terms.word("relation", "equal") == "equal":
        differs = f"OR({differs},({summed})-({total})<-{tolerance})"
    known = ",".join(f"ISNUMBER({cell.number})" for cell in (*totals, *parts))
    facts = {
        "found": f"ROUND({total},6)",
        "expected": f"ROUND({summed},6)",
        "part_cells": text(" + ".join(cell.address for cell in parts)),
        "total_cells": text(" + ".join(cell.address for cell in totals)),
    }
    yield Check(line, ((totals[0], f"AND({known},{differs})"),), facts)


def _sum(cells: list[FigureCell]) -> str:
    return "+".join(f"N({cell.number})" for cell in cells)


def _bounded(terms: RuleTerms, name: FigureName, cell: FigureCell) -> str:
    line = terms.form[name.indicator]
    is_bounded = line.denominator is not None and not line.indicator.denominator_is_target
    if name.role is not FigureRole.NUMERATOR or not is_bounded or line.denominator is None:
        return f"N({cell.number})"
    under = line.denominator.number
    return f"IF(ISNUMBER({under}),MIN(N({cell.number}),N({under})),N({cell.number}))"


KIND = FormulaKind(_checks)
