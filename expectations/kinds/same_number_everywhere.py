"""The denominators of different populations are not all the same number."""

from decimal import Decimal

from domain.indicators import Indicator
from domain.staging import OBSERVATIONS
from expectations.kind import Number, Query, RuleKind, SqlTerms, literal


def _query(terms: SqlTerms) -> Query:
    parameters = terms.parameters
    populations = " UNION ALL ".join(
        f"SELECT {literal(name)} AS indicator, {literal(kind)} AS population"
        for name, kind in [
            *((each.id, each.denominator_kind) for each in terms.indicators if _applies_to(each)),
            ("none", "none"),
        ]
    )
    lines = f"""SELECT o.submission_id, o.denominator, o.denominator_cell, k.population
        FROM {OBSERVATIONS} AS o JOIN ({populations}) AS k ON k.indicator = o.indicator
        WHERE o.run_id = {terms.run_id} AND o.village = '' AND o.denominator > 0"""  # noqa: S608 # checked literals only
    # Populations are counted only for the few numbers that are repeated, and for their reports.
    known = f"SELECT COUNT(DISTINCT k.population) FROM ({lines}) AS k WHERE k.submission_id = t.submission_id"  # noqa: S608 # checked literals only
    populations = f"{known} AND k.denominator = t.denominator"
    repeated = f"""SELECT submission_id, denominator, COUNT(*) AS lines FROM {OBSERVATIONS}
        WHERE run_id = {terms.run_id} AND village = '' AND denominator > 0
            AND indicator IN ({terms.indicators_where(_applies_to)})
        GROUP BY submission_id, denominator HAVING COUNT(*) >= {parameters["least_populations"]}"""  # noqa: S608 # checked literals only
    # Of all cells that hold the number the first is marked: E9 before E10.
    is_before = """LENGTH(f.denominator_cell) < LENGTH(t.denominator_cell)
        OR (LENGTH(f.denominator_cell) = LENGTH(t.denominator_cell) AND f.denominator_cell < t.denominator_cell)"""
    earlier = f"""SELECT 1 FROM ({lines}) AS f
        WHERE f.submission_id = t.submission_id AND f.denominator = t.denominator AND ({is_before})"""  # noqa: S608 # checked literals only
    return Query(
        where=f"""t.village = '' AND ({populations}) >= {parameters["least_populations"]}
            AND 100.0 * ({populations}) >= {parameters["least_percent"]} * ({known}) AND NOT EXISTS ({earlier})""",
        joins=(f"JOIN ({repeated}) AS g ON g.submission_id = t.submission_id AND g.denominator = t.denominator",),
        indicator="NULL",
        cell="t.denominator_cell",
        found="t.denominator",
        facts={"lines": "g.lines"},
    )


def _applies_to(indicator: Indicator) -> bool:
    return indicator.denominator is not None and indicator.register_level is None


KIND = RuleKind(
    query=_query,
    parameters={"least_populations": Number(Decimal(4)), "least_percent": Number(Decimal(50))},
    applies_to=_applies_to,
)
