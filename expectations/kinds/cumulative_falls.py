"""A figure that is cumulated since the start of the year does not fall within the year."""

from domain.indicators import Flow, Indicator
from expectations.kind import Query, RuleKind, SqlTerms
from expectations.sql_fragments import last_known


def _query(terms: SqlTerms) -> Query:
    return Query(
        where="""t.numerator >= 0 AND t.numerator < h.numerator
            AND SUBSTR(h.period, 1, 4) = SUBSTR(s.period, 1, 4)""",
        joins=(last_known(terms, "numerator"),),
        cell="t.cell",
        found="t.numerator",
        expected="h.numerator",
        facts={"numerator": "t.numerator", "previous_period": "h.period"},
    )


def _applies_to(indicator: Indicator) -> bool:
    return indicator.flow is Flow.CUMULATIVE


KIND = RuleKind(query=_query, applies_to=_applies_to)
