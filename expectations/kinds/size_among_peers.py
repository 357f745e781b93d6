"""A denominator, measured by the population of its report, is near those of the area's other communes."""

from decimal import Decimal

from domain.indicators import Indicator
from domain.staging import OBSERVATIONS, PEERS, SUBMISSIONS
from expectations.kind import Figures, Number, Query, RuleKind, SqlTerms, literal
from expectations.sql_fragments import SAME_GROUP, middle_of_groups


def _query(terms: SqlTerms) -> Query:
    return Query(
        where="t.village = '' AND t.denominator > 0",
        joins=(f"JOIN ({_distant(terms)}) AS g ON g.submission_id = t.submission_id AND g.indicator = t.indicator",),
        cell="t.denominator_cell",
        found="t.denominator",
        expected="ROUND(g.median * g.population, 0)",
        facts={"units": "g.units", "population": "g.population"},
    )


def _distant(terms: SqlTerms) -> str:
    """Return SQL for the lines of the batch whose size is too far from their group's median.

    Few lines are left to be joined with anything else.
    """
    parameters, times = terms.parameters, terms.parameters["times"]
    return f"""WITH sizes AS MATERIALIZED ({_sizes(terms)}),
            middles AS MATERIALIZED ({middle_of_groups("size", "SELECT * FROM sizes", "median")})
        SELECT each.submission_id, each.indicator, each.population, middle.median, middle.units
        FROM sizes AS each JOIN middles AS middle ON {SAME_GROUP}
        WHERE each.submission_id IS NOT NULL
            AND middle.units >= {parameters["least_units"]}
            AND ABS(each.denominator - middle.median * each.population) >= {parameters["least_difference"]}
            AND (each.size >= {times} * middle.median OR each.size * {times} <= middle.median)"""  # noqa: S608 # checked literals only


def _sizes(terms: SqlTerms) -> str:
    """Return SQL for the sizes of accepted reports, and of those of the batch that are not refused.

    The population itself has none.
    """
    population = terms.figure("population")
    run_id, name, role = terms.run_id, literal(population.indicator), population.role
    return f"""SELECT NULL AS submission_id, v.area, v.form, v.period, v.indicator, v.denominator,
            b.{role} AS population, 1.0 * v.denominator / b.{role} AS size
        FROM {PEERS} AS v JOIN {PEERS} AS b ON b.run_id = {run_id} AND b.submission_id = v.submission_id
            AND b.area = v.area AND b.indicator = {name}
        WHERE v.run_id = {run_id} AND {terms.is_judged("v")} AND v.indicator <> {name} AND v.denominator > 0
            AND b.{role} > 0
        UNION ALL SELECT o.submission_id, r.area, r.form, r.period, o.indicator, o.denominator, b.{role},
            1.0 * o.denominator / b.{role}
        FROM {OBSERVATIONS} AS o
            JOIN {SUBMISSIONS} AS r ON r.run_id = {run_id} AND r.submission_id = o.submission_id
            JOIN {OBSERVATIONS} AS b ON b.run_id = {run_id} AND b.submission_id = o.submission_id AND b.village = ''
                AND b.indicator = {name}
        WHERE o.run_id = {run_id} AND o.village = '' AND {terms.is_judged("o")} AND o.indicator <> {name}
            AND {terms.is_not_refused("r")} AND o.denominator > 0 AND b.{role} > 0"""  # noqa: S608 # checked literals only


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
