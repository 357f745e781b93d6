"""A commune's share is near those of its area, by median and median deviation, which few wrong values do not move."""

from decimal import Decimal

from domain.indicators import Indicator, Measure
from domain.staging import OBSERVATIONS, PEERS, SUBMISSIONS
from expectations.kind import Number, Query, RuleKind, SqlTerms
from expectations.sql_fragments import PEER_GROUP, SAME_GROUP, middle_of_groups

_NORMAL = "0.6745"
"""Median deviation as a part of the standard deviation, for normally distributed values."""


def _query(terms: SqlTerms) -> Query:
    return Query(
        where=f"t.village = '' AND {_is_share('t')} AND t.denominator >= {terms.parameters['least_denominator']}",
        joins=(f"JOIN ({_distant(terms)}) AS g ON g.submission_id = t.submission_id AND g.indicator = t.indicator",),
        cell="t.cell",
        found="ROUND(100.0 * t.numerator / t.denominator, 2)",
        expected="ROUND(g.median, 2)",
        facts={
            "numerator": "t.numerator",
            "denominator": "t.denominator",
            "denominator_cell": "t.denominator_cell",
            "units": "g.units",
        },
    )


def _is_share(of: str) -> str:
    """Return SQL that leaves out values that other rules refuse."""
    return f"({of}.denominator > 0 AND {of}.numerator >= 0 AND {of}.numerator <= {of}.denominator)"


def _distant(terms: SqlTerms) -> str:
    """Return SQL for the lines of the batch that are too far from their group's median.

    Groups are of accepted reports, and of those of the batch not refused: most reports of a period arrive in one
    nightly run, when none of the period is accepted yet. Few lines are left to be joined with anything else, and
    deviations are sought only in the groups of lines that are far enough from the median.
    """
    run_id, parameters = terms.run_id, terms.parameters
    shares = f"""SELECT NULL AS submission_id, {PEER_GROUP}, 100.0 * p.numerator / p.denominator AS share
        FROM {PEERS} AS p WHERE p.run_id = {run_id} AND {terms.is_judged("p")} AND {_is_share("p")}
        UNION ALL SELECT o.submission_id, b.area, b.form, b.period, o.indicator, 100.0 * o.numerator / o.denominator
        FROM {OBSERVATIONS} AS o JOIN {SUBMISSIONS} AS b ON b.run_id = {run_id} AND b.submission_id = o.submission_id
        WHERE o.run_id = {run_id} AND o.village = '' AND {terms.is_judged("o")} AND {terms.is_not_refused("b")}
            AND {_is_share("o")}"""  # noqa: S608 # checked literals only
    distance = "ABS(each.share - middle.median)"
    distant = f"""SELECT each.submission_id, {_of_group("middle")}, middle.median, middle.units, {distance} AS distance
        FROM shares AS each JOIN medians AS middle ON {SAME_GROUP}
        WHERE each.submission_id IS NOT NULL AND middle.units >= {parameters["least_units"]}
            AND {distance} >= {parameters["least_points"]}"""  # noqa: S608 # checked literals only
    deviations = f"""SELECT {_of_group("each")}, {distance} AS deviation
        FROM (SELECT DISTINCT {PEER_GROUP}, median FROM distant) AS middle JOIN shares AS each ON {SAME_GROUP}"""  # noqa: S608 # checked literals only
    return f"""WITH shares AS MATERIALIZED ({shares}),
            medians AS MATERIALIZED ({middle_of_groups("share", "SELECT * FROM shares", "median")}),
            distant AS MATERIALIZED ({distant}),
            middles AS MATERIALIZED ({middle_of_groups("deviation", deviations, "deviation")})
        SELECT each.submission_id, each.indicator, each.median, each.units
        FROM distant AS each JOIN middles AS middle ON {SAME_GROUP}
        WHERE {_NORMAL} * each.distance > {parameters["deviations"]} * middle.deviation"""  # noqa: S608 # checked literals only


def _of_group(of: str) -> str:
    """Return SQL for what makes a group, of the table aliased `of`."""
    return ", ".join(f"{of}.{name}" for name in PEER_GROUP.split(", "))


def _applies_to(indicator: Indicator) -> bool:
    return indicator.measure is Measure.RATIO and indicator.register_level is None


KIND = RuleKind(
    query=_query,
    parameters={
        "deviations": Number(required=True),
        "least_units": Number(Decimal(5)),
        "least_points": Number(Decimal(0)),
        "least_denominator": Number(Decimal(1)),
    },
    applies_to=_applies_to,
    among_accepted=True,
)
