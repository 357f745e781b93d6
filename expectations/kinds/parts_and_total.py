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
    excess, tolerance = f"({parts} - {total})", f"({terms.parameters['tolerance']} + {_SLACK})"
    differs = f"{excess} > {tolerance}"
    if terms.parameters["relation"] == "'equal'":
        differs = f"({differs} OR {excess} < -1.0 * {tolerance})"
    # Lines whose numerator exceeds their denominator are left to `numerator_within_denominator`.
    bounded = {
        indicator.id
        for indicator in terms.indicators
        if indicator.denominator is not None and not indicator.denominator_is_target
    }
    part_lines = dict(zip(tables[of_total:], names[of_total:], strict=True)).items()
    valid_parts = "".join(
        f" AND ({table}.denominator IS NULL OR {table}.numerator <= {table}.denominator)"
        for table, name in part_lines
        if name.role is FigureRole.NUMERATOR and name.indicator in bounded
    )
    return Query(
        where=f"t.village = '' AND t.indicator = {literal(names[0].indicator)} AND {differs}{valid_parts}",
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
    return f"({' + '.join(f'{figure} * 1.0' for figure in figures)})"


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
