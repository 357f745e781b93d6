"""A form with last period's stocks filled in does not come back as it was: not every one of them stands still."""

from decimal import Decimal

from domain.indicators import Flow, Indicator
from domain.staging import HISTORY, OBSERVATIONS, SUBMISSIONS
from expectations.kind import Number, Query, RuleKind, SqlTerms


def _query(terms: SqlTerms) -> Query:
    run = terms.run_id
    result = f"""SELECT {{}} FROM {OBSERVATIONS} AS o WHERE o.run_id = {run} AND o.submission_id = t.submission_id
        AND o.village = '' AND o.indicator IN ({terms.indicators_where(_is_stock)})"""  # noqa: S608 # checked literals only
    past = f"FROM {HISTORY} AS h WHERE h.run_id = {run} AND h.submission_id = t.submission_id AND h.village = ''"
    known = f"{past} AND h.indicator = o.indicator AND h.numerator IS NOT NULL"
    # The last figure known: what a form is filled in with where a period was missed, or is longer than the form's.
    same = f"""EXISTS (SELECT 1 {known} AND h.steps_back = (SELECT MIN(h.steps_back) {known})
        AND h.numerator = o.numerator AND COALESCE(h.denominator, -1) = COALESCE(o.denominator, -1))"""
    moved = f"{result.format(1)} AND o.numerator IS NOT NULL AND EXISTS (SELECT 1 {known}) AND NOT {same}"
    figures = f"({result.format('COUNT(*)')} AND o.numerator > 0 AND {same})"
    return Query(
        # A report of few figures may well equal the one before.
        where=f"{figures} >= {terms.parameters['least_figures']} AND NOT EXISTS ({moved})",
        indicator="NULL",
        village="''",
        cell="NULL",
        found="t.period",
        facts={"previous_period": f"(SELECT MAX(h.period) {past})", "figures": figures},
    )


def _is_stock(indicator: Indicator) -> bool:
    return indicator.flow is Flow.STOCK


KIND = RuleKind(query=_query, table=SUBMISSIONS, parameters={"least_figures": Number(Decimal(1))})
