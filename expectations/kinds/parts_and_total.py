"""Parts of a form sum up to their total, or do not exceed it: sums of figures on both sides, within a tolerance."""

from collections.abc import Iterable
from decimal import Decimal

from domain.rules import FigureName, FigureRole
from domain.staging import OBSERVATIONS
from expectations.kind import Choice, Figures, Number, Query, RuleKind, SqlTerms, literal

_SLACK = "0.0000005"
"""SQLite adds decimals as floats; figures have six decimals at most."""


def _query(terms: SqlTerms) -> Query:
    # The total's first figure is the judged line; every other figure is joined to it. One without a number makes its
    # sum NULL, and nothing is said: a missing figure is another rule's business.
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
    # A line whose numerator is above its denominator is another rule's business.
    bounded = {
        indicator.id
        for indicator in terms.indicators
        if indicator.denominator is not None and not indicator.denominator_is_target
    }
    lines = dict(zip(tables[of_total:], names[of_total:], strict=True)).items()
    sound = "".join(
        f" AND ({table}.denominator IS NULL OR {table}.numerator <= {table}.denominator)"
        for table, name in lines
        if name.role is FigureRole.NUMERATOR and name.indicator in bounded
    )
    return Query(
        where=f"t.village = '' AND t.indicator = {literal(names[0].indicator)} AND {differs}{sound}",
        joins=tuple(_join(terms.run_id, *item) for item in zip(tables[1:], names[1:], strict=True)),
        cell=cells[0],
        found=f"ROUND({total}, 6)",
        expected=f"ROUND({parts}, 6)",
        facts={
            "part_cells": " || ' + ' || ".join(cells[of_total:]),
            "total_cells": " || ' + ' || ".join(cells[:of_total]),
        },
    )


def _sum(figures: Iterable[str]) -> str:
    # Times 1.0: a sum of SQLite integers that grows too long is an error, a sum of floats is not.
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
