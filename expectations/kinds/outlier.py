"""A commune's share is near those of its area, by median and median deviation, which few wrong values do not move."""

from decimal import Decimal

from domain.indicators import Indicator, Measure
from domain.staging import OBSERVATIONS, PEERS, SUBMISSIONS
from expectations.kind import Number, Query, RuleKind, SqlTerms
from expectations.sql_fragments import PEER_GROUP, middle_of_groups

_NORMAL = "0.6745"
"""Median deviation as a part of the standard deviation, for normally distributed values."""


def _query(terms: SqlTerms) -> Query:
    parameters, share = terms.parameters, "100.0 * t.numerator / t.denominator"
    distance = f"ABS({share} - g.median)"
    return Query(
        where=f"""t.village = '' AND {_is_share("t")} AND t.denominator >= {parameters["least_denominator"]}
            AND g.units >= {parameters["least_units"]} AND {distance} >= {parameters["least_points"]}
            AND {_NORMAL} * {distance} > {parameters["deviations"]} * g.deviation""",
        joins=(
            f"""JOIN ({_groups(terms)}) AS g ON g.area = s.area AND g.form = s.form AND g.period = s.period
                AND g.indicator = t.indicator""",
        ),
        cell="t.cell",
        found=f"ROUND({share}, 2)",
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


def _groups(terms: SqlTerms) -> str:
    """Return SQL for median and median deviation of each group: accepted reports, and those of the batch not refused.

    Most reports of a period arrive in one nightly run, when none of the period is accepted yet.
    """
    run_id = terms.run_id
    shares = f"""SELECT {PEER_GROUP}, 100.0 * p.numerator / p.denominator AS share FROM {PEERS} AS p
        WHERE p.run_id = {run_id} AND {_is_share("p")}
        UNION ALL SELECT b.area, b.form, b.period, o.indicator, 100.0 * o.numerator / o.denominator
        FROM {OBSERVATIONS} AS o JOIN {SUBMISSIONS} AS b ON b.run_id = {run_id} AND b.submission_id = o.submission_id
        WHERE o.run_id = {run_id} AND o.village = '' AND {terms.is_not_refused("b")} AND {_is_share("o")}"""  # noqa: S608 # checked literals only
    deviations = f"""SELECT shares.area, shares.form, shares.period, shares.indicator, m.median,
            ABS(shares.share - m.median) AS deviation
        FROM ({shares}) AS shares JOIN ({middle_of_groups("share", shares, "median")}) AS m ON m.area = shares.area
            AND m.form = shares.form AND m.period = shares.period AND m.indicator = shares.indicator"""  # noqa: S608 # checked literals only
    return middle_of_groups("deviation", deviations, "deviation", also="median")


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
