"""A denominator, measured by the population of its report, is near those of the area's other communes."""

from decimal import Decimal

from domain.indicators import Indicator
from domain.staging import OBSERVATIONS, PEERS, SUBMISSIONS
from expectations.kind import Figures, Number, Query, RuleKind, SqlTerms, literal
from expectations.sql_fragments import middle_of_groups


def _query(terms: SqlTerms) -> Query:
    parameters, population = terms.parameters, terms.figure("population")
    run_id, times, name = terms.run_id, parameters["times"], literal(population.indicator)
    size = f"1.0 * t.denominator / p.{population.role}"
    return Query(
        where=f"""t.village = '' AND t.denominator > 0 AND p.{population.role} > 0 AND t.indicator <> {name}
            AND g.units >= {parameters["least_units"]}
            AND ABS(t.denominator - g.median * p.{population.role}) >= {parameters["least_difference"]}
            AND ({size} >= {times} * g.median OR {size} * {times} <= g.median)""",
        joins=(
            f"""JOIN {OBSERVATIONS} AS p ON p.run_id = {run_id} AND p.submission_id = t.submission_id
                AND p.village = '' AND p.indicator = {name}""",
            f"""JOIN ({middle_of_groups("size", _sizes(terms), "median")}) AS g ON g.area = s.area AND g.form = s.form
                AND g.period = s.period AND g.indicator = t.indicator""",
        ),
        cell="t.denominator_cell",
        found="t.denominator",
        expected=f"ROUND(g.median * p.{population.role}, 0)",
        facts={"units": "g.units", "population": f"p.{population.role}"},
    )


def _sizes(terms: SqlTerms) -> str:
    """Return SQL for the sizes of accepted reports, and of those of the batch that are not refused."""
    population = terms.figure("population")
    run_id, name, role = terms.run_id, literal(population.indicator), population.role
    return f"""SELECT v.area, v.form, v.period, v.indicator, 1.0 * v.denominator / b.{role} AS size
        FROM {PEERS} AS v JOIN {PEERS} AS b ON b.run_id = {run_id} AND b.submission_id = v.submission_id
            AND b.area = v.area AND b.indicator = {name}
        WHERE v.run_id = {run_id} AND v.denominator > 0 AND b.{role} > 0
        UNION ALL SELECT r.area, r.form, r.period, o.indicator, 1.0 * o.denominator / b.{role}
        FROM {OBSERVATIONS} AS o
            JOIN {SUBMISSIONS} AS r ON r.run_id = {run_id} AND r.submission_id = o.submission_id
            JOIN {OBSERVATIONS} AS b ON b.run_id = {run_id} AND b.submission_id = o.submission_id AND b.village = ''
                AND b.indicator = {name}
        WHERE o.run_id = {run_id} AND o.village = '' AND {terms.is_not_refused("r")} AND o.denominator > 0
            AND b.{role} > 0"""  # noqa: S608 # checked literals only


def _applies_to(indicator: Indicator) -> bool:
    return indicator.denominator is not None and indicator.register_level is None


KIND = RuleKind(
    query=_query,
    parameters={
        "population": Figures(),
        "times": Number(required=True),
        "least_units": Number(Decimal(5)),
        "least_difference": Number(Decimal(0)),
    },
    applies_to=_applies_to,
    among_accepted=True,
)
