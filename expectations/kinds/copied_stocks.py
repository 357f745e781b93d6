"""A form prefilled with the previous period's stocks is edited: not all stocks are unchanged."""

from decimal import Decimal

from domain.indicators import Flow, Indicator
from domain.staging import HISTORY, OBSERVATIONS, SUBMISSIONS
from expectations.kind import Number, Query, RuleKind, SqlTerms


def _query(terms: SqlTerms) -> Query:
    run = terms.run_id
    lines = f"""SELECT {{}} FROM {OBSERVATIONS} AS o WHERE o.run_id = {run} AND o.submission_id = t.submission_id
        AND o.village = '' AND o.indicator IN ({terms.indicators_where(_is_stock)})"""  # noqa: S608 # checked literals only
    past = f"FROM {HISTORY} AS h WHERE h.run_id = {run} AND h.submission_id = t.submission_id AND h.village = ''"
    known = f"{past} AND h.indicator = o.indicator AND h.numerator IS NOT NULL"
    # Counts have no earlier denominator, nor has what counts another population since: neither differs.
    # The last known figure, which prefills a form where a period was missed or is longer than the form's.
    same = f"""EXISTS (SELECT 1 {known} AND h.steps_back = (SELECT MIN(h.steps_back) {known})
        AND h.numerator = o.numerator AND (h.denominator IS NULL OR h.denominator = o.denominator))"""
    changed = f"{lines.format(1)} AND o.numerator IS NOT NULL AND EXISTS (SELECT 1 {known}) AND NOT {same}"
    figures = f"({lines.format('COUNT(*)')} AND o.numerator > 0 AND {same})"
    return Query(
        # Reports of few figures may be equal by chance.
        where=f"{figures} >= {terms.parameters['least_figures']} AND NOT EXISTS ({changed})",
        indicator="NULL",
        village="''",
        cell="NULL",
        found="t.period",
        facts={"previous_period": f"(SELECT MAX(h.period) {past})", "figures": figures},
    )


def _is_stock(indicator: Indicator) -> bool:
    return indicator.flow is Flow.STOCK


KIND = RuleKind(query=_query, table=SUBMISSIONS, parameters={"least_figures": Number(Decimal(1))})
