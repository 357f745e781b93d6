"""Parts add up to their total, or do not exceed it, within a tolerance; both sides are sums of figures."""

from collections.abc import Iterable
from decimal import Decimal

from domain.rules import FigureName, FigureRole
from domain.staging import OBSERVATIONS
from expectations.kind import Choice, Figures, Number, Query, RuleKind, SqlTerms, literal

_SLACK = "0.0000005"
"""Rounding error: SQLite adds decimals as floats; figures have six decimals at most."""


def _query(terms: SqlTerms) -> Query:
    # The total's first figure is the checked line; every other figure is joined to it. A figure without a number makes
    # its sum NULL, and the rule does not match: missing figures are left to `required_indicator`.
    names = [*terms.figures["total"], *terms.figures["parts"]]
    tables = ["t", *(f"f{place}" for place in range(1, len(names)))]
    figures = [f"{table}.{name.role}" for table, name in zip(tables, names, strict=True)]
    cells = [_cell(table, name) for table, name in zip(tables, names, strict=True)]
    of_total = len(terms.figures["total"])
    total, parts = _sum(figures[:of_total]), _sum(figures[of_total:])
    # A numerator above its denominator is left to `numerator_within_denominator`: it counts as the denominator, the
    # most that can become of it. What exceeds the total even so is told along with it.
    bounded = {
        indicator.id
        for indicator in terms.indicators
        if indicator.denominator is not None and not indicator.denominator_is_target
    }
    within = [
        f"CASE WHEN {table}.numerator > {table}.denominator THEN {table}.denominator ELSE {figure} END"
        if name.role is FigureRole.NUMERATOR and name.indicator in bounded
        else figure
        for table, figure, name in list(zip(tables, figures, names, strict=True))[of_total:]
    ]
    tolerance = f"({terms.parameters['tolerance']} + {_SLACK})"
    differs = f"({_sum(within)} - {total}) > {tolerance}"
    if terms.parameters["relation"] == "'equal'":
        differs = f"({differs} OR ({parts} - {total}) < -1.0 * {tolerance})"
    return Query(
        where=f"t.village = '' AND t.indicator = {literal(names[0].indicator)} AND {differs}",
        joins=tuple(_join(terms.run_id, table, name) for table, name in zip(tables[1:], names[1:], strict=True)),
        cell=cells[0],
        found=f"ROUND({total}, 6)",
        expected=f"ROUND({parts}, 6)",
        facts={
            "part_cells": " || ' + ' || ".join(cells[of_total:]),
            "total_cells": " || ' + ' || ".join(cells[:of_total]),
        },
    )


def _sum(figures: Iterable[str]) -> str:
    # Times 1.0: in SQLite an integer sum can overflow, which is an error; a float sum cannot.
    return f"({' + '.join(f'({figure}) * 1.0' for figure in figures)})"


def _cell(table: str, name: FigureName) -> str:
    return f"{table}.{'cell' if name.role is FigureRole.NUMERATOR else 'denominator_cell'}"


def _join(run_id: str, table: str, name: FigureName) -> str:
    return f"""JOIN {OBSERVATIONS} AS {table} ON {table}.run_id = {run_id} AND {table}.submission_id = t.submission_id
        AND {table}.indicator = {literal(name.indicator)} AND {table}.village = ''"""


KIND = RuleKind(
    query=_query,
    parameters={
        "parts": Figures(),
        "total": Figures(),
        "relation": Choice(("equal", "at_most"), "equal"),
        "tolerance": Number(Decimal(0)),
    },
)
