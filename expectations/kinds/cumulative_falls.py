"""A figure that is cumulated since the start of the year does not fall within the year."""

from domain.indicators import Flow, Indicator
from domain.staging import HISTORY
from expectations.kind import Query, RuleKind, SqlTerms


def _query(terms: SqlTerms) -> Query:
    # The last known figure of the year, however many periods back: a missing report hides no fall.
    newer = f"""SELECT 1 FROM {HISTORY} AS n WHERE n.run_id = {terms.run_id} AND n.submission_id = h.submission_id
        AND n.village = h.village AND n.indicator = h.indicator AND n.numerator IS NOT NULL
        AND n.steps_back < h.steps_back"""  # noqa: S608 # checked literals only
    return Query(
        where=f"""t.numerator >= 0 AND t.numerator < h.numerator
            AND SUBSTR(h.period, 1, 4) = SUBSTR(s.period, 1, 4) AND NOT EXISTS ({newer})""",
        joins=(
            f"""JOIN {HISTORY} AS h ON h.run_id = {terms.run_id} AND h.submission_id = t.submission_id
                AND h.village = t.village AND h.indicator = t.indicator""",
        ),
        cell="t.cell",
        found="t.numerator",
        expected="h.numerator",
        facts={"numerator": "t.numerator", "previous_period": "h.period"},
    )


def _applies_to(indicator: Indicator) -> bool:
    return indicator.flow is Flow.CUMULATIVE


KIND = RuleKind(query=_query, applies_to=_applies_to)
